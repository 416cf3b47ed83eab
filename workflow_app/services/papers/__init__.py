"""Papers: taken in, read, found, bundled."""
