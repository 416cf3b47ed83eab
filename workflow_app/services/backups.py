"""Taking a backup while the site works: the database as one instant saw it, then every object that instant names.

Bytes are stored before the rows that name them, and never change: objects read after the database are still the right
ones. The copies of checkpoints are listed before it, at a moment when none is being made: no row of theirs is missing.
"""

import hashlib
import json
import shutil
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import IO, NamedTuple

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from archive import copies
from archive.blobs import Blobs
from archive.errors import ArchiveError, BlobMissing, StoreUnavailable
from archive.models import Blob
from workflow_app.errors import Busy
from workflow_app.models.audit import AuditChain
from workflow_app.services import checkpoints, dumps, snapshots
from workflow_app.services.backup_folders import BackupFolder
from workflow_app.services.dumps import Programs
from workflow_app.services.snapshots import BackupError, Entry, File, Keys, Manifest, Snapshot
from workflow_app.services.unit_of_work import UnitOfWork, Works, translated
from workflow_app.types import SYSTEM

Notice = Callable[[str], None]
HANDS = 4
"""Objects copied at a time."""
BATCH = 200
SPARE = 100_000_000
"""Bytes that stay free on the disk of the backup."""


class Wanted(NamedTuple):
    """An object to be copied."""

    name: str
    version: str
    sha256: str = ""
    """Unknown for a copy of a checkpoint, which is named by its number."""
    size: int = 0


@dataclass
class Report:
    """What a run did."""

    snapshot: Snapshot
    copied: int = 0
    copied_bytes: int = 0
    only_kept: list[str] = field(default_factory=list)
    """Objects gone from the store, which an earlier run had kept."""


def take(
    works: Works, folder: BackupFolder, dsn: str, keys: Keys, programs: Programs, notice: Notice
) -> Report:
    """Make a snapshot in the folder. Only objects that no earlier run kept are copied."""
    folder.prepare()
    with (
        translated(),
        folder.alone(),
        folder.new_snapshot(works.clock()) as place,
        tempfile.TemporaryFile("w+") as wanted,
    ):
        _sign_newest(works, keys)
        with works.begin(SYSTEM) as work:
            work.session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
            instant, named = _instant(works, work)
            notice("dumping the database")
            manifest = _facts(work, keys, _dump(work, dsn, instant, programs, place))
            missing = _list(work.session, folder, named, wanted)
        _refuse_too_little(folder.path, missing)
        return _copy(works.blobs, folder, place, manifest, keys, wanted, notice)


def chain_heads(session: Session) -> tuple[int, str]:
    """Number of the trail's chains, and a hash over all of their heads."""
    digest, count = hashlib.sha256(), 0
    query = select(AuditChain.name, AuditChain.length, AuditChain.head)
    for name, length, head in session.execute(
        query.order_by(AuditChain.name.collate("C")).execution_options(yield_per=5000)
    ):
        count += 1
        digest.update(f"{name}\0{length}\0{head.hex()}\n".encode())
    return count, digest.hexdigest()


def rows(session: Session) -> dict[str, int]:
    """Number of rows of every table."""
    names = session.execute(
        text(
            "select schemaname, tablename, format('%I.%I', schemaname, tablename) from pg_tables"
            " where schemaname not in ('pg_catalog', 'information_schema') order by 1, 2"
        )
    ).all()
    return {
        f"{schema}.{table}": session.scalar(text(f"select count(*) from {quoted}")) or 0  # noqa: S608 - quoted by the server
        for schema, table, quoted in names
    }


def server_version(session: Session) -> int:
    """Major version of the database server."""
    return int(session.scalar(text("show server_version_num")) or 0) // 10_000


def _sign_newest(works: Works, keys: Keys) -> None:
    """Bring all events so far under a signature."""
    try:
        with works.begin(SYSTEM) as work:
            checkpoints.make_checkpoint(work, keys.signing)
    except Busy:
        pass  # writers are waited for no longer; the events since the last checkpoint are chained all the same


def _instant(works: Works, work: UnitOfWork) -> tuple[str, list[tuple[str, str]]]:
    """Name of the instant that `work` sees from now on, and the copies of checkpoints made before it."""
    with works.begin(SYSTEM) as quiet:
        quiet.session.execute(text("set local lock_timeout = '30s'"))
        quiet.session.execute(text("lock table audit_checkpoint in share update exclusive mode"))
        named = copies.versions(quiet.blobs, checkpoints.PREFIX)
        instant = work.session.scalar(text("select pg_export_snapshot()"))
    return str(instant), named


def _dump(work: UnitOfWork, dsn: str, instant: str, programs: Programs, place: Path) -> File:
    program = programs.find("pg_dump", server_version(work.session))
    return snapshots.write(place / snapshots.DATABASE, dumps.dump(program, dsn, instant))


