"""Papers are found: by words and numbers, narrowed, marked, and by what is like them."""
