"""Stacks from the feeder: kept whole, split at their cover sheets by a job, each part put into its case and step (R39)."""

from dataclasses import dataclass
from uuid import UUID, uuid4

from sqlalchemy import select

import archive.documents
from archive.errors import ArchiveError, StoreUnavailable
from ocr.errors import NoRoom, OcrError
from ocr.stacks import Stack
from ocr.types import Limits
from workflow_app.errors import Away, Conflict, DiskFull, NotFound, StorageAway, Unavailable
from workflow_app.models.document import CaseDocument
from workflow_app.models.stack import PaperStack, StackPart
from workflow_app.models.task import Task
from workflow_app.permissions import STACK_BRINGERS, check_role
from workflow_app.services.case_file import access
from workflow_app.services.ground import audit, jobs
from workflow_app.services.ground.unit_of_work import UnitOfWork, Works
from workflow_app.services.papers import cover_sheets, intake
from workflow_app.services.papers.documents import EXTENSIONS, Content
from workflow_app.services.papers.stack_plan import Share, plan
from workflow_app.types import SYSTEM

LABEL, PART = "Tumpukan pindai", "Bagian tumpukan"
ACCEPTED = Limits(max_bytes=500_000_000)
"""The size was judged when the stack was brought."""
NO_COVER = "Tidak ada lembar sampul di depan halaman ini."
NOT_OURS = "Lembar sampul di depan halaman ini tidak dibuat sistem ini, atau rusak."
CLOSED = "Berkas pada lembar sampulnya sudah berakhir."
UNSPLIT = "Tumpukan ini tersimpan utuh, tetapi belum selesai dipilah. Tekan Pilah lagi; bila tetap begini, hubungi admin."
NO_PLACE = "Langkah pada lembar sampulnya tidak lagi meminta dokumen ini."


@dataclass(frozen=True)
class Brought:
    """Answer to a stack that was brought."""

    stack_id: UUID
    is_new: bool
    """False when exactly this file was brought before; nothing is split twice."""


@dataclass(frozen=True)
class _Place:
    case_id: UUID
    element: str
    label: str


def bring(work: UnitOfWork, data: bytes, *, max_megabytes: int = 50) -> Brought:
    """Keep a stack as it came; a job splits it after commit. Raises `InvalidInput` for a file that is not accepted."""
    check_role(work.actor, STACK_BRINGERS)
    access.check_account(work)
    found = intake.look_into(data, max_megabytes)
    added = intake.keep_whole(work, data, found, label=LABEL)
    query = select(PaperStack).where(PaperStack.document_id == added.document_id)
    if (known := work.session.scalars(query).first()) is not None:
        if known.unit != work.actor.unit:
            raise Conflict("File ini sudah dimasukkan unit lain. Hubungi admin.")
        return Brought(known.id, is_new=False)
    stack = PaperStack(
        id=uuid4(),
        unit=work.actor.unit,
        document_id=added.document_id,
        brought_by=work.actor.user_id,
        brought_at=work.clock(),
        status="waiting",
        pages=found.pages,
        pages_seen=0,
        reason="",
    )
    work.session.add(stack)
    work.session.flush()
    audit.record(work, f"stack:{stack.id}", "stack.brought", pages=found.pages)
    jobs.defer(work, "split_stack", stack_id=str(stack.id))
    return Brought(stack.id, is_new=True)


def retry(work: UnitOfWork, stack_id: UUID) -> None:
    """Split a stack that failed once more. What has landed stays where it is."""
    check_role(work.actor, STACK_BRINGERS)
    stack = work.session.get(PaperStack, stack_id, with_for_update=True, populate_existing=True)
    if stack is None or stack.unit != work.actor.unit:
        raise NotFound()
    if stack.status != "failed":
        return
    stack.status, stack.reason = "waiting", ""
    audit.record(work, f"stack:{stack.id}", "stack.retried")
    jobs.defer(work, "split_stack", stack_id=str(stack.id))


def original(work: UnitOfWork, stack_id: UUID) -> Content:
    """The whole as it came out of the scanner, for who brought it: papers of cases that others do not see are in it."""
    check_role(work.actor, STACK_BRINGERS)
    stack = work.session.get(PaperStack, stack_id)
    if stack is None or stack.unit != work.actor.unit or stack.brought_by != work.actor.user_id:
        raise NotFound()
    document = archive.documents.get(work.session, stack.document_id)
    extension = EXTENSIONS.get(document.media_type, "bin")
    found = Content(
        work.blobs.read(document.blob_sha256),
        document.media_type,
        f"tumpukan-{stack.id.hex[:8]}.{extension}",
    )
    audit.record(work, f"stack:{stack.id}", "stack.opened")
    return found


