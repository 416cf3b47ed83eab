"""A site of the former version, stored beside this module: its backup, and what was true of it.

`stored.tar.gz` holds `backup/`, as `./spkt backup` writes it, and `told.json` (`Told`). Everybody
and everything in it is invented. It was made by `make.py` at the tree of revision 0041, with the
packages and process folders of that time, and is not made again when the code changes: it is what a
site has that was set up before. Its keys are for this test only and open nothing else.
"""

import base64
import hashlib
import json
import tarfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from tests.integration.backup.sites import Site
from tests.integration.conftest import TestClock
from tests.integration.services import scans
from tests.services import new_database
from workflow_app.connections import connect
from workflow_app.domain import SYSTEM, Actor
from workflow_app.services.accounts import users
from workflow_app.services.core.unit_of_work import Works
from workflow_app.services.demo.seeding import Stage
from workflow_app.settings import read_settings

STORED = Path(__file__).with_name("stored.tar.gz")
TEST_KEYS = {
    name: base64.b64encode(
        hashlib.sha256(f"test key, opens nothing real: {name}".encode()).digest()
    ).decode()
    for name in ("IDENTITY_KEY", "AUDIT_SIGNING_KEY")
}
COLLEAGUE = "_rekan"
"""Ends the user names of those who hold a role as a second person."""
ADDRESS = "http://127.0.0.1:8000"


@dataclass
class ToldCase:
    """A case that stands in the middle of its process."""

    id: str
    process: str
    scenario: str
    """The scenario that it is played by, as the file of the former version."""
    done: int
    """How many steps of the scenario were played."""
    at: str
    """The instant at which they were."""
    answers: dict[str, Any]
    """Everything that people answered, personal answers opened."""


@dataclass
class Told:
    """What was true of the site when it was stored."""

    at: str
    cases: list[ToldCase] = field(default_factory=list)
    letters: dict[str, list[str]] = field(default_factory=dict)
    """By code: status, title and number that the public page tells."""
    settings: dict[str, dict[str, Any]] = field(default_factory=dict)
    """The office's settings, as their file writes them."""
    jobs: dict[str, int] = field(default_factory=dict)
    """How many jobs of each kind were waiting."""
    documents: dict[str, str] = field(default_factory=dict)
    """Status of each document."""
    usernames: list[str] = field(default_factory=list)


def write(folder: Path, told: Told) -> None:
    """Store a folder that holds `backup/`."""
    (folder / "told.json").write_text(json.dumps(asdict(told), ensure_ascii=False, indent=1))
    with tarfile.open(STORED, "w:gz", compresslevel=9) as stored:
        for name in ("told.json", "backup"):
            stored.add(folder / name, name)


def read(folder: Path) -> Told:
    """Unpack what is stored into a folder."""
    with tarfile.open(STORED) as stored:
        stored.extractall(folder, filter="data")
    told = json.loads((folder / "told.json").read_text())
    return Told(**{**told, "cases": [ToldCase(**each) for each in told["cases"]]})


@contextmanager
def place(
    stack: Mapping[str, str], clock: TestClock, template: str | None = None
) -> Iterator[Site]:
    """A database and a bucket of their own, with the keys of the stored site and the clock of the
    test.
    """
    with new_database(stack["DATABASE_URL"], template=template, prefix="former") as address:
        own = {
            "DATABASE_URL": address,
            "S3_BUCKET": f"former-{uuid4().hex[:20]}",
            "PUBLIC_URL": ADDRESS,
        }
        environment = {**stack, **own, **TEST_KEYS}
        settings = read_settings(environment)
        works = replace(connect(settings, pool_size=10), clock=clock)
        try:
            yield Site(environment, settings, works)
        finally:
            works.session_factory.kw["bind"].dispose()


def stage_of(works: Works, clock: TestClock) -> Stage:
    """The people of the site, each in the role that the user name tells."""
    with works.begin(SYSTEM) as work:
        actors = {user.username: users.actor_of(user) for user in users.list_all(work)}
    ends = len(COLLEAGUE)
    colleagues: dict[str, Actor] = {
        name[:-ends]: each for name, each in actors.items() if name.endswith(COLLEAGUE)
    }

    def advance(span: timedelta) -> None:
        clock.at += span

    return Stage(works, actors, ADDRESS, scans.picture(), advance, colleagues)


def instant(told: str) -> datetime:
    """An instant of what is told."""
    return datetime.fromisoformat(told)
