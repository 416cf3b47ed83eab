"""Own health, consistency, checkpoints and archive verification of the installation.

Called by worker, pages, commands.
"""
