"""Own what leaves the installation: bags of documents and the event log.

Called by pages and commands.
"""
