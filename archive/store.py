"""The object store: the bucket with its lock, and what its client's errors mean. Only archive's own
modules know the client.

Whether the store really keeps what it was told to keep: tried, never taken on trust.
"""

import io
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, BinaryIO
from uuid import uuid4

import urllib3
from minio import Minio
from minio.commonconfig import GOVERNANCE
from minio.deleteobjects import DeleteObject
from minio.error import InvalidResponseError, MinioException, S3Error, ServerError
from minio.retention import Retention
from urllib3.exceptions import HTTPError, MaxRetryError, TimeoutError

from archive.errors import BlobMissing, StoreNotLocked, StoreRefused, StoreUnavailable

CHUNK = 1 << 20
MISSING = {"NoSuchKey", "NoSuchObject", "NoSuchVersion", "ResourceNotFound"}
_AWAY = {"SlowDown", "ServiceUnavailable", "InternalError", "RequestTimeout"}

PAUSE = 3.0
"""Seconds for which a store that did not answer in time is not asked again."""


@dataclass(frozen=True, slots=True)
class Lock:
    """How one version of an object is kept from being changed or deleted."""

    until: datetime | None
    mode: str = GOVERNANCE
    legal_hold: bool = False


class Store:
    """A bucket and the way to it.

    Thread-safe. A process may be forked as long as nothing was asked of the store before. Every
    method raises `StoreUnavailable` when the store is away: within about `connect_seconds` when
    nothing listens there, `read_seconds` when it listens but does not answer, each tried twice.
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
        self.bucket = bucket
        self.client = Minio(
            endpoint,
            access_key=access_key,
            secret_key=secret_key,
            secure=secure,
            region=region,
            http_client=_Line(
                maxsize=8,
                timeout=urllib3.Timeout(connect=connect_seconds, read=read_seconds),
                retries=urllib3.Retry(
                    total=1, backoff_factor=0.2, status_forcelist=(500, 502, 503, 504)
                ),
            ),
        )
        self._retention = timedelta(days=retention_days)

    def ping(self) -> None:
        """Ask for the bucket; raises `StoreUnavailable` or `StoreRefused` when the store is not fit
        for work.
        """
        with named_errors():
            if not self.client.bucket_exists(self.bucket):
                raise StoreRefused

    def ensure_bucket(self) -> None:
        """Make the bucket with object lock, or check that the existing one has it
        (`StoreNotLocked`).
        """
        with named_errors():
            if not self.client.bucket_exists(self.bucket):
                self.client.make_bucket(self.bucket, object_lock=True)
        try:
            with named_errors():
                status = self.client.get_bucket_versioning(self.bucket).status
                self.client.get_object_lock_config(self.bucket)
        except (StoreRefused, BlobMissing) as error:
            raise StoreNotLocked from error
        if status != "Enabled":
            raise StoreNotLocked

    def usual_lock(self) -> Lock:
        """The lock of what is stored now."""
        return Lock(datetime.now(UTC) + self._retention)

    def brief_lock(self, span: timedelta) -> Lock:
        """The lock of what may be wanted by nobody in the end."""
        return Lock(datetime.now(UTC) + min(span, self._retention))

    def upload(self, name: str, stream: BinaryIO, size: int, media_type: str, lock: Lock) -> str:
        """Store bytes under a name, locked; returns the version, or raises `StoreNotLocked` when
        none was kept: such an upload could be overwritten later.
        """
        with named_errors(name):
            result = self.client.put_object(
                self.bucket,
                name,
                stream,
                size,
                content_type=media_type,
                retention=Retention(lock.mode, lock.until) if lock.until else None,
                legal_hold=lock.legal_hold,
            )
        if not result.version_id or result.version_id == "null":
            raise StoreNotLocked
        return result.version_id

    def lengthen(self, name: str, version_id: str, lock: Lock) -> None:
        """Give a version a lock that ends later; the store refuses one that ends earlier."""
        if lock.until is not None:
            with named_errors(name):
                self.client.set_object_retention(
                    self.bucket, name, Retention(lock.mode, lock.until), version_id
                )

    @contextmanager
    def download(
        self, name: str, version_id: str | None = None, *, start: int = 0, length: int = 0
    ) -> Iterator[urllib3.BaseHTTPResponse]:
        """The store's answer to asking for an object, or for `length` bytes of it; the connection
        is given back on leaving.
        """
        with named_errors(name):
            response = self.client.get_object(
                self.bucket, name, version_id=version_id, offset=start, length=length
            )
        try:
            yield response
        finally:
            response.close()
            response.release_conn()


class _Line(urllib3.PoolManager):
    """Leaves a store that did not answer in time alone for a moment: else every page with pictures
    would wait for it in turn.
    """

    _until = 0.0

    def urlopen(  # type: ignore[override]  # as the class we extend has it
        self, method: str, url: str, redirect: bool = True, **options: Any
    ) -> urllib3.BaseHTTPResponse:
        if time.monotonic() < self._until:
            raise HTTPError("the store did not answer a moment ago")
        try:
            return super().urlopen(method, url, redirect, **options)
        except (MaxRetryError, TimeoutError) as error:
            if isinstance(getattr(error, "reason", error), TimeoutError):
                self._until = time.monotonic() + PAUSE
            raise


@contextmanager
def named_errors(name: str = "") -> Iterator[None]:
    """Turn the client's errors into the three that a caller can act on."""
    try:
        yield
    except S3Error as error:
        if error.code in MISSING:
            raise BlobMissing(name) from error
        if error.code in _AWAY or error.response.status >= 500:
            raise StoreUnavailable from error
        raise StoreRefused from error
    except (ServerError, InvalidResponseError, HTTPError, OSError) as error:
        raise StoreUnavailable from error
    except MinioException as error:
        raise StoreRefused from error


