"""The worker as a process of its own: its queues do not wait for each other, and it ends when it is
told to.
"""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from tests.integration.services.conftest import fresh_works as fresh_works
from tests.services import ROOT
from workflow_app.domain import SYSTEM
from workflow_app.services.core import jobs
from workflow_app.services.core.unit_of_work import Works
from workflow_app.settings import Settings
from workflow_app.tools.embedded.server_processes import wait_until
from workflow_app.worker import FAREWELL, GRACE

SLOW = """
import tempfile, time
from workflow_app import worker
from workflow_app.services.documents import reading

def read_slowly(*_, **__):
    tempfile.mkdtemp(prefix="baca-")
    time.sleep(600)

reading.read_document = read_slowly
worker.main()
"""
"""A worker that reads a paper of many pages."""


@pytest.fixture
def database(fresh_settings: Settings) -> Iterator[psycopg.Connection]:
    with psycopg.connect(fresh_settings.database_dsn, autocommit=True) as connection:
        yield connection


@pytest.fixture
def reading_worker(
    stack: dict[str, str],
    fresh_database_url: str,
    fresh_works: Works,
    database: psycopg.Connection,
    tmp_path: Path,
) -> Iterator[subprocess.Popen[bytes]]:
    """A worker in the middle of a long reading."""
    defer(fresh_works, "read_document", document_id=str(uuid4()))
    environment = {
        **os.environ,
        **stack,
        "DATABASE_URL": fresh_database_url,
        "PYTHONPATH": str(ROOT),
        "TMPDIR": str(tmp_path),
    }
    process = subprocess.Popen([sys.executable, "-c", SLOW], cwd=ROOT, env=environment)
    try:
        assert wait_until(lambda: job(database, "read_document") == ("doing", 0), 60)
        assert wait_until(lambda: any(tmp_path.glob("*/baca-*")), 20)
        yield process
    finally:
        process.kill()
        process.wait()


def defer(works: Works, name: str, **arguments: str) -> None:
    with works.begin(SYSTEM) as work:
        jobs.defer(work, name, **arguments)


def job(database: psycopg.Connection, name: str) -> Any:
    query = "select status, priority from procrastinate_jobs where task_name = %s"
    return database.execute(query, [name]).fetchone()


def test_a_lost_database_stops_no_queue_because_another_one_still_works(
    fresh_works: Works,
    fresh_settings: Settings,
    database: psycopg.Connection,
    reading_worker: subprocess.Popen[bytes],
) -> None:
    with away(fresh_settings, database):
        time.sleep(2)
    before = database.execute("select clock_timestamp()").fetchone()
    defer(fresh_works, "wake_case", case_id=str(uuid4()))  # there is no such case

    assert wait_until(lambda: job(database, "wake_case") == ("failed", 0), 60)
    assert wait_until(lambda: beats_since(database, before) == ["counter", "reading"], 60)
    assert job(database, "read_document") == ("doing", 0), "it goes on, and has killed nobody"
    assert reading_worker.poll() is None


def test_a_worker_that_is_told_to_stop_gives_its_reading_back_and_ends(
    database: psycopg.Connection, reading_worker: subprocess.Popen[bytes], tmp_path: Path
) -> None:
    reading_worker.terminate()

    assert reading_worker.wait(GRACE + FAREWELL + 10) == 0
    assert job(database, "read_document") == ("todo", 0), "it killed nobody"
    assert wait_until(lambda: not list(tmp_path.iterdir()), 10), "what it had decoded is gone"


@contextmanager
def away(settings: Settings, database: psycopg.Connection) -> Iterator[None]:
    """Nobody can connect, and the worker's connections are cut."""
    name = database.info.dbname
    with psycopg.connect(settings.database_dsn, dbname="postgres", autocommit=True) as other:
        other.execute(f'alter database "{name}" allow_connections false'.encode())
        database.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where datname = current_database() and pid <> pg_backend_pid()"
        )
        try:
            yield
        finally:
            other.execute(f'alter database "{name}" allow_connections true'.encode())


def beats_since(database: psycopg.Connection, before: Any) -> list[str]:
    query = (
        "select name from heartbeat where at > %s and name in ('counter', 'reading') order by name"
    )
    return [row[0] for row in database.execute(query, before)]
