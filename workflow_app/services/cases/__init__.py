"""Own one case as it is kept and read: access, answers, clocks, stages, history, related cases.

Called by every service above it.
"""
