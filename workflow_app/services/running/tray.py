"""What needs a person: parts of stacks that no cover sheet placed, stacks that failed, papers that could not be read (R39)."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

import archive.documents
from archive.models import Document
from workflow_app.errors import Conflict, InvalidInput, NotFound
from workflow_app.models.case import Case
from workflow_app.models.stack import PaperStack, StackPart
from workflow_app.permissions import STACK_BRINGERS, check_role
from workflow_app.services.bringing import stack_progress
from workflow_app.services.bringing.stack_progress import Progress
from workflow_app.services.case_file import numbered_cases
from workflow_app.services.case_file.numbered_cases import CaseHit
from workflow_app.services.ground.unit_of_work import UnitOfWork
from workflow_app.services.papers import (
    document_views,
    documents,
    intake,
    paper_labels,
    paper_sight,
    sorting,
    tray_sight,
)
from workflow_app.services.papers.document_views import DocumentView
from workflow_app.services.running import likely_cases, unread
from workflow_app.services.running.unread import UnreadPapers

MOST_NEAR, MOST_WAITING = 3, 50
LABELS = paper_labels.OTHERS
RESTRICTED = (
    "Dokumen ini untuk berkas yang dibatasi, atau tumpukannya dibawa satu fungsi, jadi tidak menjadi arsip umum. Masukkan ke "
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
    known = stack_progress.progress(work)
    return Tray(known.stacks, known.waiting, known.elsewhere, _waiting(work), unread.of(work))


def place(work: UnitOfWork, stack_id: UUID, no: int, number: str, label: str, *, max_megabytes: int) -> str:
    """Put a waiting part into the case with this number; returns it. Raises `InvalidInput` with a sentence per field."""
    part = _locked(work, stack_id, no)
    case_id = _case_with(work, number)
    if label not in LABELS:
        raise InvalidInput(fields={"nama": "Pilih jenis dokumen dari daftar."})
    document = archive.documents.get(work.session, part.document_id)
    data = work.blobs.read(document.blob_sha256)
    part.status, part.case_id, part.label, part.reason = "landed", case_id, label, ""
    work.session.flush()
    documents.upload(work, case_id, element="", label=label, data=data, max_megabytes=max_megabytes)
    document.origin = intake.UPLOAD
    sorting.settle(work, part)
    return work.session.get_one(Case, case_id).number


def keep_in_archive(work: UnitOfWork, stack_id: UUID, no: int) -> None:
    """A waiting part belongs to no case: it becomes a paper of the archive, which all its readers find."""
    part = _locked(work, stack_id, no)
    if tray_sight.is_kept_for_others(work, part.document_id):
        raise Conflict(RESTRICTED)
    document = work.session.get_one(Document, part.document_id, with_for_update=True, populate_existing=True)
    part.status, part.reason = "archived", ""
    work.session.flush()
    if document.origin == intake.TRAY:
        intake.become_archive(work, document)
    sorting.settle(work, part)


def _locked(work: UnitOfWork, stack_id: UUID, no: int) -> StackPart:
    check_role(work.actor, STACK_BRINGERS)
    query = select(StackPart).join(PaperStack, PaperStack.id == StackPart.stack_id)
    query = query.join(Document, Document.id == StackPart.document_id).with_for_update(of=StackPart)
    query = query.where(StackPart.stack_id == stack_id, StackPart.no == no, tray_sight.is_to_sort(work))
    part = work.session.scalars(query, execution_options={"populate_existing": True}).first()
    if part is None:
        raise NotFound()
    if part.status != "tray":
        raise Conflict("Bagian ini sudah ditempatkan. Muat ulang halaman untuk melihat sisanya.")
    paper_sight.readable(work, part.document_id)
    return part


def near(work: UnitOfWork, number: str) -> list[CaseHit]:
    """Cases to choose from when nothing has exactly this number."""
    return numbered_cases.search(work, number, limit=MOST_NEAR)


def _case_with(work: UnitOfWork, number: str) -> UUID:
    wanted = number.strip().upper()
    hits = numbered_cases.by_numbers(work, {wanted}).get(wanted, [])
    if len(hits) != 1:
        sentence = "Tidak ada berkas dengan nomor persis ini yang dapat Anda lihat. Periksa nomornya."
        raise InvalidInput(fields={"nomor": sentence})
    return hits[0].id


def _waiting(work: UnitOfWork) -> list[WaitingPart]:
    query = (
        select(StackPart, PaperStack)
        .join(PaperStack, PaperStack.id == StackPart.stack_id)
        .join(Document, Document.id == StackPart.document_id)
        .where(StackPart.status == "tray", tray_sight.is_to_sort(work))
        .order_by(PaperStack.brought_at, StackPart.stack_id, StackPart.no)
        .limit(MOST_WAITING)
    )
    parts = work.session.execute(query).all()
    if not parts:
        return []
    papers = document_views.views(work, [(part.document_id, None) for part, _ in parts])
    likely = likely_cases.of_papers(work, [paper.id for paper in papers if paper.can_read])
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
