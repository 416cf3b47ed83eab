"""The linter of process folders: each module holds one family of rules, and `linter`
runs them all.
"""
