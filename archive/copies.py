"""Taking objects out of the store and putting them into another one, each with its lock: for backups."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from archive.store import Lock, Store, chunks_of, named_errors


@dataclass(frozen=True, slots=True)
class Kept:
    """One version of an object, as the store describes it."""

    size: int
    media_type: str
    lock: Lock


def is_empty(store: Store) -> bool:
    """Whether the bucket is absent, or holds no version of any object."""
    with named_errors():
        if not store.client.bucket_exists(store.bucket):
            return True
        found = store.client.list_objects(store.bucket, recursive=True, include_version=True)
        return next(iter(found), None) is None


def versions(store: Store, prefix: str) -> list[tuple[str, str]]:
    """Name and version of every object whose name begins so, by name, the oldest version of a name first."""
    with named_errors():
        found = list(store.client.list_objects(store.bucket, prefix, recursive=True, include_version=True))
    # The store lists the versions of a name from the newest to the oldest.
    kept = [
        (item.object_name or "", item.version_id or "")
        for item in reversed(found)
        if not item.is_delete_marker
    ]
    return sorted(kept, key=lambda pair: pair[0])


def describe(store: Store, name: str, version_id: str | None = None) -> Kept:
    """What the store says about a version (the current one by default); `BlobMissing` when it has none."""
    with named_errors(name):
        found = store.client.stat_object(store.bucket, name, version_id=version_id)
    return _kept(found.metadata or {})


@contextmanager
def fetch(store: Store, name: str, version_id: str | None = None) -> Iterator[tuple[Kept, Iterator[bytes]]]:
    """A version with its bytes as a stream of chunks; `BlobMissing` when there is none."""
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
