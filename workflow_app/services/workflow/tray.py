"""What needs a person: parts of stacks that no cover sheet placed, stacks that failed, papers that
could not be read (R39).

Papers whose writing could not be read: somebody has to know of each, and may have it read once more
or let it be (decision 0058). The cases to which papers may belong, by the numbers that were read on
them.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select

from archive import documents
from archive.models import Document, DocumentStatus, Page
from workflow_app.domain import Conflict, InvalidInput, NotFound
from workflow_app.models import Case, CaseDocument, PaperStack, StackPart
from workflow_app.permissions import STACK_BRINGERS, can_read_archive, check_role
from workflow_app.services.cases import inbox, task_rights
from workflow_app.services.cases.access import is_cleared
from workflow_app.services.cases.inbox import CaseHit
from workflow_app.services.core import jobs
from workflow_app.services.core.unit_of_work import UnitOfWork
from workflow_app.services.documents import access, classification, document_views, ingest, reading
from workflow_app.services.documents import documents as document_records
from workflow_app.services.documents.document_views import DocumentView
from workflow_app.services.documents.reading import DismissalView
from workflow_app.services.intake import stacks
from workflow_app.services.intake.stacks import Progress

MOST = 50


@dataclass(frozen=True)
class Unread:
    """One of them, with the case through which the actor reads it; None for a paper of the archive
    alone.
    """

    paper: DocumentView
    case_id: UUID | None
    case_number: str
    may_dismiss: bool
    dismissal: DismissalView | None = None


@dataclass(frozen=True)
class UnreadPapers:
    """Of all that the actor may read, the newest, and how many there are."""

    waiting: Sequence[Unread]
    count: int
    dismissed: Sequence[Unread]
    dismissed_count: int


def of(work: UnitOfWork) -> UnreadPapers:
    """What could not be read: what waits for a person, and what somebody has said may stay so."""
    is_dismissed = reading.is_dismissed()
    waiting, count = _newest(work, ~is_dismissed, MOST)
    dismissed, dismissed_count = _newest(work, is_dismissed, MOST)
    return UnreadPapers(waiting, count, dismissed, dismissed_count)


def read_again(work: UnitOfWork, document_id: UUID) -> None:
    """Have a paper read once more that could not be read. Who asks for that waits for its writing:
    a dismissal ends.
    """
    check_role(work.actor, STACK_BRINGERS)
    access.readable(work, document_id)
    document = work.session.get_one(
        Document, document_id, with_for_update=True, populate_existing=True
    )
    if document.status != DocumentStatus.UNREADABLE:
        return
    document.status, document.status_reason = DocumentStatus.RECEIVED, ""
    work.session.flush()
    reading.end(work, document_id)
    access.happened(work, document_id, "document.read_again")
    jobs.defer(work, "read_document", document_id=str(document_id))


def _newest(work: UnitOfWork, which: ColumnElement[bool], most: int) -> tuple[list[Unread], int]:
    reachable: ColumnElement[bool] = (
        select(CaseDocument.case_id)
        .join(Case, Case.id == CaseDocument.case_id)
        .where(CaseDocument.document_id == Document.id, task_rights.readable_case(work))
        .exists()
    )
    if can_read_archive(work.actor):
        reachable = or_(Document.origin == ingest.ARCHIVE, reachable)
    query = (
        select(Document.id, func.count().over())
        .where(Document.status == DocumentStatus.UNREADABLE, is_cleared(work), reachable, which)
        .order_by(Document.added_at.desc(), Document.id)
        .limit(most)
    )
    rows = work.session.execute(query).all()
    if not rows:
        return [], 0
    ids = [document_id for document_id, _ in rows]
    seen = {each: link.case_id for each, link in access.links(work, ids).items()}
    numbers: dict[UUID, str] = dict(
        work.session.execute(select(Case.id, Case.number).where(Case.id.in_(seen.values()))).all()
    )
    papers = document_views.views(work, [(each, seen.get(each)) for each in ids])
    may_dismiss = reading.may_dismiss(work, ids)
    dismissals = reading.now_on(work, ids)
    return [
        Unread(
            paper,
            case_id := seen.get(paper.id),
            numbers[case_id] if case_id else "",
            paper.id in may_dismiss,
            dismissals.get(paper.id),
        )
        for paper in papers
    ], rows[0][1]


MOST_LIKELY = 3
PAGES, LETTERS, NUMBERS = 3, 5_000, 20
"""What is looked at of each paper: letters name their number on the first page."""
_NUMBER = re.compile(r"\b[A-Z][A-Z0-9]{0,9}[-/][A-Z0-9][A-Z0-9/. -]{2,60}\d")


def of_papers(work: UnitOfWork, ids: Collection[UUID]) -> dict[UUID, list[CaseHit]]:
    """For each paper the likeliest cases among those that the actor may see; the first found, the
    likeliest. Two queries.
    """
    query = (
        select(Page.document_id, func.upper(func.left(Page.text, LETTERS)))
        .where(Page.document_id.in_(ids), Page.no <= PAGES)
        .order_by(Page.document_id, Page.no)
    )
    written: dict[UUID, list[str]] = {}
    for document_id, text in work.session.execute(query):
        found = written.setdefault(document_id, [])
        found += [number for number in dict.fromkeys(_numbers(text)) if number not in found]
        del found[NUMBERS:]
    known = inbox.by_numbers(work, {number for found in written.values() for number in found})
    likely = {}
    for document_id, found in written.items():
        hits = {hit.id: hit for number in found for hit in known.get(number, ())}
        likely[document_id] = list(hits.values())[:MOST_LIKELY]
    return likely


def _numbers(text: str) -> Iterator[str]:
    """What looks like a number of ours, with and without what stands behind it in the line."""
    for line in _NUMBER.findall(text):
        yield line
        first = line.split(" ")[0].rstrip(".-/")
        if first != line and len(first) > 5:
            yield first


MOST_NEAR, MOST_WAITING = 3, 50
LABELS = classification.OTHERS
RESTRICTED = (
    "Dokumen ini untuk berkas yang dibatasi, atau tumpukannya dibawa satu fungsi, jadi tidak "
    "menjadi arsip umum. Masukkan ke "
    "berkas yang melanjutkannya."
)


@dataclass(frozen=True)
class WaitingPart:
    """Pages that somebody has to place."""

    stack_id: UUID
    kind: str
    no: int
    pages: Sequence[int]
    reason: str
    paper: DocumentView
    likely: Sequence[CaseHit]
    """The likeliest cases by the numbers that were read on it, among those the actor may see."""
    may_be_archived: bool


@dataclass(frozen=True)
class Tray(Progress):
    """The whole page."""

    parts: Sequence[WaitingPart]
    unread: UnreadPapers
    """Papers that could not be read, each with id and number of a case that the actor may see."""

    @property
    def count(self) -> int:
        """All that waits for the actor, shown here or not."""
        return self.waiting + self.unread.count


def show(work: UnitOfWork) -> Tray:
    """What was brought lately in the actor's unit, and what waits for a person."""
    known = stacks.progress(work)
    return Tray(known.stacks, known.waiting, known.elsewhere, _waiting(work), of(work))


