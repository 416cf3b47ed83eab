"""What the office decides, as a whole: the pages of its configuration, its file, and what a change would do before it is made."""
