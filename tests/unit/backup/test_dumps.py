"""Which program dumps, and what its command line shows."""

from pathlib import Path

import pytest

from workflow_app.backup import database
from workflow_app.backup.database import Programs
from workflow_app.backup.snapshots import BackupError


def program(folder: Path, version: str, script: str = "") -> Path:
    """A program that says its version, and otherwise does what the script says."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "pg_dump"
    path.write_text(
        f'#!/bin/sh\n[ "$1" = --version ] && echo "pg_dump (PostgreSQL) {version}" && '
        f"exit\n{script}\n"
    )
    path.chmod(0o755)
    return path


@pytest.fixture
def no_others(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """As if this machine had no PostgreSQL of its own."""
    monkeypatch.setenv("PATH", str(tmp_path / "path"))
    monkeypatch.setattr(database, "DEBIAN", tmp_path / "debian")


@pytest.mark.usefixtures("no_others")
def test_the_program_of_the_same_version_is_taken_else_the_next_newer(tmp_path: Path) -> None:
    program(tmp_path / "path", "15.20 (Debian 15.20-0+deb12u1)")
    sixteen = program(tmp_path / "debian" / "16" / "bin", "16.4")
    embedded = program(tmp_path / "embedded", "18.4")
    programs = Programs(embedded.parent)

    assert programs.find("pg_dump", 16) == sixteen
    assert programs.find("pg_dump", 17) == embedded
    assert programs.find("pg_dump", 18) == embedded
    with pytest.raises(BackupError, match="apt-get install postgresql-client-19"):
        programs.find("pg_dump", 19)


@pytest.mark.usefixtures("no_others")
def test_a_program_that_does_not_run_is_none(tmp_path: Path) -> None:
    broken = program(tmp_path / "path", "18.1")
    broken.write_text("#!/bin/sh\nexit 3\n")

    with pytest.raises(BackupError, match="not installed"):
        Programs().find("pg_dump", 16)


def test_the_password_is_not_on_the_command_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGOPTIONS", "-c statement_timeout=1")
    said = program(tmp_path, "18.4", 'echo "$@" "$PGPASSWORD" "$PGOPTIONS"')

    output = b"".join(
        database.dump(said, "postgresql://sentra:raha%2Fsia@/spkt?host=%2Frun", "id-1")
    ).decode()

    arguments, _, password = output.strip().rpartition(" ")
    assert password == "raha/sia"
    assert "raha" not in arguments
    assert arguments.endswith("--snapshot=id-1 --dbname=user=sentra dbname=spkt host=/run")


def test_a_dump_that_fails_is_no_dump(tmp_path: Path) -> None:
    failing = program(
        tmp_path, "18.4", "echo half; echo 'server closed the connection' >&2; exit 1"
    )

    with pytest.raises(BackupError, match="server closed the connection"):
        list(database.dump(failing, "postgresql://sentra@/spkt", "id-1"))
