"""One history for both schemas: what the migrations build is what the models say."""

from alembic import command
from alembic.script import ScriptDirectory

from workflow_app.migrations import commands
from workflow_app.settings import Settings


def test_migrations_and_models_agree(settings: Settings) -> None:
    command.check(commands.config_for(settings.sqlalchemy_url))


def test_there_is_one_head_and_the_database_is_at_it(settings: Settings) -> None:
    heads = ScriptDirectory.from_config(commands.config_for(settings.sqlalchemy_url)).get_heads()

    assert heads == [commands.head()]
    assert commands.current(settings.sqlalchemy_url) == commands.head()


def test_upgrading_twice_changes_nothing(settings: Settings) -> None:
    commands.upgrade(settings.sqlalchemy_url)

    assert commands.current(settings.sqlalchemy_url) == commands.head()


def test_an_empty_database_has_no_revision(empty_database_url: str) -> None:
    url = "postgresql+psycopg://" + empty_database_url.split("://", 1)[1]

    assert commands.current(url) == ""
