"""Stacks from the feeder: kept whole, split at their cover sheets by a job, each part put into its
case and step (R39).

How far the stacks of paper are that were brought lately, and how many of their parts wait for a
person (R39).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import func, select

from archive import documents
from archive.errors import ArchiveError, StoreUnavailable
from archive.models import Document, DocumentStatus
from ocr.errors import NoRoom, OcrError
from ocr.sandbox_requests import Stack
from workflow_app.domain import (
    SYSTEM,
    Away,
    Conflict,
    DiskFull,
    Forbidden,
    NotFound,
    StorageAway,
    Unavailable,
)
from workflow_app.models import CaseDocument, PaperStack, StackPart
from workflow_app.permissions import (
    STACK_BRINGERS,
    WHOLE_KEEPERS,
    check_role,
    has_role,
    leaves_trace,
    stacks_are_for,
)
from workflow_app.services.accounts import users
from workflow_app.services.core import jobs, unit_of_work
from workflow_app.services.core.jobs import PATIENT, READING, Running, job
from workflow_app.services.core.unit_of_work import UnitOfWork, Works
from workflow_app.services.documents import access, ingest
from workflow_app.services.documents.documents import EXTENSIONS, Content
from workflow_app.services.intake import cover_sheets
from workflow_app.services.intake.cover_sheets import Share

SCAN, MAIL = "scan", "mail"
OPENERS = {SCAN: "split_stack", MAIL: "open_mail"}
"""The job that takes a stack apart, by its kind."""
LABEL = "Tumpukan pindai"
ELSEWHERE = "File ini sudah dimasukkan unit lain. Hubungi admin."
UNSPLIT = (
    "Tumpukan ini tersimpan utuh, tetapi belum selesai dipilah. Tekan Pilah lagi; bila tetap "
    "begini, hubungi admin."
)
PARTLY_DISPOSED = (
    "Sebagian dokumen di tumpukan ini sudah dimusnahkan, jadi tumpukan utuhnya tidak lagi dapat "
    "diunduh."
)
NOT_WHOLE = (
    "Di dalam tumpukan ini ada dokumen yang tidak dapat Anda buka, jadi tumpukan utuhnya "
    "tidak dapat diunduh. Buka dokumen yang "
    "Anda perlukan dari berkasnya."
)


@dataclass(frozen=True)
class Brought:
    """Answer to a stack that was brought."""

    stack_id: UUID
    is_new: bool
    """False when exactly this file was brought before; nothing is split twice."""


def bring(work: UnitOfWork, data: bytes, *, max_megabytes: int = 50) -> Brought:
    """Keep a stack as it came; a job splits it after commit. Raises `InvalidInput` for a file that
    is not accepted.
    """
    check_role(work.actor, STACK_BRINGERS)
    users.check(work)
    for_role = stacks_are_for(work.actor)
    return take_in(work, data, unit=work.actor.unit, max_megabytes=max_megabytes, for_role=for_role)


def take_in(
    work: UnitOfWork, data: bytes, *, unit: str, max_megabytes: int, for_role: str | None = None
) -> Brought:
    """The same for a stack that lies in the scanner's folder: nobody signed in brings it."""
    found = ingest.look_into(data, max_megabytes)
    added = ingest.keep_whole(work, data, found.media_type, found.pages, label=LABEL)
    if (known := of_document(work, added.document_id)) is not None:
        if known.unit != unit:
            raise Conflict(ELSEWHERE)
        return Brought(known.id, is_new=False)
    stack = PaperStack(unit=unit, kind=SCAN, document_id=added.document_id, pages=found.pages)
    stack.for_role = for_role
    return begin(work, stack)


def of_document(work: UnitOfWork, document_id: UUID) -> PaperStack | None:
    """The stack whose whole this document is."""
    return work.session.scalars(
        select(PaperStack).where(PaperStack.document_id == document_id)
    ).first()


def begin(work: UnitOfWork, stack: PaperStack) -> Brought:
    """A new stack, whole in the archive, and the job that takes it apart."""
    stack.id, stack.brought_by, stack.brought_at = uuid4(), work.actor.user_id, work.clock()
    stack.status, stack.pages_seen, stack.reason = "waiting", 0, ""
    work.session.add(stack)
    work.session.flush()
    unit_of_work.record(
        work, f"stack:{stack.id}", "stack.brought", pages=stack.pages, kind=stack.kind
    )
    jobs.defer(work, OPENERS[stack.kind], stack_id=str(stack.id))
    return Brought(stack.id, is_new=True)


