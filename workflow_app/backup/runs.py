"""Backup of a running site, and restore into an empty place.

A backup dumps the database at one instant, then copies every object that it names. Objects are
stored before their rows and never change, so objects read after the database are still correct. The
copies of checkpoints are listed before the instant, at a moment when none is being made, so that
each listed copy has its row.

A restore reads and checks everything before it changes anything, and verifies everything
afterwards. The database comes last, in one transaction, so that an interrupted restore leaves no
database that looks like a site.
"""

import json
import shutil
import tempfile
from collections.abc import Callable, Container, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import groupby, islice
from pathlib import Path
from typing import IO, NamedTuple

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from archive import blobs as archive_blobs
from archive.blobs import Blobs
from archive.errors import ArchiveError, BlobMissing, StoreUnavailable
from archive.models import Blob
from archive.store import Lock
from workflow_app.backup import database, snapshots
from workflow_app.backup.database import Programs
from workflow_app.backup.snapshots import (
    BackupError,
    BackupFolder,
    Entry,
    File,
    Keys,
    Manifest,
    Snapshot,
)
from workflow_app.domain import SYSTEM, Busy
from workflow_app.migrations import commands
from workflow_app.services.core.unit_of_work import UnitOfWork, Works, translated
from workflow_app.services.operations import checkpoints, consistency

Notice = Callable[[str], None]
HANDS = 4
"""Objects copied in parallel."""
BATCH = 200
SPARE = 100_000_000
"""Bytes that stay free on the disk of the backup."""


class Wanted(NamedTuple):
    """An object to copy."""

    name: str
    version: str
    sha256: str = ""
    """Empty for a copy of a checkpoint, which is named by its number."""
    size: int = 0


@dataclass
class Tally:
    """Counts of the objects of a run."""

    objects: int = 0
    object_bytes: int = 0
    copied: int = 0
    copied_bytes: int = 0
    lost: list[str] = field(default_factory=list)
    """Objects without correct bytes in the store or in an earlier backup."""
    only_kept: list[str] = field(default_factory=list)
    """Objects missing in the store that an earlier run has kept."""


@dataclass(frozen=True)
class Report:
    """Result of a run."""

    snapshot: Snapshot
    tally: Tally


def take(
    works: Works, folder: BackupFolder, dsn: str, keys: Keys, programs: Programs, notice: Notice
) -> Report:
    """Make a snapshot in the folder. Only objects that no earlier run has kept are copied."""
    folder.prepare()
    with (
        translated(),
        folder.alone(),
        folder.new_snapshot(works.clock()) as place,
        tempfile.TemporaryFile("w+", dir=place) as wanted,
    ):
        _sign_newest(works, keys)
        with works.begin(SYSTEM) as work:
            work.session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
            instant, named = _instant(works, work)
            taken_at = works.clock()
            notice("dumping the database")
            server = database.server_version(work.session)
            program = programs.find("pg_dump", server)
            dump = snapshots.write(place / snapshots.DATABASE, database.dump(program, dsn, instant))
            revision, rows = database.revision(work.session), database.rows(work.session)
            chains, heads = database.chain_heads(work.session)
            missing = _list(work.session, folder, named, wanted)
        _refuse_too_little(folder.path, missing)
        notice(f"copying objects ({missing / 1e6:.0f} MB are new)")
        tally = Tally()
        listed = snapshots.write(
            place / snapshots.OBJECTS, _lines(works.blobs, folder, wanted, tally, notice)
        )
        manifest = Manifest(
            format=snapshots.FORMAT,
            taken_at=taken_at,
            revision=revision,
            server=server,
            identity_key=keys.fingerprint,
            signing_key=keys.public,
            rows=rows,
            chains=chains,
            chain_heads=heads,
            objects=tally.objects,
            object_bytes=tally.object_bytes,
            lost=tally.lost,
            files={snapshots.DATABASE: dump, snapshots.OBJECTS: listed},
        )
        return Report(folder.finish(place, manifest, keys), tally)


def _sign_newest(works: Works, keys: Keys) -> None:
    """Make a checkpoint that signs all events so far."""
    try:
        with works.begin(SYSTEM) as work:
            checkpoints.make_checkpoint(work, keys.signing)
    except Busy:
        # Waiting for writers has ended; events after the last checkpoint are chained nevertheless.
        pass


def _instant(works: Works, work: UnitOfWork) -> tuple[str, list[tuple[str, str]]]:
    """Export the snapshot that `work` sees; returns its name and the copies of checkpoints made
    before.
    """
    with works.begin(SYSTEM) as quiet:
        quiet.session.execute(text("set local lock_timeout = '30s'"))
        quiet.session.execute(text("lock table audit_checkpoint in share update exclusive mode"))
        named = archive_blobs.versions(quiet.blobs, checkpoints.PREFIX)
        instant = work.session.scalar(text("select pg_export_snapshot()"))
    return str(instant), named


