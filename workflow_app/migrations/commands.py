"""Bringing a database to the newest revision, and telling at which one it is."""

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, text

HERE = Path(__file__).parent
TABLE_WAIT = "10s"
"""How long a migration waits for a table that somebody uses."""


def config_for(sqlalchemy_url: str) -> Config:
    """Alembic's configuration without a file."""
    config = Config()
    config.set_main_option("script_location", str(HERE))
    config.attributes["url"] = sqlalchemy_url
    return config


def upgrade(sqlalchemy_url: str) -> None:
    """Migrate to the newest revision; nothing to do is no error."""
    command.upgrade(config_for(sqlalchemy_url), "head")


@cache
def head() -> str:
    """The newest revision of this code. To find it all of them are read, and probes ask again and
    again.
    """
    return ScriptDirectory(str(HERE)).get_current_head() or ""


def knows(revision: str) -> bool:
    """Whether this code has a revision, so that it can bring it to the newest one."""
    return any(
        script.revision == revision for script in ScriptDirectory(str(HERE)).walk_revisions()
    )


def current(sqlalchemy_url: str) -> str:
    """The revision of a database; empty when it was never migrated."""
    engine = create_engine(sqlalchemy_url)
    with engine.connect() as connection:
        exists = connection.scalar(text("select to_regclass('alembic_version') is not null"))
        found = (
            connection.scalar(text("select version_num from alembic_version")) if exists else None
        )
    engine.dispose()
    return found or ""
