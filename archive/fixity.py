"""Fixity: are the bytes still the bytes? Every blob is read back from the store and hashed again."""

import hashlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from archive.blobs import Blobs
from archive.errors import BlobMissing
from archive.models import Blob

BATCH = 200


class FixityState(StrEnum):
    """What was found."""

    INTACT = "intact"
    DAMAGED = "damaged"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class FixityResult:
    """One blob, read back."""

    sha256: str
    size: int
    state: FixityState


def verify(
    session: Session, blobs: Blobs, *, again: Collection[str] = (), sample: int | None = None
) -> Iterator[FixityResult]:
    """Re-hash every blob that is kept, or those named in `again` and `sample` others chosen by chance, and yield one result each.

    Rows are read in batches, bytes in chunks: memory does not grow with the archive. Raises
    `StoreUnavailable` when the store is away, because then nothing was found out.
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
