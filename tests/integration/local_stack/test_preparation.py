"""Migrating and seeding are skipped exactly when nothing has changed."""

import json
from pathlib import Path

import psycopg
import pytest

from workflow_app.tools.embedded import site


@pytest.fixture
def prepared(tmp_path: Path, empty_database_url: str) -> Path:
    """What a preparation leaves behind, and its database."""
    with psycopg.connect(empty_database_url) as connection:
        connection.execute("CREATE TABLE alembic_version (version_num text)")
        connection.execute("INSERT INTO alembic_version VALUES ('0007')")
    path = tmp_path / site.REMEMBERED
    path.write_text(
        json.dumps({"state": "same", "revision": "0007", "report": {"processes": ["sktlk v1"]}})
    )
    return path


def test_the_same_code_on_the_same_revision_needs_no_preparation(
    prepared: Path, empty_database_url: str
) -> None:
    environment = {"DATABASE_URL": empty_database_url}

    assert site.remembered(prepared, "same", environment) == {"processes": ["sktlk v1"]}


def test_changed_code_needs_preparation(prepared: Path, empty_database_url: str) -> None:
    assert site.remembered(prepared, "other", {"DATABASE_URL": empty_database_url}) is None


def test_an_older_database_put_back_needs_preparation(
    prepared: Path, empty_database_url: str
) -> None:
    with psycopg.connect(empty_database_url) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '0006'")

    assert site.remembered(prepared, "same", {"DATABASE_URL": empty_database_url}) is None


def test_a_database_without_tables_needs_preparation(prepared: Path, stack: dict[str, str]) -> None:
    assert site.remembered(prepared, "same", stack) is None


def test_a_note_that_was_cut_off_counts_for_nothing(
    prepared: Path, empty_database_url: str
) -> None:
    prepared.write_text('{"state": "sa')

    assert site.remembered(prepared, "same", {"DATABASE_URL": empty_database_url}) is None


def test_a_changed_process_changes_the_fingerprint(tmp_path: Path) -> None:
    (tmp_path / "process.bpmn").write_text("one")
    first = site.fingerprint(tmp_path, demo=True)
    (tmp_path / "process.bpmn").write_text("two")

    assert (
        len(
            {
                first,
                site.fingerprint(tmp_path, demo=True),
                site.fingerprint(tmp_path, demo=False),
            }
        )
        == 3
    )
