"""Own deployed process definitions, their versions, and the clauses of the SOP.

Called by cases, workflow, pages.
"""
