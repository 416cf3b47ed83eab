"""Own numbered letters: issued, printed, verified.

Called by workflow, pages.
"""
