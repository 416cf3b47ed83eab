"""Own documents that arrive as stacks, photographs, mails or files of the scanner.

Called by workflow, pages.
"""
