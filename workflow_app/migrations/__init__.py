"""Alembic history of both schemas, and the commands that walk it."""
