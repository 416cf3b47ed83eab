"""Bytes in the object store, under object lock. The only module that knows the S3 client."""

import hashlib
import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

import urllib3
from minio import Minio
from minio.commonconfig import GOVERNANCE
from minio.deleteobjects import DeleteObject
from minio.error import InvalidResponseError, MinioException, S3Error, ServerError
from minio.retention import Retention
from urllib3.exceptions import HTTPError

from archive.errors import BlobDamaged, BlobMissing, StoreNotLocked, StoreRefused, StoreUnavailable

CHUNK = 1 << 20
_MISSING = {"NoSuchKey", "NoSuchObject", "NoSuchVersion", "ResourceNotFound"}


@dataclass(frozen=True, slots=True)
class StoredBlob:
    """Bytes that the store has confirmed to keep."""

    sha256: str
    size: int
    version_id: str


@dataclass(frozen=True, slots=True)
class BlobStat:
    """What the store says about a blob, without its bytes."""

    size: int
    media_type: str
    version_id: str
    stored_at: datetime
    locked_until: datetime | None


@dataclass(frozen=True, slots=True)
class WormVerdict:
    """Whether the store really keeps what it was told to keep, tried on a canary object.

    `bypass_refused` is information: under GOVERNANCE a key with the right to bypass may delete, and the
    keys of the application should not have that right.
    """

    overwrite_kept: bool
    delete_refused: bool
    shorten_refused: bool
    bypass_refused: bool
    tried_at: datetime

    @property
    def holds(self) -> bool:
        """No ordinary call could change or remove the canary."""
        return self.overwrite_kept and self.delete_refused and self.shorten_refused


