"""A worker that is killed in the middle of a long paper: who comes after it goes on where it
was.
"""

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

import psycopg
import pytest

from archive.models import DocumentStatus
from tests.integration.services import scans
from tests.integration.services.conftest import fresh_works as fresh_works
from tests.services import ROOT
from workflow_app.domain import SYSTEM
from workflow_app.services.core.unit_of_work import Works
from workflow_app.services.retention import holdings
from workflow_app.settings import Settings
from workflow_app.tools.embedded.server_processes import wait_until

PAGES = 50
PATIENCE = 300


@pytest.fixture
def database(fresh_settings: Settings) -> Iterator[psycopg.Connection]:
    with psycopg.connect(fresh_settings.database_dsn, autocommit=True) as connection:
        yield connection


@contextmanager
def working(stack: dict[str, str], database_url: str) -> Iterator[subprocess.Popen[bytes]]:
    """A worker of its own, killed with the block."""
    environment = {**os.environ, **stack, "DATABASE_URL": database_url, "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(
        [sys.executable, "-m", "workflow_app.worker"], cwd=ROOT, env=environment
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def pages_of(database: psycopg.Connection, document_id: UUID) -> dict[int, int]:
    """Which pages are kept, each with the number of its writing: one that is written again gets
    another.
    """
    return dict(
        database.execute(
            "select no, seq from archive.page where document_id = %s", [document_id]
        ).fetchall()
    )


def status_of(database: psycopg.Connection, document_id: UUID) -> str:
    row = database.execute(
        "select status from archive.document where id = %s", [document_id]
    ).fetchone()
    assert row is not None
    return str(row[0])


def test_a_worker_killed_in_a_paper_of_fifty_pages_is_followed_by_one_that_reads_the_others(
    stack: dict[str, str], fresh_works: Works, fresh_database_url: str, database: psycopg.Connection
) -> None:
    data = scans.tiff(*(f"Halaman nomor {no} dari buku register" for no in range(1, PAGES + 1)))
    with fresh_works.begin(SYSTEM) as work:
        document_id = holdings.deposit(work, data).document_id
    assert document_id is not None

    with working(stack, fresh_database_url) as first:
        assert wait_until(lambda: len(pages_of(database, document_id)) >= 5, PATIENCE)
        first.kill()
        first.wait()
    before = pages_of(database, document_id)
    assert status_of(database, document_id) == DocumentStatus.READING
    assert len(before) < PAGES, "it was killed in the middle"

    with working(stack, fresh_database_url):
        assert wait_until(
            lambda: status_of(database, document_id) == DocumentStatus.READABLE, PATIENCE
        )

    after = pages_of(database, document_id)
    assert sorted(after) == list(range(1, PAGES + 1))
    assert {no: after[no] for no in before} == before, "no page was read twice"
    assert fresh_works.blobs.read(hashlib.sha256(data).hexdigest()) == data
    events = database.execute(
        "select count(*) from audit_event where action = 'document.read'"
    ).fetchone()
    left = database.execute("select count(*) from archive.page_layer").fetchone()
    assert (events, left) == ((1,), (0,))
