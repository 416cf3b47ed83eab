"""Own what moves a case: steps, effects, tasks, drafts, transfers, version migration.

Called by web, worker and demo.
"""