def chunks_of(response: urllib3.BaseHTTPResponse, name: str) -> Iterator[bytes]:
    """The bytes of an answer, chunk by chunk."""
    with named_errors(name):
        yield from response.stream(CHUNK)


@dataclass(frozen=True, slots=True)
class WormVerdict:
    """What happened to a canary object.

    `bypass_refused` is information: under GOVERNANCE a key with the right to bypass may delete, and
    the keys of the application should not have that right.
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


def prove(store: Store) -> WormVerdict:
    """Try to overwrite, delete, shorten and bypass on a fresh canary object."""
    key = f"canary/{uuid4().hex}"
    kept = b"canary: must stay as it is"
    lock = Lock(datetime.now(UTC) + timedelta(days=1))
    first = _put(store, key, kept, lock)
    _put(store, key, b"canary: written over it", lock)
    overwrite_kept = _read(store, key, first) == kept
    with named_errors():
        delete_refused = _is_refused(lambda: store.client.remove_object(store.bucket, key, first))
        sooner = Retention(GOVERNANCE, datetime.now(UTC) + timedelta(minutes=5))
        shorten_refused = _is_refused(
            lambda: store.client.set_object_retention(store.bucket, key, sooner, version_id=first)
        )
    still_there = _read(store, key, first) == kept
    with named_errors():
        doomed = [DeleteObject(key, first)]
        bypass_refused = bool(
            list(store.client.remove_objects(store.bucket, doomed, bypass_governance_mode=True))
        )
    return WormVerdict(
        overwrite_kept and still_there,
        delete_refused and still_there,
        shorten_refused,
        bypass_refused,
        datetime.now(UTC),
    )


def _put(store: Store, key: str, content: bytes, lock: Lock) -> str:
    return store.upload(key, io.BytesIO(content), len(content), "text/plain", lock)


def _read(store: Store, key: str, version_id: str) -> bytes | None:
    try:
        with store.download(key, version_id) as response:
            return response.read()
    except BlobMissing:
        return None


def _is_refused(call: Callable[[], object]) -> bool:
    try:
        call()
    except S3Error:
        return True
    return False
