"""Database and objects of a site onto another disk while it works, and back into an empty place."""
