"""Benches on throw-away sites under load."""
