"""The only place that knows SpiffWorkflow: definitions, the pure runner, forms, decisions, the
linter and scenarios.
"""
