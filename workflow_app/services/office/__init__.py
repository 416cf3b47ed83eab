"""What the office decides: its configuration, what its values look like, the numbers made by it, and how answers are put into words."""