def _list(
    session: Session, folder: BackupFolder, named: list[tuple[str, str]], wanted: IO[str]
) -> int:
    """Write every object of the snapshot to a file; returns the number of bytes to copy."""
    missing = 0
    for name, version in named:
        wanted.write(json.dumps(Wanted(name, version)) + "\n")
    query = (
        select(Blob.sha256, Blob.version_id, Blob.size)
        .where(Blob.gone_at.is_(None))
        .order_by(Blob.sha256)
    )
    for sha256, version, size in session.execute(query.execution_options(yield_per=5000)):
        wanted.write(json.dumps(Wanted(sha256, version, sha256, size)) + "\n")
        if not folder.has(sha256, size):
            missing += size
    return missing


def _refuse_too_little(place: Path, needed: int) -> None:
    free = shutil.disk_usage(place).free
    if free < needed + SPARE:
        raise BackupError(
            f"{needed // 1_000_000} MB of objects are to be copied, and only "
            f"{free // 1_000_000} MB are free in {place}. "
            "Free some space, or choose another disk. What earlier runs kept is still there."
        )


def _lines(
    blobs: Blobs, folder: BackupFolder, wanted: IO[str], tally: Tally, notice: Notice
) -> Iterator[bytes]:
    """Copy missing objects; yields one line for each object that the folder holds."""
    for item, entry, is_new in _copies(blobs, folder, wanted):
        if entry is None:
            tally.lost.append(item.name)
            continue
        tally.objects += 1
        tally.object_bytes += entry.size
        if is_new:
            tally.copied += 1
            tally.copied_bytes += entry.size
        elif not entry.mode:
            tally.only_kept.append(item.name)
        if tally.objects % 5_000 == 0:
            notice(f"{tally.objects} objects, {tally.object_bytes / 1e6:.0f} MB")
        yield entry.model_dump_json().encode() + b"\n"


def _copies(
    blobs: Blobs, folder: BackupFolder, wanted: IO[str]
) -> Iterator[tuple[Wanted, Entry | None, bool]]:
    """Yield each object in order, its kept entry (None if there is none), and whether it was copied
    now.
    """

    def one(item: Wanted) -> tuple[Wanted, Entry | None, bool]:
        return item, *_copied(blobs, folder, item)

    wanted.seek(0)
    items = (Wanted(*json.loads(line)) for line in wanted)
    with ThreadPoolExecutor(HANDS) as hands:
        while batch := list(islice(items, BATCH)):
            yield from hands.map(one, batch)


def _copied(blobs: Blobs, folder: BackupFolder, item: Wanted) -> tuple[Entry | None, bool]:
    """Make sure that an object is in the folder. If the current version is wrong, the version named
    by the row is fetched.
    """
    if not item.sha256:
        with archive_blobs.fetch(blobs, item.name, item.version) as (kept, chunks):
            return _entry(item.name, folder.keep(chunks), kept), True
    is_there = folder.has(item.sha256, item.size)
    stated = File(size=item.size, sha256=item.sha256)
    for version in (None, item.version):
        try:
            if is_there:
                kept = archive_blobs.describe(blobs, item.name, version)
                is_right = kept.size == item.size
            else:
                with archive_blobs.fetch(blobs, item.name, version) as (kept, chunks):
                    is_right = folder.keep(chunks, item.sha256) == stated
        except StoreUnavailable:
            raise
        except ArchiveError as error:
            if version is None and not isinstance(error, BlobMissing):
                raise
            continue
        if is_right:
            return _entry(item.name, stated, kept), not is_there
    return (_entry(item.name, stated, None), False) if is_there else (None, False)


def _entry(name: str, file: File, kept: archive_blobs.Kept | None) -> Entry:
    """Return the entry of an object with its lock; without a mode if the store does
    not report it.
    """
    return Entry(
        name=name,
        size=file.size,
        sha256=file.sha256,
        media_type=kept.media_type if kept else "application/octet-stream",
        mode=kept.lock.mode if kept else "",
        until=kept.lock.until if kept else None,
        legal_hold=kept.lock.legal_hold if kept else False,
    )


EXPIRES_SOON = 60.0
"""Seconds. A lock that ends earlier is not set again, because it would expire during
the restore.
"""

SETTLE = (
    # A running job has no worker here. If an equal job already waits, the running one is not
    # needed.
    "delete from procrastinate_jobs d where d.status = 'doing' and exists (select from "
    "procrastinate_jobs t"
    " where t.status = 'todo' and t.queueing_lock = d.queueing_lock)",
    "update procrastinate_jobs set status = 'todo', worker_id = null, abort_requested = false"
    " where status = 'doing'",
    "delete from procrastinate_workers",
    # Sessions that have ended since the backup must not become valid again.
    (
        "update user_session set ended_at = now(), end_reason = 'restored', search = null where "
        "ended_at is null"
    ),
)


