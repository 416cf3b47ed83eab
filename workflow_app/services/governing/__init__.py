"""What the office decides, in the browser: the pages of its configuration, and what a change would do before it is made."""
