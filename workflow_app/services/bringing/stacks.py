"""Stacks from the feeder: kept whole, split at their cover sheets by a job, each part put into its case and step (R39)."""

from dataclasses import dataclass
from uuid import UUID, uuid4

from sqlalchemy import select

import archive.documents
from archive.errors import ArchiveError, StoreUnavailable
from archive.models import Document
from ocr.errors import NoRoom, OcrError
from ocr.stacks import Stack
from workflow_app.errors import Away, Conflict, DiskFull, Forbidden, NotFound, StorageAway, Unavailable
from workflow_app.models.document import CaseDocument
from workflow_app.models.stack import PaperStack, StackPart
from workflow_app.permissions import (
    STACK_BRINGERS,
    WHOLE_KEEPERS,
    check_role,
    has_role,
    leaves_trace,
    stacks_are_for,
)
from workflow_app.services.accounts import own_account
from workflow_app.services.bringing import stack_parts
from workflow_app.services.bringing.stack_plan import Share
from workflow_app.services.ground import audit, jobs
from workflow_app.services.ground.unit_of_work import UnitOfWork, Works
from workflow_app.services.papers import intake, paper_sight, paper_trail
from workflow_app.services.papers.documents import EXTENSIONS, Content
from workflow_app.types import SYSTEM

SCAN, MAIL = "scan", "mail"
OPENERS = {SCAN: "split_stack", MAIL: "open_mail"}
"""The job that takes a stack apart, by its kind."""
LABEL = "Tumpukan pindai"
ELSEWHERE = "File ini sudah dimasukkan unit lain. Hubungi admin."
UNSPLIT = "Tumpukan ini tersimpan utuh, tetapi belum selesai dipilah. Tekan Pilah lagi; bila tetap begini, hubungi admin."
PARTLY_DISPOSED = (
    "Sebagian dokumen di tumpukan ini sudah dimusnahkan, jadi tumpukan utuhnya tidak lagi dapat diunduh."
)
NOT_WHOLE = (
    "Di dalam tumpukan ini ada dokumen yang tidak dapat Anda buka, jadi tumpukan utuhnya tidak dapat diunduh. Buka dokumen yang "
    "Anda perlukan dari berkasnya."
)


@dataclass(frozen=True)
class Brought:
    """Answer to a stack that was brought."""

    stack_id: UUID
    is_new: bool
    """False when exactly this file was brought before; nothing is split twice."""


def bring(work: UnitOfWork, data: bytes, *, max_megabytes: int = 50) -> Brought:
    """Keep a stack as it came; a job splits it after commit. Raises `InvalidInput` for a file that is not accepted."""
    check_role(work.actor, STACK_BRINGERS)
    own_account.check(work)
    for_role = stacks_are_for(work.actor)
    return take_in(work, data, unit=work.actor.unit, max_megabytes=max_megabytes, for_role=for_role)


def take_in(
    work: UnitOfWork, data: bytes, *, unit: str, max_megabytes: int, for_role: str | None = None
) -> Brought:
    """The same for a stack that lies in the scanner's folder: nobody signed in brings it."""
    found = intake.look_into(data, max_megabytes)
    added = intake.keep_whole(work, data, found.media_type, found.pages, label=LABEL)
    if (known := of_document(work, added.document_id)) is not None:
        if known.unit != unit:
            raise Conflict(ELSEWHERE)
        return Brought(known.id, is_new=False)
    stack = PaperStack(unit=unit, kind=SCAN, document_id=added.document_id, pages=found.pages)
    stack.for_role = for_role
    return begin(work, stack)


def of_document(work: UnitOfWork, document_id: UUID) -> PaperStack | None:
    """The stack whose whole this document is."""
    return work.session.scalars(select(PaperStack).where(PaperStack.document_id == document_id)).first()


def begin(work: UnitOfWork, stack: PaperStack) -> Brought:
    """A new stack, whole in the archive, and the job that takes it apart."""
    stack.id, stack.brought_by, stack.brought_at = uuid4(), work.actor.user_id, work.clock()
    stack.status, stack.pages_seen, stack.reason = "waiting", 0, ""
    work.session.add(stack)
    work.session.flush()
    audit.record(work, f"stack:{stack.id}", "stack.brought", pages=stack.pages, kind=stack.kind)
    jobs.defer(work, OPENERS[stack.kind], stack_id=str(stack.id))
    return Brought(stack.id, is_new=True)


