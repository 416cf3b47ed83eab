"""Own what the office decides: its settings, their values over time, numbers of papers.

Called by every service above it.
"""
