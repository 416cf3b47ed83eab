"""Fixtures of the whole suite. Servers start on first use, so that unit tests never start them."""

import shutil
import signal
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from tests.services import SITE, new_database, run_command, throw_away_stack
from workflow_app.connections import connect
from workflow_app.settings import Settings, read_settings
from workflow_app.tools.bootstrap.packages import BROWSERS
from workflow_app.tools.embedded.stack import LocalStack


def pytest_configure() -> None:
    """Whoever ends the suite with SIGTERM gets it as from Ctrl-C: fixtures take their servers
    down.
    """
    signal.signal(signal.SIGTERM, signal.default_int_handler)


@pytest.fixture(scope="session")
def servers() -> Iterator[LocalStack]:
    """Throw-away servers: PostgreSQL and S3."""
    with throw_away_stack() as started:
        yield started


@pytest.fixture(scope="session")
def stack(servers: LocalStack) -> dict[str, str]:
    """Settings (NAME -> value) of a site on these servers, with generated keys."""
    return {**servers.environment, **SITE}


@pytest.fixture
def empty_database_url(stack: dict[str, str]) -> Iterator[str]:
    """A database without any table, for one test."""
    with new_database(stack["DATABASE_URL"], prefix="empty") as address:
        yield address


@pytest.fixture(scope="session")
def template_database(stack: dict[str, str]) -> Iterator[str]:
    """Name of a database that the real migrations have built; copied, never used."""
    with new_database(stack["DATABASE_URL"], prefix="template") as address:
        run_command("db", "upgrade", environment={**stack, "DATABASE_URL": address})
        yield address.rpartition("?")[0].rpartition("/")[2]


@pytest.fixture(scope="session")
def database_url(stack: dict[str, str], template_database: str) -> Iterator[str]:
    """The migrated database that tests share; they leave no trace in it because `db_session` rolls
    back.
    """
    with new_database(
        stack["DATABASE_URL"], template=template_database, prefix="shared"
    ) as address:
        yield address


@pytest.fixture
def fresh_database_url(stack: dict[str, str], template_database: str) -> Iterator[str]:
    """A migrated database for one test that commits (several connections, worker, web server)."""
    with new_database(stack["DATABASE_URL"], template=template_database, prefix="fresh") as address:
        yield address


@pytest.fixture(scope="session")
def settings(stack: dict[str, str], database_url: str) -> Settings:
    """Complete settings of the shared database."""
    return read_settings({**stack, "DATABASE_URL": database_url})


@pytest.fixture
def fresh_settings(stack: dict[str, str], fresh_database_url: str) -> Settings:
    """Complete settings of a database of its own."""
    return read_settings({**stack, "DATABASE_URL": fresh_database_url})


@pytest.fixture(scope="session")
def db_engine(settings: Settings) -> Iterator[Engine]:
    """Engine on the shared database."""
    engine: Engine = connect(settings).session_factory.kw["bind"]
    yield engine
    engine.dispose()


@pytest.fixture
def db_session(db_engine: Engine) -> Iterator[Session]:
    """A session whose commits are savepoints of one outer transaction, rolled back after the
    test.
    """
    with db_engine.connect() as connection:
        outer = connection.begin()
        with Session(
            connection, join_transaction_mode="create_savepoint", expire_on_commit=False
        ) as session:
            yield session
        outer.rollback()


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """The browser of the system; Playwright's own downloads are not used."""
    program = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if program is None:
        pytest.fail("Browser tests need Chromium: apt-get install chromium")
    return {
        **browser_type_launch_args,
        "executable_path": program,
        "args": ["--no-sandbox", "--disable-gpu"],
    }
