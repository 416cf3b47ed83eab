"""Own boards, figures of processes, and service reports.

Called by operations and web.
"""
