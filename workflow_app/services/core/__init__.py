"""Own the transaction with its audit log, the vault, jobs and how values are written.

Called by every service.
"""
