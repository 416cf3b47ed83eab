"""Own documents of cases and of the archive: ingest, access, reading, versions, search.

Called by every service above it.
"""