def place(
    work: UnitOfWork, stack_id: UUID, no: int, number: str, label: str, *, max_megabytes: int
) -> str:
    """Put a waiting part into the case with this number; returns it. Raises `InvalidInput` with a
    sentence per field.
    """
    part = _locked(work, stack_id, no)
    case_id = _case_with(work, number)
    if label not in LABELS:
        raise InvalidInput(fields={"nama": "Pilih jenis dokumen dari daftar."})
    document = documents.get(work.session, part.document_id)
    data = work.blobs.read(document.blob_sha256)
    part.status, part.case_id, part.label, part.reason = "landed", case_id, label, ""
    work.session.flush()
    document_records.upload(
        work, case_id, element="", label=label, data=data, max_megabytes=max_megabytes
    )
    document.origin = ingest.UPLOAD
    ingest.settle(work, part)
    return work.session.get_one(Case, case_id).number


def keep_in_archive(work: UnitOfWork, stack_id: UUID, no: int) -> None:
    """A waiting part belongs to no case: it becomes a paper of the archive, which all its readers
    find.
    """
    part = _locked(work, stack_id, no)
    if access.is_kept_for_others(work, part.document_id):
        raise Conflict(RESTRICTED)
    document = work.session.get_one(
        Document, part.document_id, with_for_update=True, populate_existing=True
    )
    part.status, part.reason = "archived", ""
    work.session.flush()
    if document.origin == ingest.TRAY:
        ingest.become_archive(work, document)
    ingest.settle(work, part)


def _locked(work: UnitOfWork, stack_id: UUID, no: int) -> StackPart:
    check_role(work.actor, STACK_BRINGERS)
    query = select(StackPart).join(PaperStack, PaperStack.id == StackPart.stack_id)
    query = query.join(Document, Document.id == StackPart.document_id).with_for_update(of=StackPart)
    query = query.where(StackPart.stack_id == stack_id, StackPart.no == no, access.is_to_sort(work))
    part = work.session.scalars(query, execution_options={"populate_existing": True}).first()
    if part is None:
        raise NotFound()
    if part.status != "tray":
        raise Conflict("Bagian ini sudah ditempatkan. Muat ulang halaman untuk melihat sisanya.")
    access.readable(work, part.document_id)
    return part


def near(work: UnitOfWork, number: str) -> list[CaseHit]:
    """Cases to choose from when nothing has exactly this number."""
    return inbox.search(work, number, limit=MOST_NEAR)


def _case_with(work: UnitOfWork, number: str) -> UUID:
    wanted = number.strip().upper()
    hits = inbox.by_numbers(work, {wanted}).get(wanted, [])
    if len(hits) != 1:
        sentence = (
            "Tidak ada berkas dengan nomor persis ini yang dapat Anda lihat. Periksa nomornya."
        )
        raise InvalidInput(fields={"nomor": sentence})
    return hits[0].id


def _waiting(work: UnitOfWork) -> list[WaitingPart]:
    query = (
        select(StackPart, PaperStack)
        .join(PaperStack, PaperStack.id == StackPart.stack_id)
        .join(Document, Document.id == StackPart.document_id)
        .where(StackPart.status == "tray", access.is_to_sort(work))
        .order_by(PaperStack.brought_at, StackPart.stack_id, StackPart.no)
        .limit(MOST_WAITING)
    )
    parts = work.session.execute(query).all()
    if not parts:
        return []
    papers = document_views.views(work, [(part.document_id, None) for part, _ in parts])
    likely = of_papers(work, [paper.id for paper in papers if paper.can_read])
    return [
        WaitingPart(
            stack_id=part.stack_id,
            kind=stack.kind,
            no=part.no,
            pages=part.pages,
            reason=part.reason,
            paper=paper,
            likely=likely.get(paper.id, []),
            may_be_archived=stack.for_role is None,
        )
        for (part, stack), paper in zip(parts, papers, strict=True)
    ]
