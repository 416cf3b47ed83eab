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
    """A backup or a restore is not possible; the message says why and what to do."""


class File(BaseModel):
    """Size and hash of a file when it was written."""

    model_config = ConfigDict(frozen=True)

    size: int
    sha256: str


class Entry(File):
    """One object, as a line of `objects.jsonl`: the name under which it was stored,
    and its lock.
    """

    name: str
    media_type: str
    mode: str
    until: datetime | None
    legal_hold: bool


class Manifest(BaseModel):
    """The facts about a snapshot. Written last, and signed with the key that signs audit
    checkpoints.
    """

    model_config = ConfigDict(frozen=True)

    format: int
    taken_at: datetime
    revision: str
    """Revision of the database tables."""
    server: int
    """Major version of PostgreSQL."""
    identity_key: str
    """Fingerprint of the key that seals identities. The key itself is not in the backup."""
    signing_key: str
    """Public half of the key that signed the manifest."""
    rows: dict[str, int]
    """Number of rows by table."""
    chains: int
    chain_heads: str
    """SHA-256 over name, length and head of every chain of the audit log."""
    objects: int
    object_bytes: int
    lost: list[str]
    """Objects that the store could not return and no earlier run had kept."""
    files: dict[str, File]


@dataclass(frozen=True)
class Keys:
    """The two keys of a site that are required to use its backup."""

    identity: bytes
    signing: bytes

    @property
    def fingerprint(self) -> str:
        """Return a hash that distinguishes identity keys and reveals nothing about them (they are
        32 random bytes).
        """
        return hashlib.sha256(b"sentra identity key\n" + self.identity).hexdigest()[:32]

    @property
    def public(self) -> str:
        """Return the public half of the signing key, in hex."""
        return (
            Ed25519PrivateKey.from_private_bytes(self.signing).public_key().public_bytes_raw().hex()
        )

    def sign(self, manifest: bytes) -> bytes:
        """Return the signature of a manifest."""
        return Ed25519PrivateKey.from_private_bytes(self.signing).sign(_SIGNED + manifest)

    def check(self, manifest: Manifest) -> None:
        """Refuse a snapshot of another site, and keys other than those of the snapshot."""
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
    """A complete snapshot in a backup folder."""

    path: Path
    manifest: Manifest

    @property
    def name(self) -> str:
        return self.path.name

    @property
    def database(self) -> Path:
        """Path of the database dump."""
        return self.path / DATABASE

    def entries(self) -> Iterator[Entry]:
        """Yield every object in the order in which it must be stored again."""
        with (self.path / OBJECTS).open("rb") as lines:
            for line in lines:
                yield Entry.model_validate_json(line)


def read(path: Path) -> Snapshot:
    """Read a snapshot and check the signature of its manifest by the key that the
    manifest names.
    """
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
    """Read the files of a snapshot again; yields a sentence for each that differs from the
    manifest.
    """
    for name, stated in snapshot.manifest.files.items():
        if problem := difference(snapshot.path / name, stated):
            yield f"{name} {problem}"


def difference(path: Path, stated: File) -> str:
    """Return what is wrong with a file; empty when it is unchanged."""
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
    """Write a private file to the disk and return its size and hash."""
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
        """Folder for damaged objects."""

    def prepare(self) -> None:
        """Create the folder, or check that it is a backup folder. Its parent must exist, so that an
        unmounted disk is not taken for an empty one.
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
        """Allow one run at a time and remove remains of dead runs; the kernel releases the lock
        when the process ends.
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
        """Provide a folder for a new snapshot; it is deleted unless it was finished."""
        stamp = at.astimezone(UTC).strftime("%Y%m%d-%H%M%S-%f")[:-3]
        path = self._snapshots / f".{stamp}{PARTIAL}"
        path.mkdir(mode=0o700)
        try:
            yield path
        finally:
            shutil.rmtree(path, ignore_errors=True)

    def finish(self, partial: Path, manifest: Manifest, keys: Keys) -> Snapshot:
        """Sign the snapshot, and rename it after all of it is on the disk."""
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
        """Return the complete snapshots, the oldest first."""
        return sorted(path.parent.name for path in self._snapshots.glob(f"[!.]*/{MANIFEST}"))

    def snapshot(self, name: str = "") -> Snapshot:
        """Return the named snapshot, or the newest."""
        names = self.names()
        if not names:
            raise BackupError(f"{self.path} holds no complete backup.")
        if name and name not in names:
            raise BackupError(
                f"There is no complete snapshot {name}. There are: {', '.join(names)}."
            )
        return read(self._snapshots / (name or names[-1]))

    def check(self, snapshot: Snapshot) -> Iterator[str]:
        """Read everything of a snapshot again; yields a sentence for each changed part."""
        wrong = list(check_files(snapshot))
        yield from wrong
        if wrong:
            return
        for entry, problem in self.damaged(snapshot):
            yield f"object {entry.sha256} {problem}"

    def damaged(self, snapshot: Snapshot) -> Iterator[tuple[Entry, str]]:
        """Read every object of a snapshot again; yields each damaged one with a sentence."""
        for entry in snapshot.entries():
            if problem := difference(self.object(entry.sha256), entry):
                yield entry, problem

    def set_aside(self, damaged: Iterable[Entry]) -> int:
        """Move damaged objects away, so that the next run copies them again; returns
        their number.
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
        """Return the path of the bytes of an object."""
        return self._objects / sha256[:2] / sha256

    def has(self, sha256: str, size: int) -> bool:
        """Return whether an earlier run kept these bytes. Only `check` reads them again."""
        try:
            return self.object(sha256).stat().st_size == size
        except FileNotFoundError:
            return False

    def keep(self, chunks: Iterable[bytes], expected: str = "") -> File:
        """Store the bytes of an object under their hash. Bytes with another hash than expected are
        not kept.
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
    """Make sure that the names in a folder are on the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
