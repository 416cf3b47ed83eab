"""The object store: a bucket with object lock, the meaning of its client's errors, and the proof
that locks hold.

Only modules of this package use the client. `prove` tests with real requests whether the store
enforces its locks.
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
"""Seconds without requests after the store failed to answer in time."""


@dataclass(frozen=True, slots=True)
class Lock:
    """Protection of one version of an object against change and deletion."""

    until: datetime | None
    mode: str = GOVERNANCE
    legal_hold: bool = False


class Store:
    """A bucket and the connection to it. Thread-safe; a process may be forked as long as no request
    was made before.

    Every method raises `StoreUnavailable` when the store does not answer: after about
    `connect_seconds` when nothing listens, after `read_seconds` when it listens but does not
    answer; each is tried twice.
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
        """Check the bucket. Raises `StoreUnavailable` or `StoreRefused` when the store cannot be
        used.
        """
        with named_errors():
            if not self.client.bucket_exists(self.bucket):
                raise StoreRefused

    def ensure_bucket(self) -> None:
        """Create the bucket with object lock, or check that the existing one has it. Raises
        `StoreNotLocked`.
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
        """Return the lock of an object that is stored now."""
        return Lock(datetime.now(UTC) + self._retention)

    def brief_lock(self, span: timedelta) -> Lock:
        """Return the lock of an object that may turn out to be unneeded."""
        return Lock(datetime.now(UTC) + min(span, self._retention))

    def upload(self, name: str, stream: BinaryIO, size: int, media_type: str, lock: Lock) -> str:
        """Store bytes under a name with a lock and return the version.

        Raises `StoreNotLocked` if the store returns no version, because the object could then be
        overwritten.
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
        """Set a later end of the lock of a version; the store refuses an earlier one."""
        if lock.until is not None:
            with named_errors(name):
                self.client.set_object_retention(
                    self.bucket, name, Retention(lock.mode, lock.until), version_id
                )

    @contextmanager
    def download(
        self, name: str, version_id: str | None = None, *, start: int = 0, length: int = 0
    ) -> Iterator[urllib3.BaseHTTPResponse]:
        """Open an object, or `length` bytes of it; the connection is released on exit."""
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
    """Connection pool that pauses after a timeout, so that not every page with pictures waits for
    an unresponsive store.
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
    """Convert the client's errors into the errors of this library."""
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
    """Yield the bytes of a response in chunks."""
    with named_errors(name):
        yield from response.stream(CHUNK)


@dataclass(frozen=True, slots=True)
class WormVerdict:
    """Results of the attempts to change a test object. `bypass_refused` is information only: under
    GOVERNANCE a key with the bypass permission may delete, and the application's keys should not
    have that permission.
    """

    overwrite_kept: bool
    delete_refused: bool
    shorten_refused: bool
    bypass_refused: bool
    tried_at: datetime

    @property
    def holds(self) -> bool:
        """Return whether no ordinary call could change or remove the test object."""
        return self.overwrite_kept and self.delete_refused and self.shorten_refused


def prove(store: Store) -> WormVerdict:
    """Try to overwrite, delete, shorten and bypass the lock of a new test object."""
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