def split(works: Works, stack_id: UUID, *, nice: int = 5) -> str:
    """Split one stack (a job); returns its status. Killed and begun again, it makes no part twice.

    Raises `Unavailable` when another try later may succeed.
    """
    with works.begin(SYSTEM) as work:
        stack = work.session.get(PaperStack, stack_id)
        if stack is None:
            raise NotFound()
        if stack.status == "split":
            return stack.status
        stack.status, stack.pages_seen, stack.reason = "splitting", 0, ""
        sha256 = archive.documents.get(work.session, stack.document_id).blob_sha256
    try:
        with Stack(works.blobs.read(sha256), ACCEPTED, nice=nice) as opened:
            for no, share in enumerate(_shares(works, stack_id, opened), 1):
                if not _is_settled(works, stack_id, no):
                    _settle(works, stack_id, no, share, opened.cut(share.pages))
    except NoRoom as error:
        raise DiskFull(error.sentence, detail=type(error).__name__) from error
    except StoreUnavailable as error:
        raise StorageAway(detail=type(error).__name__) from error
    except (OcrError, ArchiveError) as error:
        _mark(works, stack_id, "failed", error.sentence)
        if error.is_retryable:
            raise Unavailable(error.sentence, detail=type(error).__name__) from error
        return "failed"
    except Away:
        raise
    except Exception:
        _mark(works, stack_id, "failed", UNSPLIT)
        raise
    return _mark(works, stack_id, "split")


def _shares(works: Works, stack_id: UUID, opened: Stack) -> list[Share]:
    """Look through all pages, saying how far, and plan the parts."""
    pages = []
    for page in opened.look():
        pages.append(page)
        with works.begin(SYSTEM) as work:
            work.session.get_one(PaperStack, stack_id).pages_seen = page.no
    with works.begin(SYSTEM) as work:
        return plan(
            pages,
            is_cover=cover_sheets.is_cover,
            is_genuine=lambda code: cover_sheets.read(work, code) is not None,
        )


def _is_settled(works: Works, stack_id: UUID, no: int) -> bool:
    with works.begin(SYSTEM) as work:
        return work.session.get(StackPart, (stack_id, no)) is not None


def _settle(works: Works, stack_id: UUID, no: int, share: Share, data: bytes) -> None:
    """Keep one part and put it where its cover sheet says, or into the tray with the reason."""
    found = intake.look_into(data, ACCEPTED.max_bytes // 1_000_000)
    with works.begin(SYSTEM) as work:
        stack = work.session.get_one(PaperStack, stack_id)
        place = _place(work, stack, share)
        origin = intake.UPLOAD if isinstance(place, _Place) else intake.ARCHIVE
        label = place.label if isinstance(place, _Place) else PART
        added = intake.keep(work, data, found, origin=origin, label=label)
        part = StackPart(
            stack_id=stack_id,
            no=no,
            pages=list(share.pages),
            document_id=added.document_id,
            status="tray",
            reason="",
            element="",
            label=label,
            settled_at=work.clock(),
        )
        if isinstance(place, _Place):
            part.status, part.case_id, part.element = "landed", place.case_id, place.element
            intake.link(
                work,
                place.case_id,
                added.document_id,
                element=place.element,
                label=label,
                stack=str(stack_id),
            )
        elif added.is_duplicate and _is_somewhere(work, added.document_id):
            part.status = "known"
        else:
            part.reason = place
        work.session.add(part)
        work.session.flush()
        audit.record(
            work, f"stack:{stack_id}", "stack.part", no=no, pages=list(share.pages), status=part.status
        )


def _place(work: UnitOfWork, stack: PaperStack, share: Share) -> _Place | str:
    """Where a part belongs, or why a person has to say. The case is locked: it does not end meanwhile."""
    if share.cover is None:
        return NO_COVER
    cover = cover_sheets.read(work, share.cover)
    task = work.session.get(Task, cover.task_id) if cover else None
    if cover is None or task is None or task.unit != stack.unit:
        return NOT_OURS
    case = access.lock_case(work, task.case_id)
    if case.closed_at is not None:
        return CLOSED
    named = {slot.name: slot.label for slot in cover_sheets.slots(work, case, task)}
    if cover.slot not in named:
        return NO_PLACE
    return _Place(case.id, task.element, named[cover.slot])


def _is_somewhere(work: UnitOfWork, document_id: UUID) -> bool:
    """Is a paper with these bytes in a case, or sorted before?"""
    in_case = select(CaseDocument.case_id).where(CaseDocument.document_id == document_id)
    as_part = select(StackPart.no).where(StackPart.document_id == document_id)
    return work.session.scalar(select(in_case.exists() | as_part.exists())) is True


def _mark(works: Works, stack_id: UUID, status: str, reason: str = "") -> str:
    with works.begin(SYSTEM) as work:
        stack = work.session.get_one(PaperStack, stack_id)
        stack.status, stack.reason = status, reason
        audit.record(work, f"stack:{stack_id}", f"stack.{status}")
    return status
