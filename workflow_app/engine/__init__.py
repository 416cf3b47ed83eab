"""The only package that knows SpiffWorkflow.

It owns process definitions, the runner without side effects, forms, decisions, the linter and the
scenarios.
"""
