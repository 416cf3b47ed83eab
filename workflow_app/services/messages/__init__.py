"""Own messages to citizens and leaders: written, queued, sent.

Called by letters, workflow, pages.
"""
