"""Putting a snapshot back into an empty place: everything is read and checked before, and everything is verified after.

Objects go first and the database last, in one transaction: a restore that was cut off leaves no database that could be
mistaken for a site.
"""

import tempfile
from collections.abc import Callable, Container, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import groupby, islice
from typing import IO

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from archive import copies
from archive.blobs import Blobs
from archive.models import Blob
from archive.store import Lock
from workflow_app.backup import dumps, inventory, snapshots
from workflow_app.backup.dumps import Programs
from workflow_app.backup.folders import BackupFolder
from workflow_app.backup.snapshots import BackupError, Entry, Keys, Manifest, Snapshot
from workflow_app.migrations import commands as migrations
from workflow_app.services.ground.unit_of_work import UnitOfWork, Works, translated
from workflow_app.services.watching import checkpoints, consistency
from workflow_app.types import SYSTEM

Notice = Callable[[str], None]
HANDS = 4
"""Objects stored at a time."""
BATCH = 200
EXPIRES_SOON = 60.0
"""Seconds. A lock that ends sooner is not set again: the store takes only moments to come."""

SETTLE = (
    # A job that was being done has no worker here. One whose twin waits already is not needed again.
    "delete from procrastinate_jobs d where d.status = 'doing' and exists (select from procrastinate_jobs t"
    " where t.status = 'todo' and t.queueing_lock = d.queueing_lock)",
    "update procrastinate_jobs set status = 'todo', worker_id = null, abort_requested = false"
    " where status = 'doing'",
    "delete from procrastinate_workers",
    # Sessions that have ended since must not come to life again.
    "update user_session set ended_at = now(), end_reason = 'restored', search = null where ended_at is null",
)


@dataclass
class Verdict:
    """What was found after everything was put back."""

    snapshot: Snapshot
    findings: list[str] = field(default_factory=list)
    events: int = 0
    anchored: int = 0
    blobs: int = 0

    @property
    def is_sound(self) -> bool:
        return not self.findings


@dataclass(frozen=True)
class Target:
    """Where to: an empty database and an empty bucket, with the keys of the site that was backed up."""

    works: Works
    dsn: str
    sqlalchemy_url: str
    keys: Keys


def restore(
    target: Target,
    folder: BackupFolder,
    snapshot: Snapshot,
    programs: Programs,
    notice: Notice,
    *,
    despite_damage: bool = False,
) -> Verdict:
    """Check the snapshot, put it back, verify what is there then. Raises `BackupError` before anything is changed.

    `despite_damage`: objects that are not what they were are left out and named, and all others are put back.
    """
    target.keys.check(snapshot.manifest)
    refuse_newer(snapshot.manifest)
    with translated(), tempfile.TemporaryFile("w+") as versions:
        _refuse_occupied(target, snapshot.manifest)
        program = programs.find("pg_restore", snapshot.manifest.server)
        notice("reading the backup")
        damaged = _damaged(folder, snapshot, despite_damage=despite_damage)
        without = f", without {len(damaged)} that are damaged" if damaged else ""
        notice(f"storing {snapshot.manifest.objects} objects{without}")
        target.works.blobs.ensure_bucket()
        _store(target.works.blobs, folder, _without(damaged, snapshot), versions)
        notice("loading the database")
        dumps.load(program, target.dsn, snapshot.database)
        verdict = Verdict(snapshot, list(damaged.values()))
        with target.works.begin(SYSTEM) as work:
            verdict.findings += _differences(work.session, snapshot.manifest)
        migrations.upgrade(target.sqlalchemy_url)
        with target.works.begin(SYSTEM) as work:
            _settle(work.session, versions)
        notice("verifying")
        with target.works.begin(SYSTEM) as work:
            _verify(work, target.keys, verdict)
    return verdict


def refuse_newer(manifest: Manifest) -> None:
    """A snapshot whose tables this release does not know yet cannot be read by it."""
    if not migrations.knows(manifest.revision):
        raise BackupError(
            f"The backup has tables of revision {manifest.revision}, and this release knows only up to "
            f"{migrations.head()}. Restore it with the release that made it, or a newer one."
        )


