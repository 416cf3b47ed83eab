"""What needs a person: parts of stacks that no cover sheet placed, stacks that failed, papers that could not be read (R39)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select

import archive.documents
from archive.models import Document, DocumentStatus
from workflow_app.errors import Conflict, InvalidInput, NotFound
from workflow_app.models.case import Case
from workflow_app.models.document import CaseDocument
from workflow_app.models.stack import PaperStack, StackPart
from workflow_app.permissions import STACK_BRINGERS, check_role
from workflow_app.services.accounts import people
from workflow_app.services.case_file import access, handoffs
from workflow_app.services.ground import audit, jobs
from workflow_app.services.ground.unit_of_work import UnitOfWork
from workflow_app.services.papers import document_views, documents, intake, paper_labels
from workflow_app.services.papers.document_views import DocumentView
from workflow_app.services.running import cases
from workflow_app.services.running.cases import CaseHit

MOST_LIKELY, MOST_STACKS, MOST_WAITING = 3, 20, 50
LABELS = paper_labels.OTHERS
_NUMBER = re.compile(r"\b[A-Z][A-Z0-9]{0,9}[-/][A-Z0-9][A-Z0-9/. -]{2,60}\d")


@dataclass(frozen=True)
class WaitingPart:
    """Pages that somebody has to place."""

    stack_id: UUID
    no: int
    pages: Sequence[int]
    reason: str
    paper: DocumentView
    likely: Sequence[CaseHit]
    """The likeliest cases by the numbers that were read on it, among those the actor may see."""


@dataclass(frozen=True)
class StackView:
    """One stack and how far it is."""

    id: UUID
    brought_at: datetime
    brought_by: str
    is_mine: bool
    """Who brought it may take the whole out again."""
    status: str
    pages: int
    pages_seen: int
    reason: str
    landed: int
    """Parts in their cases."""
    reading: int
    """Parts whose words are not read yet."""
    waiting: int


@dataclass(frozen=True)
class Tray:
    """The whole page."""

    stacks: Sequence[StackView]
    parts: Sequence[WaitingPart]
    unread: Sequence[tuple[DocumentView, UUID, str]]
    """Papers that could not be read, each with id and number of a case that the actor may see."""

    @property
    def is_moving(self) -> bool:
        """Does the worker still have something to do?"""
        return any(stack.status in ("waiting", "splitting") or stack.reading for stack in self.stacks)


def show(work: UnitOfWork) -> Tray:
    """What was brought lately in the actor's unit, and what waits for a person."""
    check_role(work.actor, STACK_BRINGERS)
    query = select(PaperStack).where(PaperStack.unit == work.actor.unit)
    found = work.session.scalars(query.order_by(PaperStack.brought_at.desc()).limit(MOST_STACKS)).all()
    return Tray(_stacks(work, found), _waiting(work), _unread(work))


def place(work: UnitOfWork, stack_id: UUID, no: int, number: str, label: str, *, max_megabytes: int) -> str:
    """Put a waiting part into the case with this number; returns it. Raises `InvalidInput` with a sentence per field."""
    part = _locked(work, stack_id, no)
    case_id = _case_with(work, number)
    if label not in LABELS:
        raise InvalidInput(fields={"nama": "Pilih jenis dokumen dari daftar."})
    document = archive.documents.get(work.session, part.document_id)
    data = work.blobs.read(document.blob_sha256)
    documents.upload(work, case_id, element="", label=label, data=data, max_megabytes=max_megabytes)
    document.origin = intake.UPLOAD
    part.status, part.case_id, part.label, part.reason = "landed", case_id, label, ""
    _settled(work, part)
    return work.session.get_one(Case, case_id).number


def keep_in_archive(work: UnitOfWork, stack_id: UUID, no: int) -> None:
    """A waiting part belongs to no case: it stays a paper of the archive."""
    part = _locked(work, stack_id, no)
    part.status, part.reason = "archived", ""
    _settled(work, part)


def read_again(work: UnitOfWork, document_id: UUID) -> None:
    """Have a paper read once more that could not be read."""
    check_role(work.actor, STACK_BRINGERS)
    documents.get(work, document_id)
    document = work.session.get_one(Document, document_id, with_for_update=True, populate_existing=True)
    if document.status != DocumentStatus.UNREADABLE:
        return
    document.status, document.status_reason = DocumentStatus.RECEIVED, ""
    jobs.defer(work, "read_document", document_id=str(document_id))