@dataclass
class Verdict:
    """Result of the verification after a restore."""

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
    """Destination of a restore: an empty database and an empty bucket, with the keys of the
    original site.
    """

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
    """Check the snapshot, restore it, and verify the result. Raises `BackupError` before anything
    is changed.

    `despite_damage` leaves out damaged objects, names them, and restores all others.
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
        database.load(program, target.dsn, snapshot.database)
        verdict = Verdict(snapshot, list(damaged.values()))
        with target.works.begin(SYSTEM) as work:
            verdict.findings += _differences(work.session, snapshot.manifest)
        commands.upgrade(target.sqlalchemy_url)
        with target.works.begin(SYSTEM) as work:
            _settle(work.session, versions)
        notice("verifying")
        with target.works.begin(SYSTEM) as work:
            _verify(work, target.keys, verdict)
    return verdict


def refuse_newer(manifest: Manifest) -> None:
    """Refuse a snapshot whose table revision this release does not know."""
    if not commands.knows(manifest.revision):
        raise BackupError(
            f"The backup has tables of revision {manifest.revision}, and this release knows "
            "only up to "
            f"{commands.head()}. Restore it with the release that made it, or a newer one."
        )


def _damaged(folder: BackupFolder, snapshot: Snapshot, *, despite_damage: bool) -> dict[str, str]:
    """Read everything again and return a sentence for each damaged object by its hash.

    Refuses a snapshot with damaged objects unless `despite_damage` is set, and always one whose own
    files were changed.
    """
    wrong = list(snapshots.check_files(snapshot))
    damaged = {}
    if not wrong:
        found = islice(folder.damaged(snapshot), None if despite_damage else 5)
        damaged = {entry.sha256: f"object {entry.sha256} {problem}" for entry, problem in found}
    if wrong or (damaged and not despite_damage):
        raise BackupError(
            f"Snapshot {snapshot.name} is not what was written: "
            f"{'; '.join([*wrong, *damaged.values()])}. "
            "Nothing was restored. Take another copy of the backup, or an earlier snapshot "
            "(--snapshot)" + ("." if wrong else ", or restore all that is whole: --despite-damage.")
        )
    return damaged


def _without(damaged: Container[str], snapshot: Snapshot) -> Iterator[Entry]:
    return (entry for entry in snapshot.entries() if entry.sha256 not in damaged)


def _refuse_occupied(target: Target, manifest: Manifest) -> None:
    """Refuse a destination that is not empty, and a server that cannot load the dump."""
    with target.works.begin(SYSTEM) as work:
        is_empty = database.is_empty(work.session)
        server = database.server_version(work.session)
    if not is_empty:
        raise BackupError(
            "The database is not empty. A restore goes into an empty place only: "
            "name a new one with --data DIR, or an empty database."
        )
    if not archive_blobs.is_empty(target.works.blobs):
        raise BackupError(
            f"The bucket {target.works.blobs.bucket} is not empty. A restore goes into an "
            "empty place only: "
            "name a new one with --data DIR, or another S3_BUCKET. (A restore that was cut "
            "off leaves objects behind.)"
        )
    if server < manifest.server:
        raise BackupError(
            f"The backup was taken from PostgreSQL {manifest.server}, and this server is {server}. "
            f"Use version {manifest.server} or newer."
        )


def _store(blobs: Blobs, folder: BackupFolder, entries: Iterator[Entry], versions: IO[str]) -> None:
    """Store all objects with their locks, and record the new version of each blob."""

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
    """Yield the differences between the loaded and the dumped content."""
    found = database.rows(session)
    for table in sorted({*found, *manifest.rows}):
        if found.get(table) != manifest.rows.get(table):
            yield f"{table} has {found.get(table)} rows, {manifest.rows.get(table)} were dumped"
    if database.chain_heads(session) != (manifest.chains, manifest.chain_heads):
        yield "the heads of the audit trail are not those of the backup"


def _settle(session: Session, versions: IO[str]) -> None:
    """Adapt the rows to this site: jobs wait for a worker, and blobs refer to the versions in this
    store.
    """
    for statement in SETTLE:
        session.execute(text(statement))
    versions.seek(0)
    stored = (line.rstrip("\n").split("\t") for line in versions)
    while batch := [{"name": name, "version": version} for name, version in islice(stored, 1000)]:
        session.execute(
            text("update archive.blob set version_id = :version where sha256 = :name"), batch
        )
    session.execute(text("analyze"))


def _verify(work: UnitOfWork, keys: Keys, verdict: Verdict) -> None:
    """Verify everything that can be proved about the restored site, at the instant of the backup,
    because no timer has fired since.
    """
    then = replace(work, clock=lambda: verdict.snapshot.manifest.taken_at)
    for fault in consistency.check_consistency(then, bytes.fromhex(keys.public)):
        verdict.findings.append(f"{fault.kind} {fault.where}: {fault.sentence}")
    covered = checkpoints.coverage(work)
    verdict.events, verdict.anchored = covered.events, covered.anchored
    verdict.blobs = work.session.scalar(select(func.count()).select_from(Blob)) or 0
