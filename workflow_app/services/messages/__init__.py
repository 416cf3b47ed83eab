"""Own messages to citizens and leaders: written, queued, sent.

Called by operations, workflow and web.
"""
