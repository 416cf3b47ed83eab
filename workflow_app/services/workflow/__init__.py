"""Own what moves a case: steps, effects, tasks, drafts, version migration.

Called by web, worker, demo.
"""
