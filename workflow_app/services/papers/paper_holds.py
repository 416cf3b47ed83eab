"""Holds by hand: a dispute or an investigation keeps a paper, whatever the schedule says; put and lifted for a reason, on record."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import select

from archive.models import Document
from workflow_app.errors import Forbidden, InvalidInput
from workflow_app.models.case import Case
from workflow_app.models.hold import PaperHold
from workflow_app.permissions import can_hold
from workflow_app.services.accounts import people
from workflow_app.services.ground.unit_of_work import UnitOfWork
from workflow_app.services.papers import paper_sight, paper_trail

REASONS = (
    "Sengketa atau gugatan",
    "Penyelidikan atau penyidikan",
    "Pemeriksaan internal atau pengawasan",
    "Permintaan pengadilan atau instansi lain",
)
REASONS_TO_LIFT = (
    "Sengketa atau perkaranya sudah selesai",
    "Pemeriksaan sudah selesai",
    "Penahanan keliru",
)
"""Reasons are chosen: what is typed could name people, and the trail is never changed."""
NOT_YOURS = "Yang dapat menahan dokumen hanya arsiparis dan Ka SPKT; di berkas yang dibatasi, fungsi yang menanganinya."
GONE = "Dokumen ini sudah dimusnahkan, jadi tidak dapat ditahan lagi."


@dataclass(frozen=True)
class HoldView:
    """A hold as the page of the paper shows it."""

    reason: str
    since: datetime
    placed_by: str


def now_on(work: UnitOfWork, document_id: UUID) -> HoldView | None:
    """The hold on a paper; for services and pages that have checked that the actor may see it."""
    hold = _current(work, document_id)
    if hold is None:
        return None
    return HoldView(hold.reason, hold.placed_at, people.name_of(work, hold.placed_by) or "Sistem")


def may_hold(work: UnitOfWork, document: Document, case_id: UUID | None) -> bool:
    """May the actor, who reads the document through this case or through none, put a hold on it or lift it?"""
    case = work.session.get_one(Case, case_id) if case_id else None
    return document.disposed_at is None and can_hold(work.actor, case.confined_to if case else None)


def place(work: UnitOfWork, document_id: UUID, reason: str) -> None:
    """Put a hold on a paper. The store is told within a minute; nothing disposes of the paper from now on. Twice is once."""
    _checked(work, document_id)
    if reason not in REASONS:
        raise InvalidInput(fields={"alasan_tahan": "Pilih alasan dari daftar."})
    if _current(work, document_id) is not None:
        return
    work.session.add(
        PaperHold(
            id=uuid4(),
            document_id=document_id,
            reason=reason,
            placed_at=work.clock(),
            placed_by=work.actor.user_id,
        )
    )
    work.session.flush()
    paper_trail.happened(work, document_id, "document.hold_placed", reason=reason)


def lift(work: UnitOfWork, document_id: UUID, reason: str) -> None:
    """End the hold on a paper; what else keeps it stays. Twice is once."""
    _checked(work, document_id)
    if reason not in REASONS_TO_LIFT:
        raise InvalidInput(fields={"alasan_lepas": "Pilih alasan dari daftar."})
    hold = _current(work, document_id)
    if hold is None:
        return
    hold.lifted_at, hold.lifted_by, hold.lifted_reason = work.clock(), work.actor.user_id, reason
    work.session.flush()
    paper_trail.happened(work, document_id, "document.hold_lifted", reason=reason)


def _checked(work: UnitOfWork, document_id: UUID) -> None:
    """The paper is locked against a disposal and against a second hold."""
    seen = paper_sight.readable(work, document_id)
    document = work.session.get_one(Document, document_id, with_for_update=True, populate_existing=True)
    if document.disposed_at is not None:
        raise InvalidInput(GONE)
    if not may_hold(work, document, seen.case_id if seen else None):
        raise Forbidden(NOT_YOURS)


def _current(work: UnitOfWork, document_id: UUID) -> PaperHold | None:
    query = select(PaperHold).where(PaperHold.document_id == document_id, PaperHold.lifted_at.is_(None))
    return work.session.scalars(query).first()
