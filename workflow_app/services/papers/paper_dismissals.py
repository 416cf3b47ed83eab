"""An unread paper that need not be read: dismissed from the tray for a reason, and taken back; on record (decision 0058)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, Select, select, update

from archive.models import Document, DocumentStatus
from workflow_app.errors import Conflict, Forbidden, InvalidInput
from workflow_app.models.case import Case
from workflow_app.models.dismissal import PaperDismissal
from workflow_app.models.document import CaseDocument
from workflow_app.models.stack import PaperStack, StackPart
from workflow_app.permissions import can_dismiss
from workflow_app.services.accounts import people
from workflow_app.services.case_file import remarks
from workflow_app.services.ground.unit_of_work import UnitOfWork
from workflow_app.services.papers import paper_sight, paper_trail

OTHER = "Alasan lain"
REASONS = (
    "Cukup sebagai gambar",
    "Tulisan tangan atau gambar, tidak ada yang perlu dicari",
    "Sudah dipindai ulang",
    OTHER,
)
"""What the list says is shown in the trail; own words are sealed, and the trail says only that there are some."""
FIELD, WORDS_FIELD = "alasan", "alasan_lain"
LONGEST = 500
NOT_YOURS = "Yang dapat mengesampingkan dokumen hanya arsiparis dan yang memasukkannya; di berkas yang dibatasi, fungsi yang menanganinya."
WAS_READ = "Dokumen ini sudah terbaca atau sedang dibaca lagi, jadi tidak perlu dikesampingkan."


@dataclass(frozen=True)
class DismissalView:
    """Why an unread paper asks for nobody, as pages show it."""

    reason: str
    since: datetime
    dismissed_by: str


def is_dismissed() -> ColumnElement[bool]:
    """This `Document` asks for nobody."""
    current = select(PaperDismissal.id).where(
        PaperDismissal.document_id == Document.id, PaperDismissal.returned_at.is_(None)
    )
    return current.exists()


def now_on(work: UnitOfWork, document_ids: Collection[UUID]) -> dict[UUID, DismissalView]:
    """The dismissals of papers; for services and pages that have checked that the actor may read them."""
    found = work.session.scalars(_current().where(PaperDismissal.document_id.in_(document_ids))).all()
    names = people.names_of(work, [each.dismissed_by for each in found])
    return {
        each.document_id: DismissalView(
            reason=_words(work, each),
            since=each.dismissed_at,
            dismissed_by=names.get(each.dismissed_by, "Sistem") if each.dismissed_by else "Sistem",
        )
        for each in found
    }


def may_dismiss(work: UnitOfWork, document_ids: Collection[UUID]) -> set[UUID]:
    """Those of the papers, all of which the actor reads, that he may dismiss and take back: an archivist, or who brought the paper; of a
    confined case its own role.
    """
    links = (
        select(CaseDocument.document_id, CaseDocument.added_by, Case.confined_to)
        .join(Case, Case.id == CaseDocument.case_id)
        .where(CaseDocument.document_id.in_(document_ids))
    )
    brought = (
        select(StackPart.document_id, PaperStack.brought_by)
        .join(PaperStack, PaperStack.id == StackPart.stack_id)
        .where(StackPart.document_id.in_(document_ids))
    )
    bringers: dict[UUID, set[UUID | None]] = {each: set() for each in document_ids}
    confined: dict[UUID, set[str | None]] = {each: set() for each in document_ids}
    for document_id, who, role in work.session.execute(links):
        bringers[document_id].add(who)
        confined[document_id].add(role)
    for document_id, who in work.session.execute(brought):
        bringers[document_id].add(who)
    return {
        each
        for each in document_ids
        if can_dismiss(work.actor, brought_by=bringers[each], confined_to=confined[each])
    }


def dismiss(work: UnitOfWork, document_id: UUID, reason: str, words: str = "") -> None:
    """Say that an unread paper may stay unread. Its original and what was made of it stay. Twice is once."""
    document = _checked(work, document_id)
    if reason not in REASONS:
        raise InvalidInput(fields={FIELD: "Pilih alasan dari daftar."})
    if reason == OTHER:
        remarks.check(words, "Tulis alasannya, minimal 10 huruf.", field=WORDS_FIELD, longest=LONGEST)
    if _now(work, document_id) is not None:
        return
    if document.status != DocumentStatus.UNREADABLE:
        raise Conflict(WAS_READ)
    made = PaperDismissal(
        id=uuid4(),
        document_id=document_id,
        reason=reason,
        dismissed_at=work.clock(),
        dismissed_by=work.actor.user_id,
    )
    if reason == OTHER:
        made.data_key = work.vault.new_key()
        made.sealed = work.vault.seal(made.data_key, {"alasan": words.strip()}, _context(made.id))
    work.session.add(made)
    work.session.flush()
    paper_trail.happened(work, document_id, "document.dismissed", reason=reason)


def take_back(work: UnitOfWork, document_id: UUID) -> None:
    """An unread paper asks for somebody again. Twice is once."""
    _checked(work, document_id)
    end(work, document_id)


def end(work: UnitOfWork, document_id: UUID) -> None:
    """End the dismissal of a paper, where there is one: for who has locked the paper and checked that the actor may do so."""
    current = _now(work, document_id)
    if current is None:
        return
    current.returned_at, current.returned_by = work.clock(), work.actor.user_id
    work.session.flush()
    paper_trail.happened(work, document_id, "document.taken_back")


def forget_words(work: UnitOfWork, document_id: UUID) -> None:
    """Of a paper that is disposed of nobody keeps what was said of it in own words, nor the key to them. For who has locked the paper."""
    of_paper = update(PaperDismissal).where(PaperDismissal.document_id == document_id)
    work.session.execute(of_paper.values(data_key=None, sealed=None))


def _checked(work: UnitOfWork, document_id: UUID) -> Document:
    """The paper, locked against a second press and a reader."""
    paper_sight.readable(work, document_id)
    document = work.session.get_one(Document, document_id, with_for_update=True, populate_existing=True)
    if document_id not in may_dismiss(work, [document_id]):
        raise Forbidden(NOT_YOURS)
    return document


def _current() -> Select[PaperDismissal]:
    return select(PaperDismissal).where(PaperDismissal.returned_at.is_(None))


def _now(work: UnitOfWork, document_id: UUID) -> PaperDismissal | None:
    return work.session.scalars(_current().where(PaperDismissal.document_id == document_id)).first()


def _words(work: UnitOfWork, dismissal: PaperDismissal) -> str:
    if dismissal.data_key is None or dismissal.sealed is None:
        return dismissal.reason
    return str(work.vault.open(dismissal.data_key, dismissal.sealed, _context(dismissal.id))["alasan"])


def _context(dismissal_id: UUID) -> str:
    return f"dismissal:{dismissal_id}"
