"""What leaves the office: letters and messages."""
