"""The web layer on the real services."""
