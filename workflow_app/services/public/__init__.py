"""Own what the public may know: where a case stands, and counts.

Called by pages.
"""
