"""Own boards, figures of processes, and service reports.

Called by exports, operations, web and commands.
"""
