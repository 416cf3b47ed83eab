"""Bytes in the object store under object lock, one object per blob; its key is the SHA-256 in hex.

The module also copies objects with their locks between stores, for backups, and checks fixity:
every blob is read back from the store and hashed again.
"""

import hashlib
import io
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from archive.errors import BlobDamaged, BlobLocked, BlobMissing
from archive.models import Blob
from archive.store import CHUNK, Lock, Store, chunks_of, named_errors


@dataclass(frozen=True, slots=True)
class StoredBlob:
    """A blob whose storage the store has confirmed."""

    sha256: str
    size: int
    version_id: str


@dataclass(frozen=True, slots=True)
class BlobStat:
    """The facts that the store reports about a blob, without its bytes."""

    size: int
    media_type: str
    version_id: str
    stored_at: datetime
    locked_until: datetime | None
    is_held: bool
    """Whether a legal hold forbids deletion even after the lock has expired."""

    def is_kept(self, at: datetime) -> bool:
        """Return whether the store forbids deleting these bytes at the given instant."""
        return self.is_held or (self.locked_until is not None and self.locked_until > at)


class Blobs(Store):
    """The bucket of the archive."""

    def put(
        self,
        data: bytes | Path,
        media_type: str,
        *,
        anew: bool = False,
        keep_for: timedelta | None = None,
        sha256: str | None = None,
    ) -> StoredBlob:
        """Store bytes or a file under their hash, locked for the usual retention or for `keep_for`.

        Bytes that are stored already are not uploaded again, unless `anew` is set: then they get a
        version and a lock of their own. A lock for a limited time is lengthened to the usual one
        when needed; no lock is ever shortened. `sha256` is the result of `hash_of`, if the caller
        computed it before.
        """
        lock = self.usual_lock() if keep_for is None else self.brief_lock(keep_for)
        with _source(data) as (stream, size):
            sha256 = sha256 or _hash_of(stream)
            known = self._find(sha256)
            if known and known.size == size and known.version_id and not anew:
                if keep_for is None and self._is_briefly_locked(known):
                    self.lengthen(sha256, known.version_id, lock)
                return StoredBlob(sha256, size, known.version_id)
            stream.seek(0)
            return StoredBlob(sha256, size, self.upload(sha256, stream, size, media_type, lock))

    def put_named(self, name: str, data: bytes, media_type: str) -> str:
        """Store bytes under a name, locked like a blob, and return the version. Earlier versions
        remain, see `named`.
        """
        return self.upload(name, io.BytesIO(data), len(data), media_type, self.usual_lock())

    def named(self, prefix: str) -> Iterator[tuple[str, bytes]]:
        """Yield name and bytes of every version of every object whose name has this prefix, ordered
        by name.

        The list comes from the store alone, so it is complete even when the database is not.
        """
        with named_errors():
            found = list(
                self.client.list_objects(self.bucket, prefix, recursive=True, include_version=True)
            )
        kept = [
            (item.object_name or "", item.version_id) for item in found if not item.is_delete_marker
        ]
        for name, version in sorted(kept):
            try:
                with self.download(name, version) as response:
                    data = b"".join(chunks_of(response, name))
            except BlobMissing:
                data = b""
            yield name, data

    def stat(self, sha256: str) -> BlobStat:
        """Return the facts about a blob. Raises `BlobMissing`."""
        known = self._find(sha256)
        if known is None:
            raise BlobMissing(sha256)
        return known

    def hold(self, sha256: str) -> None:
        """Put a blob under legal hold. Idempotent."""
        with named_errors(sha256):
            self.client.enable_object_legal_hold(self.bucket, sha256, self.stat(sha256).version_id)

    def release(self, sha256: str) -> None:
        """Remove the legal hold of a blob; its lock remains."""
        with named_errors(sha256):
            self.client.disable_object_legal_hold(self.bucket, sha256, self.stat(sha256).version_id)

    def erase(self, sha256: str) -> None:
        """Delete every version of a blob. Idempotent.

        Raises `BlobLocked` if a version is locked or held; nothing is deleted then. A lock is never
        bypassed, even if the application's key would be allowed to.
        """
        with named_errors(sha256):
            found = list(
                self.client.list_objects(self.bucket, sha256, recursive=True, include_version=True)
            )
        for item in found:
            if not item.is_delete_marker and self._is_kept(sha256, item.version_id):
                raise BlobLocked(sha256)
        with named_errors(sha256):
            for item in found:
                self.client.remove_object(self.bucket, sha256, item.version_id)

    def _is_briefly_locked(self, known: BlobStat) -> bool:
        """Return whether the blob has a shorter lock than the usual one."""
        usual = known.stored_at + self._retention - timedelta(days=1)
        return known.locked_until is not None and known.locked_until < usual

    def _is_kept(self, sha256: str, version_id: str | None) -> bool:
        known = self._find(sha256, version_id)
        return known is not None and known.is_kept(datetime.now(UTC))

    def read(self, sha256: str, *, verify: bool = True) -> bytes:
        """Return the whole blob. With `verify`, raises `BlobDamaged` if the bytes no longer have
        their hash.
        """
        with self.open(sha256) as chunks:
            data = b"".join(chunks)
        if verify and hashlib.sha256(data).hexdigest() != sha256:
            raise BlobDamaged(sha256)
        return data

    @contextmanager
    def open(self, sha256: str) -> Iterator[Iterator[bytes]]:
        """Open the blob as a stream of chunks; the connection is released on exit."""
        with self.download(sha256) as response:
            yield chunks_of(response, sha256)

    def part(self, sha256: str, start: int, length: int) -> bytes:
        """Return `length` bytes of a blob from `start`; fewer at its end."""
        with self.download(sha256, start=start, length=length) as response:
            return b"".join(chunks_of(response, sha256))

    def whole(self, sha256: str) -> Iterator[bytes]:
        """Yield the blob in chunks with one chunk in memory. The last chunk is yielded only after
        the hash was verified. Raises `BlobDamaged`.
        """
        digest, held = hashlib.sha256(), b""
        with self.open(sha256) as chunks:
            for chunk in chunks:
                digest.update(chunk)
                if held:
                    yield held
                held = chunk
        if digest.hexdigest() != sha256:
            raise BlobDamaged(sha256)
        yield held

    def _find(self, sha256: str, version_id: str | None = None) -> BlobStat | None:
        try:
            with named_errors(sha256):
                found = self.client.stat_object(self.bucket, sha256, version_id=version_id)
        except BlobMissing:
            return None
        told = found.metadata or {}
        until = told.get("x-amz-object-lock-retain-until-date")
        return BlobStat(
            size=found.size or 0,
            media_type=found.content_type or "application/octet-stream",
            version_id=found.version_id or "",
            stored_at=found.last_modified or datetime.now(UTC),
            locked_until=datetime.fromisoformat(until) if until else None,
            is_held=told.get("x-amz-object-lock-legal-hold") == "ON",
        )


