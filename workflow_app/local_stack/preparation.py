"""Tables and first contents of a site: made by our own commands, and not repeated while nothing has changed.

The two commands load the whole product, which takes seconds. A start that finds the same code, the same processes and a
database at the revision it left behind can go on at once.
"""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg

from workflow_app.local_stack.keys import write_private
from workflow_app.local_stack.site import Site

ROOT = Path(__file__).resolve().parent.parent.parent
REMEMBERED = "prepared.json"


def prepare(site: Site, *, demo: bool) -> dict[str, Any]:
    """Migrate and seed; returns what the ``seed`` command reports: processes and demo logins."""
    path = site.stack.data_dir / REMEMBERED
    state = fingerprint(Path(site.environment.get("PROCESSES_DIR") or ROOT / "processes"), demo=demo)
    report = remembered(path, state, site.environment)
    if report is None:
        path.unlink(missing_ok=True)
        site.notice("  bringing the database to the newest revision")
        site.command("db", "upgrade")
        site.notice(
            "  deploying the processes"
            + (", inventing people and cases on an empty database" if demo else "")
        )
        report = json.loads(site.command("seed", "--json", "--demo" if demo else "--no-demo"))
        revision = (
            revision_of(site.environment["DATABASE_URL"]) if "DATABASE_URL" in site.stack.environment else ""
        )
        write_private(path, json.dumps({"state": state, "revision": revision, "report": report}))
    return report


def remembered(path: Path, state: str, environment: dict[str, str]) -> dict[str, Any] | None:
    """The report of the last preparation, when it still holds for this code and this embedded database."""
    try:
        found = json.loads(path.read_text())
    except (OSError, ValueError):
        return None
    if not isinstance(found, dict) or found.get("state") != state or not found.get("revision"):
        return None
    if revision_of(environment.get("DATABASE_URL", "")) != found["revision"]:
        return None
    report: dict[str, Any] = found["report"]
    return report


def revision_of(address: str) -> str:
    """The revision of a database's tables; empty when it has none."""
    try:
        with psycopg.connect(address, connect_timeout=5) as connection:
            row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except psycopg.Error:
        return ""
    return str(row[0]) if row else ""


def fingerprint(processes: Path, *, demo: bool) -> str:
    """Changes when the code, the processes or the wish for demo contents change."""
    digest = hashlib.sha256(f"demo={demo}".encode())
    for path in _sources(processes):
        content = path.read_bytes()
        digest.update(f"{path}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()


def _sources(processes: Path) -> Iterator[Path]:
    for package in ("workflow_app", "archive", "ocr"):
        yield from sorted((ROOT / package).rglob("*.py"))
    yield from sorted(path for path in processes.rglob("*") if path.is_file())
