"""The archive as a whole: papers that belong to no case, and whether all bytes are still what they were."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

import archive.fixity
from archive import worm
from archive.worm import WormVerdict as WormVerdict
from ocr.errors import FileTooLarge
from workflow_app.errors import InvalidInput
from workflow_app.services.ground import audit
from workflow_app.services.ground.unit_of_work import UnitOfWork
from workflow_app.services.papers import intake

LABEL = "Arsip"
CHAIN = "archive"


@dataclass(frozen=True)
class Deposit:
    """Answer to one file that was brought to the archive."""

    status: Literal["stored", "duplicate", "refused"]
    document_id: UUID | None = None
    pages: int | None = None
    reason: str = ""


@dataclass(frozen=True)
class Fixity:
    """One blob, read back and hashed again."""

    sha256: str
    size: int
    state: str
    """intact, damaged, missing."""

    @property
    def is_intact(self) -> bool:
        """True when the bytes are those that were stored."""
        return self.state == archive.fixity.FixityState.INTACT


def prepare(work: UnitOfWork) -> None:
    """See to it that the store is there and locks what it keeps; fails with a sentence otherwise."""
    work.blobs.ensure_bucket()


def deposit(work: UnitOfWork, data: bytes, *, max_megabytes: int = 50) -> Deposit:
    """Keep one file in the archive, without a case. A file that cannot be accepted is an answer, not an error."""
    try:
        found = intake.look_into(data, max_megabytes)
    except InvalidInput as refusal:
        return Deposit("refused", reason=refusal.sentence)
    added = intake.keep(work, data, found, origin=intake.ARCHIVE, label=LABEL)
    if added.is_duplicate:
        return Deposit("duplicate", added.document_id, found.pages, "Dokumen yang sama sudah ada di arsip.")
    audit.record(work, CHAIN, "document.added", document_id=str(added.document_id))
    return Deposit("stored", added.document_id, found.pages, found.reason)


def refuse_size(size: int, max_megabytes: int) -> Deposit | None:
    """The refusal of a file that has too many bytes to be read at all; None when it has not."""
    limit = max_megabytes * 1_000_000
    return Deposit("refused", reason=FileTooLarge(size, limit).sentence) if size > limit else None


def prove_worm(work: UnitOfWork) -> WormVerdict:
    """Whether the store keeps what it was told to keep, tried on an object made for it."""
    return worm.prove(work.blobs)


def verify(work: UnitOfWork, *, again: Collection[str] = (), sample: int | None = None) -> Iterator[Fixity]:
    """Read every blob back from the store and hash it again; or those named in `again` and a `sample` by chance."""
    for result in archive.fixity.verify(work.session, work.blobs, again=again, sample=sample):
        yield Fixity(result.sha256, result.size, str(result.state))
