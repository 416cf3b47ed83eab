"""Field proposals from a read document: pure functions from words to values that a
person confirms.
"""
