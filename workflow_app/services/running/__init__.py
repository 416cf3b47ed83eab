"""Verbs that move a case: steps, effects, tasks, and playing them."""
