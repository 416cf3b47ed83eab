"""Whole sites for the tests of backups: a database and a bucket of their own on the shared
servers.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4

from minio import Minio
from sqlalchemy import text

from tests.integration.hiring import hire
from tests.integration.services import scans
from tests.services import ROOT, new_database
from workflow_app.backup import runs
from workflow_app.backup.database import Programs
from workflow_app.backup.runs import Report, Target, Verdict
from workflow_app.backup.snapshots import BackupFolder, Keys, Snapshot
from workflow_app.connections import connect
from workflow_app.domain import SYSTEM
from workflow_app.engine import process_folders
from workflow_app.services.accounts import users
from workflow_app.services.core.unit_of_work import Works
from workflow_app.services.demo import seeding
from workflow_app.services.demo.seeding import Stage
from workflow_app.services.retention import holdings
from workflow_app.settings import Settings, read_settings
from workflow_app.tools.embedded.postgres import client_programs

SKTLK = ROOT / "processes" / "sktlk"
PROGRAMS = Programs(client_programs())


def silent(_: str) -> None:
    """Tell nobody."""


@dataclass(frozen=True)
class Site:
    """One installation."""

    environment: dict[str, str]
    settings: Settings
    works: Works

    @property
    def keys(self) -> Keys:
        return Keys(self.settings.identity_key_bytes, self.settings.audit_signing_key_bytes)

    def backup(self, folder: Path, notice: runs.Notice = silent) -> Report:
        dsn = self.settings.database_dsn
        return runs.take(self.works, BackupFolder(folder), dsn, self.keys, PROGRAMS, notice)

    def restore(
        self, folder: Path, snapshot: Snapshot | None = None, keys: Keys | None = None
    ) -> Verdict:
        kept = BackupFolder(folder)
        target = Target(
            self.works, self.settings.database_dsn, self.settings.sqlalchemy_url, keys or self.keys
        )
        return runs.restore(target, kept, snapshot or kept.snapshot(), PROGRAMS, silent)


@contextmanager
def site(stack: dict[str, str], *, template: str | None = None) -> Iterator[Site]:
    """A site with tables when there is a template, else an empty place. The keys are those of the
    stack.
    """
    with new_database(stack["DATABASE_URL"], template=template, prefix="site") as address:
        environment = {**stack, "DATABASE_URL": address, "S3_BUCKET": f"site-{uuid4().hex[:20]}"}
        settings = read_settings(environment)
        works = connect(settings, pool_size=10)
        if template:
            works.blobs.ensure_bucket()
        try:
            yield Site(environment, settings, works)
        finally:
            works.session_factory.kw["bind"].dispose()


def stage_of(place: Site) -> Stage:
    """The people of a site, made when they are not there yet."""
    with place.works.begin(SYSTEM) as work:
        known = {user.username: users.actor_of(user) for user in users.list_all(work)}
    cast = {
        role: known.get(role) or hire(place.works, role, role) for role in ("petugas", "ka_spkt")
    }
    return Stage(place.works, cast, "http://127.0.0.1:8000", scans.picture())


def play(stage: Stage, steps: int | None = None) -> UUID:
    scenario = process_folders.read_scenario(
        "sktlk_ktp", process_folders.read_folder(SKTLK)["scenarios/sktlk_ktp.yaml"]
    )
    return seeding.play(stage, "sktlk", scenario, steps=steps)


def deposit(place: Site, words: str) -> UUID:
    with place.works.begin(SYSTEM) as work:
        added = holdings.deposit(work, scans.picture(words))
    assert added.document_id
    return added.document_id


def count(place: Site, table: str) -> int:
    with place.works.begin(SYSTEM) as work:
        return work.session.scalar(text(f"select count(*) from {table}")) or 0


def plain(place: Site) -> Minio:
    """The store without our library."""
    found = place.environment
    return Minio(
        found["S3_ENDPOINT"],
        access_key=found["S3_ACCESS_KEY"],
        secret_key=found["S3_SECRET_KEY"],
        secure=False,
        region=found["S3_REGION"],
    )
