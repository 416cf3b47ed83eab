"""Own the retention schedule, holds and disposal.

Called by letters, intake, operations, exports, workflow and web.
"""