def retry(work: UnitOfWork, stack_id: UUID) -> None:
    """Split a stack once more that failed or whose job is gone. What has landed stays where it is."""
    check_role(work.actor, STACK_BRINGERS)
    stack = work.session.get(PaperStack, stack_id, with_for_update=True, populate_existing=True)
    if stack is None or stack.unit != work.actor.unit:
        raise NotFound()
    if stack.status != "failed" and not is_stuck(work, stack):
        return
    stack.status, stack.reason = "waiting", ""
    audit.record(work, f"stack:{stack.id}", "stack.retried")
    jobs.defer(work, OPENERS[stack.kind], stack_id=str(stack.id))


def is_stuck(work: UnitOfWork, stack: PaperStack) -> bool:
    """Should the stack be split, and is there nobody who would?"""
    is_open = stack.status in ("waiting", "splitting")
    return is_open and not jobs.is_waiting(work, OPENERS[stack.kind], "stack_id", str(stack.id))


def give_up(works: Works, stack_id: UUID) -> None:
    """Say on the stack that it is not split by itself any more."""
    conclude(works, stack_id, "failed", UNSPLIT)


def original(work: UnitOfWork, stack_id: UUID) -> Content:
    """The whole as it came, for who brought it and may read every paper in it as it is today; what nobody brought is for the
    archivist, who reads all levels. Each restricted paper is on record as opened.
    """
    check_role(work.actor, STACK_BRINGERS)
    stack = work.session.get(PaperStack, stack_id)
    if stack is None or stack.unit != work.actor.unit or not may_take_out(work, stack):
        raise NotFound()
    restricted = _restricted_parts(work, stack)
    document = archive.documents.get(work.session, stack.document_id)
    extension = EXTENSIONS.get(document.media_type, "bin")
    found = Content(
        work.blobs.read(document.blob_sha256),
        document.media_type,
        f"{'surat' if stack.kind == MAIL else 'tumpukan'}-{stack.id.hex[:8]}.{extension}",
    )
    for document_id, seen in restricted:
        paper_trail.opened(work, document_id, seen, "stack")
    audit.record(work, f"stack:{stack.id}", "stack.opened")
    return found


def may_take_out(work: UnitOfWork, stack: PaperStack) -> bool:
    """Is the whole for the actor, as far as his person decides it?"""
    if stack.brought_by is None:
        return has_role(work.actor, WHOLE_KEEPERS)
    return stack.brought_by == work.actor.user_id


def _restricted_parts(work: UnitOfWork, stack: PaperStack) -> list[tuple[UUID, CaseDocument | None]]:
    """Papers of the stack of which a look is on record, each with the link it is read through, in the order of the cases so that
    two such acts never wait for each other in a ring. Raises `Forbidden` when the actor may not read one of them.
    """
    query = select(Document).join(StackPart, StackPart.document_id == Document.id)
    # What was disposed of is in the whole still: nobody gets at it there.
    disposed = query.where(StackPart.stack_id == stack.id, Document.disposed_at.is_not(None))
    if work.session.scalars(disposed).first() is not None:
        raise Forbidden(PARTLY_DISPOSED)
    papers = [*work.session.scalars(query.where(StackPart.stack_id == stack.id).distinct())]
    whole = archive.documents.get(work.session, stack.document_id)
    if whole.origin != intake.STACK:
        papers.append(whole)
    try:
        seen = [(paper, paper_sight.readable(work, paper.id)) for paper in papers]
    except (Forbidden, NotFound) as error:
        raise Forbidden(NOT_WHOLE) from error
    found = [(paper.id, link) for paper, link in seen if leaves_trace(paper.level)]
    return sorted(found, key=lambda each: (str(each[1].case_id if each[1] else ""), str(each[0])))


def split(works: Works, stack_id: UUID, *, nice: int = 5) -> str:
    """Split one stack (a job); returns its status. Killed and begun again, it makes no part twice.

    Raises `Unavailable` when another try later may succeed.
    """
    with works.begin(SYSTEM) as work:
        stack = stack_parts.take_up(work, stack_id)
        if stack is None:
            return "split"
        sha256 = archive.documents.get(work.session, stack.document_id).blob_sha256
    try:
        with Stack(works.blobs.read(sha256), stack_parts.ACCEPTED, nice=nice) as opened:
            stack_parts.settle_all(works, stack_id, _shares(works, stack_id, opened), opened)
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
    return stack_parts.shares(works, pages)


def conclude(works: Works, stack_id: UUID, status: str, reason: str = "") -> str:
    """Say how taking a stack apart ended, with the sentence why where it failed; returns the status."""
    with works.begin(SYSTEM) as work:
        stack = work.session.get_one(PaperStack, stack_id)
        stack.status, stack.reason = status, reason
        audit.record(work, f"stack:{stack_id}", f"stack.{status}")
    return status
