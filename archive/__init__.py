"""Keeps documents: bytes under object lock, what was read from them, and search. Knows nothing else
of ours.

The caller passes its SQLAlchemy session; this library flushes and never commits. The blob is stored
first, its row second: a crash leaves an orphan blob, never a row without bytes.
"""
