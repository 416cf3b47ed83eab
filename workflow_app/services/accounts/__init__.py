"""Own members, their roles and absences, and their sessions.

Called by every service above it.
"""
