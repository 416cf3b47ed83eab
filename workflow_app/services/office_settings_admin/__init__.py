"""Own the pages, the file and the previews of the office settings.

Called by web and cli.
"""
