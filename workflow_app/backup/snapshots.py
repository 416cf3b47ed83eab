"""One snapshot of a backup: what it states about itself, its signature, and whether all of it is still what it was."""

import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from pydantic import BaseModel, ConfigDict, ValidationError

FORMAT = 1
DATABASE, OBJECTS, MANIFEST, SIGNATURE = "database.dump", "objects.jsonl", "manifest.json", "manifest.sig"
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
    """One object, one line of `objects.jsonl`: under which name it was stored, and how it was locked."""

    name: str
    media_type: str
    mode: str
    until: datetime | None
    legal_hold: bool


class Manifest(BaseModel):
    """What a snapshot states about itself. Written last, and signed with the key that signs the trail's checkpoints."""

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
        """Tells one identity key from another, and nothing about either (it is a hash of 32 random bytes)."""
        return hashlib.sha256(b"sentra identity key\n" + self.identity).hexdigest()[:32]

    @property
    def public(self) -> str:
        """Public half of the signing key, in hex."""
        return Ed25519PrivateKey.from_private_bytes(self.signing).public_key().public_bytes_raw().hex()

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
                f"{' and '.join(wrong)} given here did not make this backup: no name in it could be read, or nothing "
                "proved. Use the secrets.env (or the environment) of the site that was backed up: --keys FILE."
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
            raise BackupError(f"{path.name} was made by a newer release. Restore it with that release.")
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
    """Read the files of a snapshot again; yields a sentence for each that is not what the manifest says."""
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
