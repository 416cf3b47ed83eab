"""Throw-away servers and databases for the tests: started at most once per run, and only when a
test asks.
"""

import itertools
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from workflow_app.tools.embedded.server_processes import wait_until
from workflow_app.tools.embedded.stack import LocalStack

ROOT = Path(__file__).resolve().parent.parent
SITE = {"PUBLIC_URL": "http://127.0.0.1:8000", "COOKIE_SECURE": "false"}
_numbers = itertools.count(1)


@contextmanager
def throw_away_stack() -> Iterator[LocalStack]:
    """Servers of a site that exist for the block only. Never touches ``var/``."""
    stack = LocalStack(Path(tempfile.mkdtemp(prefix="spkt-test-")), durable=False)
    try:
        stack.start()
        yield stack
    finally:
        stack.erase()


def address_of(server: str, database: str) -> str:
    """The address of another database on the same server."""
    return urlunsplit(urlsplit(server)._replace(path=f"/{database}"))


@contextmanager
def new_database(
    server: str, *, template: str | None = None, prefix: str = "test"
) -> Iterator[str]:
    """Address of a database of its own, empty or a copy of `template`; dropped afterwards."""
    name = f"{prefix}_{os.getpid()}_{next(_numbers)}"
    create = sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name))
    if template:
        create += sql.SQL(" TEMPLATE {} STRATEGY file_copy").format(sql.Identifier(template))
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(create)
    try:
        yield address_of(server, name)
    finally:
        _drop_database(server, name)


def _drop_database(server: str, name: str) -> None:
    """Ends who still uses it. Only a superuser ends a vacuum that the server has begun by itself;
    it is over soon.
    """
    drop = sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name))

    def is_dropped() -> bool:
        try:
            with psycopg.connect(server, autocommit=True) as connection:
                connection.execute(drop)
        except psycopg.errors.InsufficientPrivilege:
            return False
        return True

    assert wait_until(is_dropped, 60, pause=0.2)


def run_command(*words: str, environment: dict[str, str]) -> str:
    """Run a command of ``./spkt`` in a process of its own, as a site would; returns what it
    printed.
    """
    done = subprocess.run(
        [sys.executable, "-m", "workflow_app", *words],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"spkt {' '.join(words)} failed:\n{done.stdout}{done.stderr}"
    return done.stdout
