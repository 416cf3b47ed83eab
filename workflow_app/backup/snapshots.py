"""One snapshot of a backup: what it states about itself, its signature, and whether all of it is
still what it was.

A folder of backups on disk: objects kept once under their hash, and one snapshot for each run.

    objects/ab/ab12...               the bytes of an object, under their SHA-256
    snapshots/20261124-031500-120/   database.dump, objects.jsonl, manifest.json, manifest.sig
    snapshots/.2026...partial/       a run that has not come to its end, and is no backup
    damaged/ab12...                  an object that was not what it was; the next run copies it
    again

A snapshot gets its name when all of it is on the disk.
"""

import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from pydantic import BaseModel, ConfigDict, ValidationError

FORMAT = 1
DATABASE, OBJECTS, MANIFEST, SIGNATURE = (
    "database.dump",
    "objects.jsonl",
    "manifest.json",
    "manifest.sig",
)
CHUNK = 1 << 20
_SIGNED = b"sentra-backup-manifest\n"


class BackupError(Exception):
    """A backup or a restore cannot be made; the message says why and what to do."""


class File(BaseModel):
    """What a file was when it was written."""

    model_config = ConfigDict(frozen=True)

    size: int
    sha256: str


class Entry(File):
    """One object, one line of `objects.jsonl`: under which name it was stored, and how it was
    locked.
    """

    name: str
    media_type: str
    mode: str
    until: datetime | None
    legal_hold: bool


class Manifest(BaseModel):
    """What a snapshot states about itself. Written last, and signed with the key that signs the
    trail's checkpoints.
    """

    model_config = ConfigDict(frozen=True)

    format: int
    taken_at: datetime
    revision: str
    """Of the database's tables."""
    server: int
    """Major version of PostgreSQL."""
    identity_key: str
    """Fingerprint of the key that seals identities. The key itself is not in the backup."""
    signing_key: str
    """Public half of the key that signed this."""
    rows: dict[str, int]
    """Table -> number of rows."""
    chains: int
    chain_heads: str
    """SHA-256 over name, length and head of every chain of the trail."""
    objects: int
    object_bytes: int
    lost: list[str]
    """Objects that the store could not give any more, and no earlier run had kept."""
    files: dict[str, File]


@dataclass(frozen=True)
class Keys:
    """The two keys of a site without which a backup of it is worth nothing."""

    identity: bytes
    signing: bytes

    @property
    def fingerprint(self) -> str:
        """Tells one identity key from another, and nothing about either (it is a hash of 32 random
        bytes).
        """
        return hashlib.sha256(b"sentra identity key\n" + self.identity).hexdigest()[:32]

    @property
    def public(self) -> str:
        """Public half of the signing key, in hex."""
        return (
            Ed25519PrivateKey.from_private_bytes(self.signing).public_key().public_bytes_raw().hex()
        )

    def sign(self, manifest: bytes) -> bytes:
        """Signature of a manifest."""
        return Ed25519PrivateKey.from_private_bytes(self.signing).sign(_SIGNED + manifest)

    def check(self, manifest: Manifest) -> None:
        """Refuse a snapshot of another site, or keys that are not those it was made with."""
        wrong = [
            name
            for name, ours, theirs in (
                ("IDENTITY_KEY", self.fingerprint, manifest.identity_key),
                ("AUDIT_SIGNING_KEY", self.public, manifest.signing_key),
            )
            if ours != theirs
        ]
        if wrong:
            raise BackupError(
                f"{' and '.join(wrong)} given here did not make this backup: no name in it "
                "could be read, or nothing "
                "proved. Use the secrets.env (or the environment) of the site that was backed "
                "up: --keys FILE."
            )


@dataclass(frozen=True)
class Snapshot:
    """A complete snapshot below a folder of backups."""

    path: Path
    manifest: Manifest

    @property
    def name(self) -> str:
        return self.path.name

    @property
    def database(self) -> Path:
        """The dump of the database."""
        return self.path / DATABASE

    def entries(self) -> Iterator[Entry]:
        """Every object, in the order in which it must be stored again."""
        with (self.path / OBJECTS).open("rb") as lines:
            for line in lines:
                yield Entry.model_validate_json(line)


