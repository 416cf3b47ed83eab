"""What becomes of one part of a stack: the case and step that its cover sheet names, or the tray with the reason (R39)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select, update

from ocr.stacks import Stack, StackPage
from ocr.types import Limits
from workflow_app.errors import NotFound
from workflow_app.models.case import Case
from workflow_app.models.document import CaseDocument
from workflow_app.models.stack import PaperStack, StackPart
from workflow_app.models.task import Task
from workflow_app.services.bringing import cover_sheets
from workflow_app.services.bringing.stack_plan import Share, plan
from workflow_app.services.case_file import access
from workflow_app.services.ground import audit
from workflow_app.services.ground.unit_of_work import UnitOfWork, Works
from workflow_app.services.papers import intake, levels, paper_trail
from workflow_app.types import SYSTEM

LABEL = "Bagian tumpukan"
ACCEPTED = Limits(max_bytes=500_000_000)
"""The size was judged when the stack was brought."""
NO_COVER = "Tidak ada lembar sampul di depan halaman ini."
NOT_OURS = "Lembar sampul di depan halaman ini tidak dibuat sistem ini, atau rusak."
CLOSED = "Berkas pada lembar sampulnya sudah berakhir."
NO_PLACE = "Langkah pada lembar sampulnya tidak lagi meminta dokumen ini."


@dataclass(frozen=True)
class _Place:
    case: Case
    element: str
    label: str


@dataclass(frozen=True)
class _Stray:
    """Why a person has to say where it belongs, and the case that its genuine cover sheet names all the same."""

    reason: str
    case: Case | None = None
    label: str = LABEL


def take_up(work: UnitOfWork, stack_id: UUID) -> PaperStack | None:
    """The stack, whose parts are to be made now; None when all of them are. Raises `NotFound`."""
    stack = work.session.get(PaperStack, stack_id)
    if stack is None:
        raise NotFound()
    if stack.status == "split":
        return None
    stack.status, stack.pages_seen, stack.reason = "splitting", 0, ""
    return stack


def shares(works: Works, pages: Iterable[StackPage]) -> list[Share]:
    """How these pages fall into parts by the cover sheets among them."""
    with works.begin(SYSTEM) as work:
        return plan(
            pages,
            is_cover=cover_sheets.is_cover,
            is_genuine=lambda code: cover_sheets.read(work, code) is not None,
        )


def settle_all(works: Works, stack_id: UUID, found: Sequence[Share], opened: Stack, first: int = 1) -> int:
    """Give every share its place, numbered from `first`; returns the number after the last. Those that have theirs are left alone."""
    for no, share in enumerate(found, first):
        if not is_settled(works, stack_id, no):
            settle(works, stack_id, no, share, opened.cut(share.pages))
    return first + len(found)


def is_settled(works: Works, stack_id: UUID, no: int) -> bool:
    """Did this part get its place already, or a place in the tray?"""
    with works.begin(SYSTEM) as work:
        return work.session.get(StackPart, (stack_id, no)) is not None


def settle(works: Works, stack_id: UUID, no: int, share: Share, data: bytes) -> None:
    """Keep one part and put it where its cover sheet says, or into the tray."""
    with works.begin(SYSTEM) as work:
        place = _place(work, work.session.get_one(PaperStack, stack_id), share)
        _keep(work, stack_id, no, share.pages, data, place)


def let_wait(works: Works, stack_id: UUID, no: int, data: bytes, reason: str, label: str) -> None:
    """Keep a part that no cover sheet can place, for a person to say where it belongs."""
    with works.begin(SYSTEM) as work:
        _keep(work, stack_id, no, (no,), data, _Stray(reason, label=label))


def _keep(
    work: UnitOfWork, stack_id: UUID, no: int, pages: Sequence[int], data: bytes, place: _Place | _Stray
) -> None:
    found = intake.look_into(data, ACCEPTED.max_bytes // 1_000_000)
    origin = intake.UPLOAD if isinstance(place, _Place) else intake.TRAY
    added = intake.keep(work, data, found, origin=origin, label=place.label)
    part = StackPart(
        stack_id=stack_id,
        no=no,
        pages=list(pages),
        document_id=added.document_id,
        status="tray",
        reason="",
        element="",
        label=place.label,
        settled_at=work.clock(),
    )
    if isinstance(place, _Place):
        _land(work, part, place)
    else:
        _wait(work, part, place, is_new=not added.is_duplicate)
    work.session.add(part)
    work.session.flush()
    audit.record(
        work,
        f"stack:{stack_id}",
        "stack.part",
        no=no,
        pages=list(pages),
        status=part.status,
        document_id=str(part.document_id),
        case=str(part.case_id) if part.case_id else None,
    )


def _land(work: UnitOfWork, part: StackPart, place: _Place) -> None:
    part.status, part.case_id, part.element = "landed", place.case.id, place.element
    levels.take_in(
        work,
        place.case,
        part.document_id,
        element=place.element,
        label=place.label,
        stack=str(part.stack_id),
    )


def _wait(work: UnitOfWork, part: StackPart, stray: _Stray, *, is_new: bool) -> None:
    """Into the tray, unless the paper has its place or waits already. It begins with the level of the case it was meant for."""
    if is_new:
        paper_trail.kept(work, part.document_id, "document.added")
    if not is_new and _is_in_case(work, part.document_id):
        part.status = "known"
        return
    part.reason = stray.reason
    if stray.case is not None:
        part.meant_for = stray.case.id
        _is_meant_for(work, part.document_id, stray.case)
    if not is_new and _is_part(work, part.document_id):
        part.status, part.reason = "known", ""


def _is_meant_for(work: UnitOfWork, document_id: UUID, case: Case) -> None:
    """Also where the same pages wait without a cover sheet."""
    waiting = update(StackPart).where(StackPart.document_id == document_id, StackPart.status == "tray")
    work.session.execute(waiting.where(StackPart.meant_for.is_(None)).values(meant_for=case.id))
    levels.raise_to(work, document_id, levels.default_of(work, case, LABEL))


def _place(work: UnitOfWork, stack: PaperStack, share: Share) -> _Place | _Stray:
    """Where a part belongs, or why a person has to say. The case is locked: it does not end meanwhile."""
    if share.cover is None:
        return _Stray(NO_COVER)
    cover = cover_sheets.read(work, share.cover)
    task = work.session.get(Task, cover.task_id) if cover else None
    if cover is None or task is None:
        return _Stray(NOT_OURS)
    case = access.lock_case(work, task.case_id)
    if task.unit != stack.unit:
        return _Stray(NOT_OURS, case)
    if case.closed_at is not None:
        return _Stray(CLOSED, case)
    named = {slot.name: slot.label for slot in cover_sheets.slots(work, case, task)}
    if cover.slot not in named:
        return _Stray(NO_PLACE, case)
    return _Place(case, task.element, named[cover.slot])


def _is_in_case(work: UnitOfWork, document_id: UUID) -> bool:
    query = select(CaseDocument.case_id).where(CaseDocument.document_id == document_id)
    return work.session.scalar(select(query.exists())) is True


def _is_part(work: UnitOfWork, document_id: UUID) -> bool:
    """Was it sorted before, or does it wait elsewhere?"""
    query = select(StackPart.no).where(StackPart.document_id == document_id)
    return work.session.scalar(select(query.exists())) is True
