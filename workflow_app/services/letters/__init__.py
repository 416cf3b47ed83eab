"""Own numbered letters: issued, printed, verified.

Called by intake, public, workflow, web and commands.
"""
