"""The web layer without servers."""