def retry(work: UnitOfWork, stack_id: UUID) -> None:
    """Split a stack once more that failed or whose job is gone. What has landed stays where it
    is.
    """
    check_role(work.actor, STACK_BRINGERS)
    stack = work.session.get(PaperStack, stack_id, with_for_update=True, populate_existing=True)
    if stack is None or stack.unit != work.actor.unit:
        raise NotFound()
    if stack.status != "failed" and not is_stuck(work, stack):
        return
    stack.status, stack.reason = "waiting", ""
    unit_of_work.record(work, f"stack:{stack.id}", "stack.retried")
    jobs.defer(work, OPENERS[stack.kind], stack_id=str(stack.id))


def is_stuck(work: UnitOfWork, stack: PaperStack) -> bool:
    """Should the stack be split, and is there nobody who would?"""
    is_open = stack.status in ("waiting", "splitting")
    return is_open and not jobs.is_waiting(work, OPENERS[stack.kind], "stack_id", str(stack.id))


def leave_whole(works: Works, error: Exception, stack_id: UUID) -> None:
    """Give the splitting of a stack up, unless a try has settled it."""
    with works.begin(SYSTEM) as work:
        is_open = work.session.get_one(PaperStack, stack_id).status in ("waiting", "splitting")
    if is_open:
        conclude(works, stack_id, "failed", UNSPLIT)


def original(work: UnitOfWork, stack_id: UUID) -> Content:
    """The whole as it came, for who brought it and may read every paper in it as it is today; what
    nobody brought is for the archivist, who reads all levels. Each restricted paper is on record as
    opened.
    """
    check_role(work.actor, STACK_BRINGERS)
    stack = work.session.get(PaperStack, stack_id)
    if stack is None or stack.unit != work.actor.unit or not may_take_out(work, stack):
        raise NotFound()
    restricted = _restricted_parts(work, stack)
    document = documents.get(work.session, stack.document_id)
    extension = EXTENSIONS.get(document.media_type, "bin")
    found = Content(
        work.blobs.read(document.blob_sha256),
        document.media_type,
        f"{'surat' if stack.kind == MAIL else 'tumpukan'}-{stack.id.hex[:8]}.{extension}",
    )
    for document_id, seen in restricted:
        access.opened(work, document_id, seen, "stack")
    unit_of_work.record(work, f"stack:{stack.id}", "stack.opened")
    return found


def may_take_out(work: UnitOfWork, stack: PaperStack) -> bool:
    """Is the whole for the actor, as far as his person decides it?"""
    if stack.brought_by is None:
        return has_role(work.actor, WHOLE_KEEPERS)
    return stack.brought_by == work.actor.user_id


def _restricted_parts(
    work: UnitOfWork, stack: PaperStack
) -> list[tuple[UUID, CaseDocument | None]]:
    """Papers of the stack of which a look is on record, each with the link it is read through, in
    the order of the cases so that two such acts never wait for each other in a ring. Raises
    `Forbidden` when the actor may not read one of them.
    """
    query = select(Document).join(StackPart, StackPart.document_id == Document.id)
    # What was disposed of is in the whole still: nobody gets at it there.
    disposed = query.where(StackPart.stack_id == stack.id, Document.disposed_at.is_not(None))
    if work.session.scalars(disposed).first() is not None:
        raise Forbidden(PARTLY_DISPOSED)
    papers = [*work.session.scalars(query.where(StackPart.stack_id == stack.id).distinct())]
    whole = documents.get(work.session, stack.document_id)
    if whole.origin != ingest.STACK:
        papers.append(whole)
    try:
        seen = [(paper, access.readable(work, paper.id)) for paper in papers]
    except (Forbidden, NotFound) as error:
        raise Forbidden(NOT_WHOLE) from error
    found = [(paper.id, link) for paper, link in seen if leaves_trace(paper.level)]
    return sorted(found, key=lambda each: (str(each[1].case_id if each[1] else ""), str(each[0])))


