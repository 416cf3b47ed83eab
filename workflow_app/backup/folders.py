"""A folder of backups on disk: objects kept once under their hash, and one snapshot for each run.

    objects/ab/ab12...               the bytes of an object, under their SHA-256
    snapshots/20261124-031500-120/   database.dump, objects.jsonl, manifest.json, manifest.sig
    snapshots/.2026...partial/       a run that has not come to its end, and is no backup
    damaged/ab12...                  an object that was not what it was; the next run copies it again

A snapshot gets its name when all of it is on the disk.
"""

import fcntl
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from workflow_app.backup import snapshots
from workflow_app.backup.snapshots import BackupError, Entry, File, Keys, Manifest, Snapshot, write

MARK = "SENTRA-BACKUP"
PARTIAL = ".partial"


class BackupFolder:
    """The backups of one site."""

    def __init__(self, path: Path) -> None:
        self.path = path.expanduser().resolve()
        self._snapshots = self.path / "snapshots"
        self._objects = self.path / "objects"
        self.aside = self.path / "damaged"
        """Where damaged objects go."""

    def prepare(self) -> None:
        """Make the folder, or see that it is one of ours. The one above must be there: a disk that was not mounted
        must not be taken for an empty one."""
        try:
            if not self.path.parent.is_dir():
                raise BackupError(f"{self.path.parent} is not there. Make it, or mount the disk it lies on.")
            self.path.mkdir(mode=0o700, exist_ok=True)
            if not (self.path / MARK).exists():
                if any(self.path.iterdir()):
                    raise BackupError(f"{self.path} holds other files. Choose a new or an empty folder.")
                write(
                    self.path / MARK,
                    [b"Backups of Sentra SPKT. They hold personal data: keep them closed.\n"],
                )
            self.path.chmod(0o700)
            for folder in (self._snapshots, self._objects):
                folder.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise BackupError(f"{self.path} cannot be written ({error.strerror}).") from error

    @contextmanager
    def alone(self) -> Iterator[None]:
        """One run at a time; the lock goes with the process, however it ends. Removes what dead runs left."""
        with (self.path / MARK).open("rb") as held:
            try:
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise BackupError(f"Another backup into {self.path} is running. Wait for its end.") from None
            for leftover in self._snapshots.glob(f".*{PARTIAL}"):
                shutil.rmtree(leftover)
            for leftover in self._objects.glob(f".*{PARTIAL}"):
                leftover.unlink()
            yield

    @contextmanager
    def new_snapshot(self, at: datetime) -> Iterator[Path]:
        """A place for a new snapshot; gone again unless it was finished."""
        stamp = at.astimezone(UTC).strftime("%Y%m%d-%H%M%S-%f")[:-3]
        path = self._snapshots / f".{stamp}{PARTIAL}"
        path.mkdir(mode=0o700)
        try:
            yield path
        finally:
            shutil.rmtree(path, ignore_errors=True)

    def finish(self, partial: Path, manifest: Manifest, keys: Keys) -> Snapshot:
        """Sign the snapshot, and give it its name after all of it is on the disk."""
        written = manifest.model_dump_json(indent=1).encode()
        write(partial / snapshots.SIGNATURE, [keys.sign(written).hex().encode()])
        write(partial / snapshots.MANIFEST, [written])
        for folder in (*self._objects.iterdir(), self._objects, partial):
            _sync(folder)
        final = self._snapshots / partial.name.removeprefix(".").removesuffix(PARTIAL)
        partial.rename(final)
        _sync(self._snapshots)
        return Snapshot(final, manifest)

    def names(self) -> list[str]:
        """Complete snapshots, the oldest first."""
        return sorted(path.parent.name for path in self._snapshots.glob(f"[!.]*/{snapshots.MANIFEST}"))

    def snapshot(self, name: str = "") -> Snapshot:
        """The named snapshot, or the newest."""
        names = self.names()
        if not names:
            raise BackupError(f"{self.path} holds no complete backup.")
        if name and name not in names:
            raise BackupError(f"There is no complete snapshot {name}. There are: {', '.join(names)}.")
        return snapshots.read(self._snapshots / (name or names[-1]))

    def check(self, snapshot: Snapshot) -> Iterator[str]:
        """Read everything of a snapshot again; yields a sentence for each part that is not what it was."""
        wrong = list(snapshots.check_files(snapshot))
        yield from wrong
        if wrong:
            return
        for entry, problem in self.damaged(snapshot):
            yield f"object {entry.sha256} {problem}"

    def damaged(self, snapshot: Snapshot) -> Iterator[tuple[Entry, str]]:
        """Read every object of a snapshot again; each that is not what it was, and what is wrong with it."""
        for entry in snapshot.entries():
            if problem := snapshots.difference(self.object(entry.sha256), entry):
                yield entry, problem

    def set_aside(self, damaged: Iterable[Entry]) -> int:
        """Take damaged objects out of the way, so that the next run copies them again; how many there were."""
        moved = 0
        with self.alone():
            for entry in damaged:
                path = self.object(entry.sha256)
                if path.exists() and snapshots.difference(path, entry):
                    self.aside.mkdir(mode=0o700, exist_ok=True)
                    path.replace(self.aside / entry.sha256)
                    moved += 1
        return moved

    def object(self, sha256: str) -> Path:
        """Where the bytes of an object lie."""
        return self._objects / sha256[:2] / sha256

    def has(self, sha256: str, size: int) -> bool:
        """Whether an earlier run kept these bytes. Only `check` reads them again."""
        try:
            return self.object(sha256).stat().st_size == size
        except FileNotFoundError:
            return False

    def keep(self, chunks: Iterable[bytes], expected: str = "") -> File:
        """Keep the bytes of an object under their hash; bytes that have another one than expected are not kept."""
        fresh = self._objects / f".{uuid4().hex}{PARTIAL}"
        try:
            kept = write(fresh, chunks)
            if expected in ("", kept.sha256):
                path = self.object(kept.sha256)
                path.parent.mkdir(mode=0o700, exist_ok=True)
                fresh.replace(path)
        finally:
            fresh.unlink(missing_ok=True)
        return kept


def _sync(folder: Path) -> None:
    """See that the names in a folder are on the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
