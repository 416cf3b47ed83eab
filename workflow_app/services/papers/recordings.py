"""Recordings of a voice as they are played and saved: read from the store piece by piece, never as a whole."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import exists, select

from archive.models import Blob, Document, DocumentStatus
from workflow_app.errors import NotFound
from workflow_app.models.audit import AuditEvent
from workflow_app.models.document import CaseDocument
from workflow_app.services.ground.unit_of_work import UnitOfWork
from workflow_app.services.papers import paper_sight, paper_trail
from workflow_app.services.papers.documents import EXTENSIONS

PIECE = 1 << 20
"""Bytes of an answer at most: a browser asks for the next ones while it plays, so no answer waits for a listener."""
ONE_LOOK = timedelta(hours=1)
"""For how long what one person hears of a recording is one event: its player asks again for every piece."""
KIND = "recording"


@dataclass(frozen=True)
class Recording:
    """A recording that the actor may hear, under a name without personal data."""

    id: UUID
    seen: CaseDocument | None
    """The link through which it was reached."""
    sha256: str
    size: int
    media_type: str
    download_name: str


def is_one(work: UnitOfWork, document_id: UUID) -> bool:
    """Is this a recording that the actor may know of?"""
    paper_sight.reach(work, document_id)
    return work.session.get_one(Document, document_id).status == DocumentStatus.RECORDING


def get(work: UnitOfWork, document_id: UUID) -> Recording:
    """The recording, for those who may hear it; `NotFound` for what is none."""
    seen = paper_sight.readable(work, document_id)
    if work.session.get_one(Document, document_id).status != DocumentStatus.RECORDING:
        raise NotFound()
    blob = work.session.scalars(
        select(Blob).join(Document, Document.blob_sha256 == Blob.sha256).where(Document.id == document_id)
    ).one()
    name = f"rekaman-{document_id.hex[:8]}.{EXTENSIONS[blob.media_type]}"
    return Recording(document_id, seen, blob.sha256, blob.size, blob.media_type, name)


def piece(work: UnitOfWork, recording: Recording, start: int, end: int) -> bytes:
    """Bytes from `start` up to `end`, no more than a piece. Hearing is on record, once in an hour."""
    data = work.blobs.part(recording.sha256, start, min(end - start, PIECE))
    _record(work, recording)
    return data


def whole(work: UnitOfWork, recording: Recording) -> Iterator[bytes]:
    """All of it, a chunk in memory at a time; the first is there already, so what is away is known before any answer."""
    chunks = work.blobs.whole(recording.sha256)
    first = next(chunks)
    _record(work, recording)
    return _together(first, chunks)


def _together(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest


def _record(work: UnitOfWork, recording: Recording) -> None:
    lately = exists().where(
        AuditEvent.action == paper_trail.OPENED,
        AuditEvent.actor_id == work.actor.user_id,
        AuditEvent.at > work.clock() - ONE_LOOK,
    )
    chain = paper_trail.chain_of(recording.id, recording.seen)
    told = {"document_id": str(recording.id), "kind": KIND}
    if not work.session.scalar(
        select(lately.where(AuditEvent.chain == chain, AuditEvent.details.contains(told)))
    ):
        paper_trail.opened(work, recording.id, recording.seen, KIND)
