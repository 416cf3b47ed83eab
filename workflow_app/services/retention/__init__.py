"""Own the retention schedule, holds and disposal.

Called by workflow, pages.
"""