def read(path: Path) -> Snapshot:
    """A snapshot whose manifest can be read and carries the signature of the key that it names."""
    try:
        written = (path / MANIFEST).read_bytes()
        signature = bytes.fromhex((path / SIGNATURE).read_text())
        if int(json.loads(written)["format"]) > FORMAT:
            raise BackupError(
                f"{path.name} was made by a newer release. Restore it with that release."
            )
        manifest = Manifest.model_validate_json(written)
        public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(manifest.signing_key))
        public.verify(signature, _SIGNED + written)
    except InvalidSignature as error:
        raise BackupError(
            f"{path / MANIFEST} was changed after it was signed. Do not use this one."
        ) from error
    except (OSError, ValueError, KeyError, TypeError, ValidationError) as error:
        raise BackupError(
            f"{path / MANIFEST} cannot be read or is no manifest. Do not use this one."
        ) from error
    return Snapshot(path, manifest)


def check_files(snapshot: Snapshot) -> Iterator[str]:
    """Read the files of a snapshot again; yields a sentence for each that is not what the manifest
    says.
    """
    for name, stated in snapshot.manifest.files.items():
        if problem := difference(snapshot.path / name, stated):
            yield f"{name} {problem}"


def difference(path: Path, stated: File) -> str:
    """What is wrong with a file; empty when it is what it was."""
    digest = hashlib.sha256()
    try:
        if path.stat().st_size != stated.size:
            return f"has {path.stat().st_size} bytes instead of {stated.size}"
        with path.open("rb") as file:
            while chunk := file.read(CHUNK):
                digest.update(chunk)
    except FileNotFoundError:
        return "is missing"
    except OSError as error:
        return f"cannot be read ({error.strerror})"
    return "" if digest.hexdigest() == stated.sha256 else "was changed"


def write(path: Path, chunks: Iterable[bytes]) -> File:
    """Write a private file to the disk; returns its size and hash."""
    digest, size = hashlib.sha256(), 0
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        for chunk in chunks:
            file.write(chunk)
            digest.update(chunk)
            size += len(chunk)
        file.flush()
        os.fsync(file.fileno())
    return File(size=size, sha256=digest.hexdigest())


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
        """Make the folder, or see that it is one of ours. The one above must be there: a disk that
        was not mounted must not be taken for an empty one.
        """
        try:
            if not self.path.parent.is_dir():
                raise BackupError(
                    f"{self.path.parent} is not there. Make it, or mount the disk it lies on."
                )
            self.path.mkdir(mode=0o700, exist_ok=True)
            if not (self.path / MARK).exists():
                if any(self.path.iterdir()):
                    raise BackupError(
                        f"{self.path} holds other files. Choose a new or an empty folder."
                    )
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
        """One run at a time; the lock goes with the process, however it ends. Removes what dead
        runs left.
        """
        with (self.path / MARK).open("rb") as held:
            try:
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise BackupError(
                    f"Another backup into {self.path} is running. Wait for its end."
                ) from None
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
        write(partial / SIGNATURE, [keys.sign(written).hex().encode()])
        write(partial / MANIFEST, [written])
        for folder in (*self._objects.iterdir(), self._objects, partial):
            _sync(folder)
        final = self._snapshots / partial.name.removeprefix(".").removesuffix(PARTIAL)
        partial.rename(final)
        _sync(self._snapshots)
        return Snapshot(final, manifest)

    def names(self) -> list[str]:
        """Complete snapshots, the oldest first."""
        return sorted(path.parent.name for path in self._snapshots.glob(f"[!.]*/{MANIFEST}"))

    def snapshot(self, name: str = "") -> Snapshot:
        """The named snapshot, or the newest."""
        names = self.names()
        if not names:
            raise BackupError(f"{self.path} holds no complete backup.")
        if name and name not in names:
            raise BackupError(
                f"There is no complete snapshot {name}. There are: {', '.join(names)}."
            )
        return read(self._snapshots / (name or names[-1]))

    def check(self, snapshot: Snapshot) -> Iterator[str]:
        """Read everything of a snapshot again; yields a sentence for each part that is not what it
        was.
        """
        wrong = list(check_files(snapshot))
        yield from wrong
        if wrong:
            return
        for entry, problem in self.damaged(snapshot):
            yield f"object {entry.sha256} {problem}"

    def damaged(self, snapshot: Snapshot) -> Iterator[tuple[Entry, str]]:
        """Read every object of a snapshot again; each that is not what it was, and what is wrong
        with it.
        """
        for entry in snapshot.entries():
            if problem := difference(self.object(entry.sha256), entry):
                yield entry, problem

    def set_aside(self, damaged: Iterable[Entry]) -> int:
        """Take damaged objects out of the way, so that the next run copies them again; how many
        there were.
        """
        moved = 0
        with self.alone():
            for entry in damaged:
                path = self.object(entry.sha256)
                if path.exists() and difference(path, entry):
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
        """Keep the bytes of an object under their hash; bytes that have another one than expected
        are not kept.
        """
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
