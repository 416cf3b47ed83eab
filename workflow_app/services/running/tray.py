"""What needs a person: parts of stacks that no cover sheet placed, stacks that failed, papers that could not be read (R39)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, func, select

import archive.documents
from archive.models import Document, DocumentStatus
from workflow_app.errors import Conflict, InvalidInput, NotFound
from workflow_app.models.case import Case
from workflow_app.models.stack import PaperStack, StackPart
from workflow_app.permissions import STACK_BRINGERS, check_role
from workflow_app.services.accounts import people
from workflow_app.services.bringing import stacks
from workflow_app.services.case_file import clearances, numbered_cases
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
from workflow_app.services.running.unread import Unread

MOST_NEAR, MOST_STACKS, MOST_WAITING = 3, 20, 50
LABELS = paper_labels.OTHERS
BY_ITSELF = {stacks.SCAN: "Folder pemindai", stacks.MAIL: "Surat elektronik"}
"""Where a stack came from that nobody brought."""
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
class StackView:
    """One stack and how far it is."""

    id: UUID
    kind: str
    brought_at: datetime
    received_at: datetime | None
    """When the server received a mail."""
    brought_by: str
    can_take_out: bool
    """Is the whole for the actor?"""
    status: str
    pages: int
    pages_seen: int
    reason: str
    can_retry: bool
    landed: int
    """Parts in their cases."""
    reading: int
    """Parts whose words are not read yet."""
    waiting: int


@dataclass(frozen=True)
class Progress:
    """How far the stacks are."""

    stacks: Sequence[StackView]
    waiting: int
    """Parts that wait for the actor."""
    elsewhere: int
    """Parts of the unit's stacks that wait for others: they belong to cases that the actor may not open."""

    @property
    def is_moving(self) -> bool:
        """Does the worker still have something to do?"""
        return any(stack.status in ("waiting", "splitting") or stack.reading for stack in self.stacks)


@dataclass(frozen=True)
class Tray(Progress):
    """The whole page."""

    parts: Sequence[WaitingPart]
    unread: Sequence[Unread]
    """Papers that could not be read, each with id and number of a case that the actor may see."""


def show(work: UnitOfWork) -> Tray:
    """What was brought lately in the actor's unit, and what waits for a person."""
    known = progress(work)
    return Tray(known.stacks, known.waiting, known.elsewhere, _waiting(work), unread.of(work))


def progress(work: UnitOfWork) -> Progress:
    """The stacks that were brought lately, and how many parts wait: for the page that asks again and again."""
    check_role(work.actor, STACK_BRINGERS)
    query = select(PaperStack).where(PaperStack.unit == work.actor.unit)
    found = work.session.scalars(query.order_by(PaperStack.brought_at.desc()).limit(MOST_STACKS)).all()
    waiting = (
        select(func.count().filter(_is_for(work)), func.count())
        .select_from(StackPart)
        .join(PaperStack, PaperStack.id == StackPart.stack_id)
        .join(Document, Document.id == StackPart.document_id)
        .where(StackPart.status == "tray", PaperStack.unit == work.actor.unit)
    )
    for_me, together = work.session.execute(waiting).one()
    return Progress(_stacks(work, found), for_me, together - for_me)


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
    query = query.where(StackPart.stack_id == stack_id, StackPart.no == no, _is_for(work))
    part = work.session.scalars(query, execution_options={"populate_existing": True}).first()
    if part is None:
        raise NotFound()
    if part.status != "tray":
        raise Conflict("Bagian ini sudah ditempatkan. Muat ulang halaman untuk melihat sisanya.")
    paper_sight.readable(work, part.document_id)
    return part


def _is_for(work: UnitOfWork) -> ColumnElement[bool]:
    """This `StackPart` and its `Document` are for the actor to sort."""
    return tray_sight.is_shown(work) & clearances.is_cleared(work)


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
            kind=stack.kind,
            brought_at=stack.brought_at,
            received_at=stack.received_at,
            brought_by=names.get(stack.brought_by, "Sistem") if stack.brought_by else BY_ITSELF[stack.kind],
            can_take_out=stacks.may_take_out(work, stack),
            status=stack.status,
            pages=stack.pages,
            pages_seen=stack.pages_seen,
            reason=stack.reason,
            can_retry=stack.status == "failed" or stacks.is_stuck(work, stack),
            landed=sum_of(stack, "landed"),
            reading=sum_of(stack, done=False),
            waiting=sum_of(stack, "tray"),
        )
        for stack in found
    ]


def _waiting(work: UnitOfWork) -> list[WaitingPart]:
    query = (
        select(StackPart, PaperStack)
        .join(PaperStack, PaperStack.id == StackPart.stack_id)
        .join(Document, Document.id == StackPart.document_id)
        .where(StackPart.status == "tray", _is_for(work))
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
