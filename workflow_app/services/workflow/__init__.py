"""Own what moves a case: steps, effects, tasks, drafts, transfers, version migration.

Called by settings administration, demo, web and commands.
"""