class Blobs:
    """The archive's bucket. One object per blob, its key the SHA-256 of the bytes in hex.

    Thread-safe. A process may be forked as long as nothing was asked of the store before. Every method raises
    `StoreUnavailable` when the store is away: within about `connect_seconds` when nothing listens there,
    `read_seconds` when it listens but does not answer, each tried twice.
    """

    def __init__(
        self,
        endpoint: str,
        access_key: str,
        secret_key: str,
        bucket: str,
        secure: bool = False,
        region: str = "us-east-1",
        *,
        retention_days: int = 3650,
        connect_seconds: float = 2.0,
        read_seconds: float = 20.0,
    ) -> None:
        self._bucket = bucket
        self._retention = timedelta(days=retention_days)
        self._client = Minio(
            endpoint,
            access_key=access_key,
            secret_key=secret_key,
            secure=secure,
            region=region,
            http_client=urllib3.PoolManager(
                maxsize=8,
                timeout=urllib3.Timeout(connect=connect_seconds, read=read_seconds),
                retries=urllib3.Retry(total=1, backoff_factor=0.2, status_forcelist=(500, 502, 503, 504)),
            ),
        )

    def ensure_bucket(self) -> None:
        """Make the bucket with object lock, or check that the existing one has it (`StoreNotLocked`)."""
        with _named_errors():
            if not self._client.bucket_exists(self._bucket):
                self._client.make_bucket(self._bucket, object_lock=True)
        try:
            with _named_errors():
                status = self._client.get_bucket_versioning(self._bucket).status
                self._client.get_object_lock_config(self._bucket)
        except (StoreRefused, BlobMissing) as error:
            raise StoreNotLocked from error
        if status != "Enabled":
            raise StoreNotLocked

    def put(self, data: bytes | Path, media_type: str) -> StoredBlob:
        """Store bytes (or a file) under their hash, locked until the retention ends.

        The same bytes a second time are not uploaded again. Raises `StoreNotLocked` when the store kept no
        version: such an upload could be overwritten later.
        """
        with _source(data) as (stream, size):
            sha256 = _hash_of(stream)
            known = self._find(sha256)
            if known and known.size == size and known.version_id:
                return StoredBlob(sha256, size, known.version_id)
            stream.seek(0)
            until = datetime.now(UTC) + self._retention
            with _named_errors(sha256):
                result = self._client.put_object(
                    self._bucket,
                    sha256,
                    stream,
                    size,
                    content_type=media_type,
                    retention=Retention(GOVERNANCE, until),
                )
        if not result.version_id or result.version_id == "null":
            raise StoreNotLocked
        return StoredBlob(sha256, size, result.version_id)

    def put_named(self, name: str, data: bytes, media_type: str) -> str:
        """Store bytes under a name, locked like a blob; returns the version. Earlier ones stay, see `named`."""
        version = self._put_locked(name, data, media_type, datetime.now(UTC) + self._retention)
        if not version or version == "null":
            raise StoreNotLocked
        return version

    def named(self, prefix: str) -> Iterator[tuple[str, bytes]]:
        """Every version of every object whose name begins so, by name: what the store knows, whatever others forgot."""
        with _named_errors():
            found = list(
                self._client.list_objects(self._bucket, prefix, recursive=True, include_version=True)
            )
            kept = [(item.object_name or "", item.version_id) for item in found if not item.is_delete_marker]
            for name, version in sorted(kept):
                yield name, self._read_version(name, version) or b""

    def stat(self, sha256: str) -> BlobStat:
        """What the store says about this blob; `BlobMissing` when it has none."""
        known = self._find(sha256)
        if known is None:
            raise BlobMissing(sha256)
        return known

    def read(self, sha256: str, *, verify: bool = True) -> bytes:
        """The whole blob. With `verify`, bytes that no longer have their hash raise `BlobDamaged`."""
        with self.open(sha256) as chunks:
            data = b"".join(chunks)
        if verify and hashlib.sha256(data).hexdigest() != sha256:
            raise BlobDamaged(sha256)
        return data

    @contextmanager
    def open(self, sha256: str) -> Iterator[Iterator[bytes]]:
        """The blob as a stream of chunks; the connection is given back on leaving."""
        with _named_errors(sha256):
            response = self._client.get_object(self._bucket, sha256)
        try:
            yield _chunks(response, sha256)
        finally:
            response.close()
            response.release_conn()

    def prove_worm(self) -> WormVerdict:
        """Try to overwrite, delete, shorten and bypass on a fresh canary object; never trust a promise."""
        key = f"canary/{uuid4().hex}"
        kept = b"canary: must stay as it is"
        until = datetime.now(UTC) + timedelta(days=1)
        with _named_errors():
            first = self._put_locked(key, kept, "text/plain", until)
            self._put_locked(key, b"canary: written over it", "text/plain", until)
            overwrite_kept = bool(first) and self._read_version(key, first) == kept
            delete_refused = _is_refused(lambda: self._client.remove_object(self._bucket, key, first))
            sooner = Retention(GOVERNANCE, datetime.now(UTC) + timedelta(minutes=5))
            shorten_refused = _is_refused(
                lambda: self._client.set_object_retention(self._bucket, key, sooner, version_id=first)
            )
            still_there = self._read_version(key, first) == kept
            bypass_refused = bool(
                list(
                    self._client.remove_objects(
                        self._bucket, [DeleteObject(key, first)], bypass_governance_mode=True
                    )
                )
            )
        return WormVerdict(
            overwrite_kept and still_there,
            delete_refused and still_there,
            shorten_refused,
            bypass_refused,
            datetime.now(UTC),
        )

    def _find(self, sha256: str) -> BlobStat | None:
        try:
            with _named_errors(sha256):
                found = self._client.stat_object(self._bucket, sha256)
        except BlobMissing:
            return None
        until = (found.metadata or {}).get("x-amz-object-lock-retain-until-date")
        return BlobStat(
            size=found.size or 0,
            media_type=found.content_type or "application/octet-stream",
            version_id=found.version_id or "",
            stored_at=found.last_modified or datetime.now(UTC),
            locked_until=datetime.fromisoformat(until) if until else None,
        )

    def _put_locked(self, key: str, content: bytes, media_type: str, until: datetime) -> str | None:
        with _named_errors():
            result = self._client.put_object(
                self._bucket,
                key,
                io.BytesIO(content),
                len(content),
                content_type=media_type,
                retention=Retention(GOVERNANCE, until),
            )
        return result.version_id

    def _read_version(self, key: str, version_id: str | None) -> bytes | None:
        try:
            response = self._client.get_object(self._bucket, key, version_id=version_id)
        except S3Error as error:
            if error.code in _MISSING:
                return None
            raise
        try:
            return response.read()
        finally:
            response.close()
            response.release_conn()


@contextmanager
def _named_errors(sha256: str = "") -> Iterator[None]:
    """Turn the client's errors into the three that a caller can act on."""
    try:
        yield
    except S3Error as error:
        if error.code in _MISSING:
            raise BlobMissing(sha256) from error
        if error.code in {"SlowDown", "ServiceUnavailable", "InternalError", "RequestTimeout"}:
            raise StoreUnavailable from error
        raise StoreRefused from error
    except (ServerError, InvalidResponseError, HTTPError, OSError) as error:
        raise StoreUnavailable from error
    except MinioException as error:
        raise StoreRefused from error


def _is_refused(call: Callable[[], object]) -> bool:
    try:
        call()
    except S3Error:
        return True
    return False


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


def _chunks(response: urllib3.BaseHTTPResponse, sha256: str) -> Iterator[bytes]:
    with _named_errors(sha256):
        yield from response.stream(CHUNK)