def hash_of(path: Path) -> str:
    """Return the SHA-256 of a file in hex, which is its name in the store."""
    with path.open("rb") as stream:
        return _hash_of(stream)


@contextmanager
def _source(data: bytes | Path) -> Iterator[tuple[BinaryIO, int]]:
    if isinstance(data, bytes):
        yield io.BytesIO(data), len(data)
        return
    with data.open("rb") as stream:
        yield stream, data.stat().st_size


def _hash_of(stream: BinaryIO) -> str:
    digest = hashlib.sha256()
    while chunk := stream.read(CHUNK):
        digest.update(chunk)
    return digest.hexdigest()


@dataclass(frozen=True, slots=True)
class Kept:
    """The facts that the store reports about one version of an object."""

    size: int
    media_type: str
    lock: Lock


def is_empty(store: Store) -> bool:
    """Return whether the bucket is absent, or holds no version of any object."""
    with named_errors():
        if not store.client.bucket_exists(store.bucket):
            return True
        found = store.client.list_objects(store.bucket, recursive=True, include_version=True)
        return next(iter(found), None) is None


def versions(store: Store, prefix: str) -> list[tuple[str, str]]:
    """Return name and version of every object with this prefix, by name, the oldest version of a
    name first.
    """
    with named_errors():
        found = list(
            store.client.list_objects(store.bucket, prefix, recursive=True, include_version=True)
        )
    # The store lists the versions of a name from the newest to the oldest.
    kept = [
        (item.object_name or "", item.version_id or "")
        for item in reversed(found)
        if not item.is_delete_marker
    ]
    return sorted(kept, key=lambda pair: pair[0])


