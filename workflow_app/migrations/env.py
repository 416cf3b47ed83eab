"""Alembic environment: one history for the application's tables and the archive's."""

from alembic import context
from sqlalchemy import engine_from_config, pool, text

from archive.models import ArchiveBase
from workflow_app.migrations import commands
from workflow_app.models import Base

OWN_SCHEMAS = {None, "archive"}
FOREIGN_PREFIX = "procrastinate_"


def include_name(name: str | None, kind: str, _parents: object) -> bool:
    """Leave the job engine's tables to the job engine."""
    if kind == "schema":
        return name in OWN_SCHEMAS
    return not (kind == "table" and (name or "").startswith(FOREIGN_PREFIX))


config = context.config
connectable = engine_from_config(
    {"sqlalchemy.url": config.attributes["url"]}, prefix="sqlalchemy.", poolclass=pool.NullPool
)
with connectable.connect() as connection:
    # A start that was killed must not go on holding its locks: the server looks whether it is still
    # there.
    connection.execute(text("set client_connection_check_interval = '5s'"))
    # Two starts at once: the second waits, however long that takes, and then finds nothing to do.
    connection.execute(text("select pg_advisory_lock(8706306)"))
    connection.execute(text(f"set lock_timeout = '{commands.TABLE_WAIT}'"))
    connection.execute(text("create schema if not exists archive"))
    connection.commit()
    context.configure(
        connection=connection,
        target_metadata=[ArchiveBase.metadata, Base.metadata],
        include_schemas=True,
        include_name=include_name,
    )
    with context.begin_transaction():
        context.run_migrations()
