"""The domain's verbs: plain functions `verb(work, ...)`. They flush, never commit, and never see
Flask.
"""
