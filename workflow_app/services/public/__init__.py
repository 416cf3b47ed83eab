"""Own what the public may know: the status of a case, and counts.

Called by settings administration and web.
"""
