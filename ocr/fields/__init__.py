"""What may be filled in from a paper that was read: pure functions from words to proposals, for a
person to confirm.
"""