def _damaged(folder: BackupFolder, snapshot: Snapshot, *, despite_damage: bool) -> dict[str, str]:
    """Read all of it again: hash of each object that is not what it was, with a sentence. Refuses a snapshot with such
    objects unless it is wanted despite them, and one whose own files changed in any case."""
    wrong = list(snapshots.check_files(snapshot))
    damaged = {}
    if not wrong:
        found = islice(folder.damaged(snapshot), None if despite_damage else 5)
        damaged = {entry.sha256: f"object {entry.sha256} {problem}" for entry, problem in found}
    if wrong or (damaged and not despite_damage):
        raise BackupError(
            f"Snapshot {snapshot.name} is not what was written: {'; '.join([*wrong, *damaged.values()])}. "
            "Nothing was restored. Take another copy of the backup, or an earlier snapshot (--snapshot)"
            + ("." if wrong else ", or restore all that is whole: --despite-damage.")
        )
    return damaged


def _without(damaged: Container[str], snapshot: Snapshot) -> Iterator[Entry]:
    return (entry for entry in snapshot.entries() if entry.sha256 not in damaged)


def _refuse_occupied(target: Target, manifest: Manifest) -> None:
    """Refuse a place that holds anything, and a server that cannot take the dump."""
    with target.works.begin(SYSTEM) as work:
        is_empty = inventory.is_empty(work.session)
        server = inventory.server_version(work.session)
    if not is_empty:
        raise BackupError(
            "The database is not empty. A restore goes into an empty place only: "
            "name a new one with --data DIR, or an empty database."
        )
    if not copies.is_empty(target.works.blobs):
        raise BackupError(
            f"The bucket {target.works.blobs.bucket} is not empty. A restore goes into an empty place only: "
            "name a new one with --data DIR, or another S3_BUCKET. (A restore that was cut off leaves objects behind.)"
        )
    if server < manifest.server:
        raise BackupError(
            f"The backup was taken from PostgreSQL {manifest.server}, and this server is {server}. "
            f"Use version {manifest.server} or newer."
        )


def _store(blobs: Blobs, folder: BackupFolder, entries: Iterator[Entry], versions: IO[str]) -> None:
    """Store all objects with their locks; notes which version each blob has now."""

    def one(group: list[Entry]) -> list[tuple[str, str]]:
        return [(entry.name, _upload(blobs, folder, entry)) for entry in group]

    # Versions of one name stay in their order.
    groups = (list(group) for _, group in groupby(entries, key=lambda entry: entry.name))
    with ThreadPoolExecutor(HANDS) as hands:
        while batch := list(islice(groups, BATCH)):
            for stored in hands.map(one, batch):
                versions.writelines(f"{name}\t{version}\n" for name, version in stored)


def _upload(blobs: Blobs, folder: BackupFolder, entry: Entry) -> str:
    lock = Lock(entry.until, entry.mode, entry.legal_hold) if entry.mode else blobs.usual_lock()
    if lock.until and (lock.until - datetime.now(UTC)).total_seconds() < EXPIRES_SOON:
        lock = replace(lock, until=None)
    with folder.object(entry.sha256).open("rb") as stream:
        return blobs.upload(entry.name, stream, entry.size, entry.media_type, lock)


def _differences(session: Session, manifest: Manifest) -> Iterator[str]:
    """What was loaded against what was dumped."""
    found = inventory.rows(session)
    for table in sorted({*found, *manifest.rows}):
        if found.get(table) != manifest.rows.get(table):
            yield f"{table} has {found.get(table)} rows, {manifest.rows.get(table)} were dumped"
    if inventory.chain_heads(session) != (manifest.chains, manifest.chain_heads):
        yield "the heads of the audit trail are not those of the backup"


def _settle(session: Session, versions: IO[str]) -> None:
    """Make the rows true of this place: jobs wait for a worker, blobs have the versions that this store gave them."""
    for statement in SETTLE:
        session.execute(text(statement))
    versions.seek(0)
    stored = (line.rstrip("\n").split("\t") for line in versions)
    while batch := [{"name": name, "version": version} for name, version in islice(stored, 1000)]:
        session.execute(text("update archive.blob set version_id = :version where sha256 = :name"), batch)
    session.execute(text("analyze"))


def _verify(work: UnitOfWork, keys: Keys, verdict: Verdict) -> None:
    """All that can be proved of the restored site, as of the instant of the backup: no timer has run since then."""
    then = replace(work, clock=lambda: verdict.snapshot.manifest.taken_at)
    for fault in consistency.check(then, bytes.fromhex(keys.public)):
        verdict.findings.append(f"{fault.kind} {fault.where}: {fault.sentence}")
    covered = checkpoints.coverage(work)
    verdict.events, verdict.anchored = covered.events, covered.anchored
    verdict.blobs = work.session.scalar(select(func.count()).select_from(Blob)) or 0
