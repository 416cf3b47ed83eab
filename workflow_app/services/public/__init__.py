"""What the public may know: where a complaint stands, and how many there are."""
