"""Taking a backup while the site works: the database as one instant saw it, then every object that instant names.

Bytes are stored before the rows that name them, and never change: objects read after the database are still the right
ones. The copies of checkpoints are listed before it, at a moment when none is being made: no row of theirs is missing.
"""

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
from workflow_app.backup import dumps, inventory, snapshots
from workflow_app.backup.dumps import Programs
from workflow_app.backup.folders import BackupFolder
from workflow_app.backup.snapshots import BackupError, Entry, File, Keys, Manifest, Snapshot
from workflow_app.errors import Busy
from workflow_app.services.ground.unit_of_work import UnitOfWork, Works, translated
from workflow_app.services.watching import checkpoints
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
class Tally:
    """What a run did with the objects."""

    objects: int = 0
    object_bytes: int = 0
    copied: int = 0
    copied_bytes: int = 0
    lost: list[str] = field(default_factory=list)
    """The store has no right bytes for them, and no earlier run has kept any."""
    only_kept: list[str] = field(default_factory=list)
    """Gone from the store, but an earlier run had kept them."""


@dataclass(frozen=True)
class Report:
    """What a run made."""

    snapshot: Snapshot
    tally: Tally


def take(
    works: Works, folder: BackupFolder, dsn: str, keys: Keys, programs: Programs, notice: Notice
) -> Report:
    """Make a snapshot in the folder. Only objects that no earlier run kept are copied."""
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
            server = inventory.server_version(work.session)
            program = programs.find("pg_dump", server)
            dump = snapshots.write(place / snapshots.DATABASE, dumps.dump(program, dsn, instant))
            revision, rows = inventory.revision(work.session), inventory.rows(work.session)
            chains, heads = inventory.chain_heads(work.session)
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


def _list(session: Session, folder: BackupFolder, named: list[tuple[str, str]], wanted: IO[str]) -> int:
    """Note every object of the instant in a file; returns how many bytes are still to be copied."""
    missing = 0
    for name, version in named:
        wanted.write(json.dumps(Wanted(name, version)) + "\n")
    query = (
        select(Blob.sha256, Blob.version_id, Blob.size).where(Blob.gone_at.is_(None)).order_by(Blob.sha256)
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
            f"{needed // 1_000_000} MB of objects are to be copied, and only {free // 1_000_000} MB are free in {place}. "
            "Free some space, or choose another disk. What earlier runs kept is still there."
        )


def _lines(
    blobs: Blobs, folder: BackupFolder, wanted: IO[str], tally: Tally, notice: Notice
) -> Iterator[bytes]:
    """Copy what is not there yet; one line for each object that the folder holds."""
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