def split(works: Works, stack_id: UUID, *, nice: int = 5) -> str:
    """Split one stack (a job); returns its status. Killed and begun again, it makes no part twice.

    Raises `Unavailable` when another try later may succeed.
    """
    with works.begin(SYSTEM) as work:
        stack = cover_sheets.take_up(work, stack_id)
        if stack is None:
            return "split"
        sha256 = documents.get(work.session, stack.document_id).blob_sha256
    try:
        with Stack(works.blobs.read(sha256), cover_sheets.ACCEPTED, nice=nice) as opened:
            cover_sheets.settle_all(works, stack_id, _shares(works, stack_id, opened), opened)
    except NoRoom as error:
        raise DiskFull(error.sentence, detail=type(error).__name__) from error
    except StoreUnavailable as error:
        raise StorageAway(detail=type(error).__name__) from error
    except (OcrError, ArchiveError) as error:
        conclude(works, stack_id, "failed", error.sentence)
        if error.is_retryable:
            raise Unavailable(error.sentence, detail=type(error).__name__) from error
        return "failed"
    except Away:
        raise
    except Exception:
        conclude(works, stack_id, "failed", UNSPLIT)
        raise
    return conclude(works, stack_id, "split")


def _shares(works: Works, stack_id: UUID, opened: Stack) -> list[Share]:
    """Look through all pages, saying how far, and plan the parts."""
    pages = []
    for page in opened.look():
        pages.append(page)
        with works.begin(SYSTEM) as work:
            work.session.get_one(PaperStack, stack_id).pages_seen = page.no
    return cover_sheets.shares(works, pages)


def conclude(works: Works, stack_id: UUID, status: str, reason: str = "") -> str:
    """Say how taking a stack apart ended, with the sentence why where it failed; returns the
    status.
    """
    with works.begin(SYSTEM) as work:
        stack = work.session.get_one(PaperStack, stack_id)
        stack.status, stack.reason = status, reason
        unit_of_work.record(work, f"stack:{stack_id}", f"stack.{status}")
    return status


MOST_STACKS = 20
BY_ITSELF = {SCAN: "Folder pemindai", MAIL: "Surat elektronik"}
"""Where a stack came from that nobody brought."""


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
    """Parts of the unit's stacks that wait for others: they belong to cases that the actor may not
    open.
    """

    @property
    def is_moving(self) -> bool:
        """Does the worker still have something to do?"""
        return any(
            stack.status in ("waiting", "splitting") or stack.reading for stack in self.stacks
        )


def progress(work: UnitOfWork) -> Progress:
    """The stacks that were brought lately, and how many parts wait: for the page that asks again
    and again.
    """
    check_role(work.actor, STACK_BRINGERS)
    query = select(PaperStack).where(PaperStack.unit == work.actor.unit)
    found = work.session.scalars(
        query.order_by(PaperStack.brought_at.desc()).limit(MOST_STACKS)
    ).all()
    waiting = (
        select(func.count().filter(access.is_to_sort(work)), func.count())
        .select_from(StackPart)
        .join(PaperStack, PaperStack.id == StackPart.stack_id)
        .join(Document, Document.id == StackPart.document_id)
        .where(StackPart.status == "tray", PaperStack.unit == work.actor.unit)
    )
    for_me, together = work.session.execute(waiting).one()
    return Progress(_stacks(work, found), for_me, together - for_me)


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
    names = users.names_of(work, [stack.brought_by for stack in found if stack.brought_by])

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
            brought_by=names.get(stack.brought_by, "Sistem")
            if stack.brought_by
            else BY_ITSELF[stack.kind],
            can_take_out=may_take_out(work, stack),
            status=stack.status,
            pages=stack.pages,
            pages_seen=stack.pages_seen,
            reason=stack.reason,
            can_retry=stack.status == "failed" or is_stuck(work, stack),
            landed=sum_of(stack, "landed"),
            reading=sum_of(stack, done=False),
            waiting=sum_of(stack, "tray"),
        )
        for stack in found
    ]


@job(
    "split_stack",
    label="Memilah tumpukan pindaian",
    queue=READING,
    retry=PATIENT,
    on_give_up=leave_whole,
)
def split_stack_job(running: Running, stack_id: UUID) -> None:
    """Split one stack."""
    split(running.works, stack_id)