def _locked(work: UnitOfWork, stack_id: UUID, no: int) -> StackPart:
    check_role(work.actor, STACK_BRINGERS)
    part = work.session.get(StackPart, (stack_id, no), with_for_update=True, populate_existing=True)
    stack = work.session.get(PaperStack, stack_id)
    if part is None or stack is None or stack.unit != work.actor.unit:
        raise NotFound()
    if part.status != "tray":
        raise Conflict("Bagian ini sudah ditempatkan. Muat ulang halaman untuk melihat sisanya.")
    return part


def _settled(work: UnitOfWork, part: StackPart) -> None:
    part.settled_at, part.settled_by = work.clock(), work.actor.user_id
    work.session.flush()
    audit.record(work, f"stack:{part.stack_id}", "stack.sorted", no=part.no, status=part.status)


def _case_with(work: UnitOfWork, number: str) -> UUID:
    wanted = number.strip()
    hits = [hit for hit in cases.search(work, wanted) if hit.number.casefold() == wanted.casefold()]
    if not hits:
        hits = cases.search(work, wanted, limit=2)
    if len(hits) != 1:
        sentence = "Tidak ada berkas dengan nomor ini yang dapat Anda lihat. Periksa nomornya."
        raise InvalidInput(fields={"nomor": sentence})
    return hits[0].id


def _stacks(work: UnitOfWork, found: Sequence[PaperStack]) -> list[StackView]:
    counts: dict[tuple[UUID, str, bool], int] = {}
    is_read = Document.status.in_((DocumentStatus.READABLE, DocumentStatus.UNREADABLE))
    query = (
        select(StackPart.stack_id, StackPart.status, is_read, func.count())
        .join(Document, Document.id == StackPart.document_id)
        .where(StackPart.stack_id.in_([stack.id for stack in found]))
        .group_by(StackPart.stack_id, StackPart.status, is_read)
    )
    for stack_id, status, done, count in work.session.execute(query):
        counts[stack_id, status, done] = count
    names = people.names_of(work, [stack.brought_by for stack in found if stack.brought_by])

    def sum_of(stack: PaperStack, status: str | None = None, done: bool | None = None) -> int:
        return sum(
            count
            for (stack_id, known, is_done), count in counts.items()
            if stack_id == stack.id and status in (None, known) and done in (None, is_done)
        )

    return [
        StackView(
            id=stack.id,
            brought_at=stack.brought_at,
            brought_by=names.get(stack.brought_by, "Sistem") if stack.brought_by else "Sistem",
            is_mine=stack.brought_by == work.actor.user_id,
            status=stack.status,
            pages=stack.pages,
            pages_seen=stack.pages_seen,
            reason=stack.reason,
            landed=sum_of(stack, "landed"),
            reading=sum_of(stack, done=False),
            waiting=sum_of(stack, "tray"),
        )
        for stack in found
    ]


def _waiting(work: UnitOfWork) -> list[WaitingPart]:
    query = (
        select(StackPart)
        .join(PaperStack, PaperStack.id == StackPart.stack_id)
        .where(StackPart.status == "tray", PaperStack.unit == work.actor.unit)
        .order_by(PaperStack.brought_at, StackPart.stack_id, StackPart.no)
        .limit(MOST_WAITING)
    )
    parts = work.session.scalars(query).all()
    if not parts:
        return []
    papers = document_views.views(work, [(part.document_id, None) for part in parts])
    return [
        WaitingPart(part.stack_id, part.no, part.pages, part.reason, paper, _likely(work, part.document_id))
        for part, paper in zip(parts, papers, strict=True)
    ]


def _likely(work: UnitOfWork, document_id: UUID) -> list[CaseHit]:
    """By the numbers of cases and letters that were read on the pages; the first found, the likeliest."""
    found: dict[UUID, CaseHit] = {}
    for page in archive.documents.pages_of(work.session, document_id):
        for number in dict.fromkeys(_NUMBER.findall(page.text.upper())):
            for hit in cases.search(work, number.strip(" .-/"), limit=MOST_LIKELY):
                found.setdefault(hit.id, hit)
            if len(found) >= MOST_LIKELY:
                return list(found.values())[:MOST_LIKELY]
    return list(found.values())


def _unread(work: UnitOfWork) -> list[tuple[DocumentView, UUID, str]]:
    query = (
        select(Document.id, Case.id, Case.number)
        .join(CaseDocument, CaseDocument.document_id == Document.id)
        .join(Case, Case.id == CaseDocument.case_id)
        .where(
            Document.status == DocumentStatus.UNREADABLE, access.sees_case(work), handoffs.readable_case(work)
        )
        .order_by(CaseDocument.added_at.desc())
        .limit(MOST_WAITING)
    )
    rows = work.session.execute(query).all()
    if not rows:
        return []
    papers = document_views.views(work, [(row[0], row[1]) for row in rows])
    return [(paper, row[1], row[2]) for paper, row in zip(papers, rows, strict=True)]
