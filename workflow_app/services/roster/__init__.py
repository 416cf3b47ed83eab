"""Own who is on duty, and who stands in for whom.

Called by accounts, cases, workflow, pages.
"""