def _facts(work: UnitOfWork, keys: Keys, dump: File) -> Manifest:
    count, heads = chain_heads(work.session)
    return Manifest(
        format=snapshots.FORMAT,
        taken_at=work.clock(),
        revision=str(work.session.scalar(text("select version_num from alembic_version"))),
        server=server_version(work.session),
        identity_key=keys.fingerprint,
        signing_key=keys.public,
        rows=rows(work.session),
        chains=count,
        chain_heads=heads,
        objects=0,
        object_bytes=0,
        lost=[],
        files={snapshots.DATABASE: dump},
    )


def _list(session: Session, folder: BackupFolder, named: list[tuple[str, str]], wanted: IO[str]) -> int:
    """Note every object of the instant in a file; returns how many bytes are still to be copied."""
    missing = 0
    for name, version in named:
        wanted.write(json.dumps(Wanted(name, version)) + "\n")
    query = select(Blob.sha256, Blob.version_id, Blob.size).order_by(Blob.sha256)
    for sha256, version, size in session.execute(query.execution_options(yield_per=5000)):
        wanted.write(json.dumps(Wanted(sha256, version, sha256, size)) + "\n")
        if not folder.has(sha256, size):
            missing += size
    return missing


def _refuse_too_little(place: Path, needed: int) -> None:
    free = shutil.disk_usage(place).free
    if free < needed + SPARE:
        raise BackupError(
            f"{needed // 1_000_000} MB of objects are to be copied, and only {free // 1_000_000} MB are free in {place}. "
            "Free some space, or choose another disk. What earlier runs kept is still there."
        )


def _copy(
    blobs: Blobs,
    folder: BackupFolder,
    place: Path,
    manifest: Manifest,
    keys: Keys,
    wanted: IO[str],
    notice: Notice,
) -> Report:
    """Copy what is not there yet, write down all objects with their locks, and finish the snapshot."""
    report = Report(Snapshot(place, manifest))
    lost: list[str] = []
    total = [0, 0]

    def lines() -> Iterator[bytes]:
        for item, entry, is_new in _copies(blobs, folder, wanted):
            if entry is None:
                lost.append(item.name)
                continue
            if is_new:
                report.copied += 1
                report.copied_bytes += entry.size
            elif not entry.mode:
                report.only_kept.append(item.name)
            total[0] += 1
            total[1] += entry.size
            if total[0] % 5_000 == 0:
                notice(f"{total[0]} objects, {total[1] // 1_000_000} MB")
            yield entry.model_dump_json().encode() + b"\n"

    listed = snapshots.write(place / snapshots.OBJECTS, lines())
    facts = {"objects": total[0], "object_bytes": total[1], "lost": lost}
    files = {**manifest.files, snapshots.OBJECTS: listed}
    report.snapshot = folder.finish(place, manifest.model_copy(update={**facts, "files": files}), keys)
    return report


def _copies(
    blobs: Blobs, folder: BackupFolder, wanted: IO[str]
) -> Iterator[tuple[Wanted, Entry | None, bool]]:
    """Each object in its order, what is kept of it (None: nothing), and whether it was copied now."""

    def one(item: Wanted) -> tuple[Wanted, Entry | None, bool]:
        return item, *_copied(blobs, folder, item)

    wanted.seek(0)
    items = (Wanted(*json.loads(line)) for line in wanted)
    with ThreadPoolExecutor(HANDS) as hands:
        while batch := list(islice(items, BATCH)):
            yield from hands.map(one, batch)


def _copied(blobs: Blobs, folder: BackupFolder, item: Wanted) -> tuple[Entry | None, bool]:
    """See that an object is in the folder. The version that the row names is asked for when the current one is not right."""
    if not item.sha256:
        with copies.fetch(blobs, item.name, item.version) as (kept, chunks):
            return _entry(item.name, folder.keep(chunks), kept), True
    is_there = folder.has(item.sha256, item.size)
    stated = File(size=item.size, sha256=item.sha256)
    for version in (None, item.version):
        try:
            if is_there:
                kept = copies.describe(blobs, item.name, version)
                is_right = kept.size == item.size
            else:
                with copies.fetch(blobs, item.name, version) as (kept, chunks):
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


def _entry(name: str, file: File, kept: copies.Kept | None) -> Entry:
    """How it was locked; without a mode when the store could not say."""
    return Entry(
        name=name,
        size=file.size,
        sha256=file.sha256,
        media_type=kept.media_type if kept else "application/octet-stream",
        mode=kept.lock.mode if kept else "",
        until=kept.lock.until if kept else None,
        legal_hold=kept.lock.legal_hold if kept else False,
    )
