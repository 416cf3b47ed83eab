"""One history for both schemas: what the migrations build is what the models say."""

from concurrent.futures import ThreadPoolExecutor
from time import sleep

import psycopg
import pytest
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


def test_a_second_start_waits_for_the_first_however_long_it_takes(
    empty_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commands, "TABLE_WAIT", "10ms")
    url = "postgresql+psycopg://" + empty_database_url.split("://", 1)[1]
    waiting = "select count(*) from pg_locks where locktype = 'advisory' and not granted"
    with (
        psycopg.connect(empty_database_url, autocommit=True) as first,
        ThreadPoolExecutor(1) as starts,
    ):
        first.execute("select pg_advisory_lock(8706306)")
        second = starts.submit(commands.upgrade, url)
        while first.execute(waiting).fetchone() == (0,) and not second.done():
            sleep(0.05)
        sleep(0.2)
        assert not second.done()
        first.execute("select pg_advisory_unlock(8706306)")
        second.result()
    assert commands.current(url) == commands.head()
