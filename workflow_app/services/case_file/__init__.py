"""One case as it is kept and read: who may see it, where it stands, who is its kin."""
