"""Own health, consistency, checkpoints and archive verification of the installation.

Called by workflow, worker, web, backup and commands.
"""
