"""Dump and load of the database with pg_dump and pg_restore in a fitting version.

The module also counts the content of a database, so that a restored one can be compared with the
original.
"""

import hashlib
import os
import re
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from psycopg import conninfo
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from workflow_app.backup.snapshots import BackupError
from workflow_app.models import AuditChain

CHUNK = 1 << 20
DEBIAN = Path("/usr/lib/postgresql")
"""Folder of all major versions on Debian; the `pg_dump` on PATH may be of another version."""


@dataclass(frozen=True)
class Programs:
    """Places of the programs besides PATH: the folder of the embedded server, if there is one."""

    embedded: Path | None = None

    def find(self, name: str, major: int) -> Path:
        """Return a program for a server or dump of this major version: the same version, else the
        next newer one.
        """
        found = [
            (version, path) for path in self._candidates(name) if (version := _major(path)) >= major
        ]
        if found:
            return min(found, key=lambda pair: pair[0])[1]
        raise BackupError(
            f"{name} of PostgreSQL {major} or newer is not installed here. "
            f"Install it (apt-get install postgresql-client-{major}), then try again."
        )

    def _candidates(self, name: str) -> Iterator[Path]:
        folders = [*([self.embedded] if self.embedded else []), *sorted(DEBIAN.glob("*/bin"))]
        folders += [
            Path(folder)
            for folder in os.environ.get("PATH", os.defpath).split(os.pathsep)
            if folder
        ]
        for folder in folders:
            if os.access(folder / name, os.X_OK):
                yield folder / name


def dump(program: Path, dsn: str, snapshot: str) -> Iterator[bytes]:
    """Provide a stream of the database as an exported snapshot sees it. Closing it early ends the
    program.
    """
    address, environment = _address(dsn)
    options = ["--format=custom", "--no-owner", "--no-privileges", f"--snapshot={snapshot}"]
    with (
        tempfile.TemporaryFile() as words,
        subprocess.Popen(
            [program, *options, f"--dbname={address}"],
            stdout=subprocess.PIPE,
            stderr=words,
            env=environment,
        ) as running,
    ):
        try:
            while running.stdout and (chunk := running.stdout.read(CHUNK)):
                yield chunk
        except BaseException:  # the reader has stopped
            running.kill()
            raise
        if running.wait() != 0:
            words.seek(0)
            raise BackupError(f"pg_dump failed: {_short(words.read())}")


def load(program: Path, dsn: str, path: Path) -> None:
    """Fill an empty database from a dump in one transaction, so that it stays empty
    after an error.
    """
    address, environment = _address(dsn)
    options = ["--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges"]
    done = subprocess.run(
        [program, *options, f"--dbname={address}", path],
        capture_output=True,
        env=environment,
        check=False,
    )
    if done.returncode != 0:
        raise BackupError(
            f"pg_restore failed, and the database is still empty: {_short(done.stderr)}"
        )


def _address(dsn: str) -> tuple[str, dict[str, str]]:
    """Return the database address without password and an environment with it, because every user
    can read a command line.
    """
    parts = conninfo.conninfo_to_dict(dsn)
    password = str(parts.pop("password", "") or "")
    own = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return conninfo.make_conninfo("", **parts), {**own, "PGPASSWORD": password}


def _major(program: Path) -> int:
    """Return the major version of a program; 0 when it does not run."""
    try:
        done = subprocess.run(
            [program, "--version"], capture_output=True, text=True, timeout=20, check=False
        )
    except (OSError, subprocess.SubprocessError):
        return 0
    found = re.search(r"\) (\d+)", done.stdout)
    return int(found[1]) if found else 0


def _short(words: bytes) -> str:
    return words.decode(errors="replace").strip()[-1000:]


OWN = "nspname !~ '^pg_' and nspname <> 'information_schema'"
TABLES = f"""
    select nspname || '.' || relname, format('%I.%I', nspname, relname)
    from pg_class join pg_namespace on pg_namespace.oid = relnamespace
    where relkind in ('r', 'p') and {OWN} order by 1"""  # noqa: S608 - our own words
ANYTHING = f"""
    select exists (select from pg_class join pg_namespace on pg_namespace.oid = relnamespace where
        {OWN})"""  # noqa: S608 - our own words


def is_empty(session: Session) -> bool:
    """Return whether the database holds nothing but the objects of PostgreSQL itself."""
    return not session.scalar(text(ANYTHING))


def rows(session: Session) -> dict[str, int]:
    """Return the number of rows of every table."""
    return {
        name: session.scalar(text(f"select count(*) from {quoted}")) or 0  # noqa: S608 - quoted by the server
        for name, quoted in session.execute(text(TABLES)).all()
    }


def chain_heads(session: Session) -> tuple[int, str]:
    """Return the number of chains of the audit log, and a hash over their heads."""
    digest, count = hashlib.sha256(), 0
    query = select(AuditChain.name, AuditChain.length, AuditChain.head).order_by(
        AuditChain.name.collate("C")
    )
    for name, length, head in session.execute(query.execution_options(yield_per=5000)):
        count += 1
        digest.update(f"{name}\0{length}\0{head.hex()}\n".encode())
    return count, digest.hexdigest()


def server_version(session: Session) -> int:
    """Return the major version of the database server."""
    return int(session.scalar(text("show server_version_num")) or 0) // 10_000


def revision(session: Session) -> str:
    """Return the revision of the tables."""
    return str(session.scalar(text("select version_num from alembic_version")))
