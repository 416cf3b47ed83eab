"""Papers: what one is, how it is read, and who sees it."""
