"""Whether the store really keeps what it was told to keep: tried, never taken on trust."""

import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from minio.commonconfig import GOVERNANCE
from minio.deleteobjects import DeleteObject
from minio.error import S3Error
from minio.retention import Retention

from archive.errors import BlobMissing
from archive.store import Lock, Store, named_errors


@dataclass(frozen=True, slots=True)
class WormVerdict:
    """What happened to a canary object.

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
