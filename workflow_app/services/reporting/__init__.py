"""Own boards, figures of processes and services.

Called by pages.
"""