def describe(store: Store, name: str, version_id: str | None = None) -> Kept:
    """Return the facts about a version (the current one by default). Raises `BlobMissing`."""
    with named_errors(name):
        found = store.client.stat_object(store.bucket, name, version_id=version_id)
    return _kept(found.metadata or {})


@contextmanager
def fetch(
    store: Store, name: str, version_id: str | None = None
) -> Iterator[tuple[Kept, Iterator[bytes]]]:
    """Open a version with its facts as a stream of chunks. Raises `BlobMissing`."""
    with store.download(name, version_id) as response:
        yield _kept(response.headers), chunks_of(response, name)


def _kept(headers: Mapping[str, str]) -> Kept:
    until = headers.get("x-amz-object-lock-retain-until-date")
    lock = Lock(
        until=datetime.fromisoformat(until) if until else None,
        mode=headers.get("x-amz-object-lock-mode") or "GOVERNANCE",
        legal_hold=headers.get("x-amz-object-lock-legal-hold") == "ON",
    )
    return Kept(
        size=int(headers.get("content-length") or 0),
        media_type=headers.get("content-type") or "application/octet-stream",
        lock=lock,
    )


BATCH = 200


class FixityState(StrEnum):
    """Result of checking one blob."""

    INTACT = "intact"
    DAMAGED = "damaged"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class FixityResult:
    """One blob that was read back, with its result."""

    sha256: str
    size: int
    state: FixityState


def verify(
    session: Session, blobs: Blobs, *, again: Collection[str] = (), sample: int | None = None
) -> Iterator[FixityResult]:
    """Hash every kept blob again, or those in `again` and `sample` random others; yield one result
    each.

    Rows are read in batches and bytes in chunks, so memory does not grow with the archive. Raises
    `StoreUnavailable` when the store does not answer, because then the check has no result.
    """
    if sample is not None:
        named = select(Blob.sha256, Blob.size).where(Blob.sha256.in_(again), Blob.gone_at.is_(None))
        others = (
            select(Blob.sha256, Blob.size)
            .where(Blob.sha256.not_in(again), Blob.gone_at.is_(None))
            .order_by(func.random())
        )
        for sha256, size in [
            *session.execute(named).all(),
            *session.execute(others.limit(sample)).all(),
        ]:
            yield _verify_one(blobs, sha256, size)
        return
    last = ""
    while batch := session.execute(
        select(Blob.sha256, Blob.size)
        .where(Blob.sha256 > last, Blob.gone_at.is_(None))
        .order_by(Blob.sha256)
        .limit(BATCH)
    ).all():
        for sha256, size in batch:
            yield _verify_one(blobs, sha256, size)
        last = batch[-1].sha256


def _verify_one(blobs: Blobs, sha256: str, size: int) -> FixityResult:
    digest = hashlib.sha256()
    read = 0
    try:
        with blobs.open(sha256) as chunks:
            for chunk in chunks:
                digest.update(chunk)
                read += len(chunk)
    except BlobMissing:
        return FixityResult(sha256, size, FixityState.MISSING)
    is_intact = digest.hexdigest() == sha256 and read == size
    return FixityResult(sha256, size, FixityState.INTACT if is_intact else FixityState.DAMAGED)
