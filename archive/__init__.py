"""The archive library: documents as bytes under object lock, the text read from them, and search.

It imports nothing from the application. The caller passes its SQLAlchemy session; this library
flushes and never commits. The blob is stored before its row, so a crash leaves an unused blob but
never a row without bytes.
"""
