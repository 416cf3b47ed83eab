"""Doing what was approved (a job): paper by paper, each in transactions of its own, judged once
more before it goes.

Who is cut off goes on where he was: what is settled is left alone, bytes whose deletion was begun
are deleted again. What came to stand against it meanwhile (a hold, an open case, a lock of the
store, a new row of the schedule) leaves the paper out.

What is told of a disposal afterwards: the list as the minutes state it, and the minutes of a paper
that is gone (R37).
"""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import func, or_, select

from archive import disposal
from archive.models import Blob, Document, MadeOf, Rendition, RenditionKind
from workflow_app.domain import SYSTEM
from workflow_app.models import (
    CapturePage,
    Case,
    DisposalItem,
    Letter,
    PaperHold,
    PaperStack,
    StackPart,
)
from workflow_app.services.cases import access, task_rights
from workflow_app.services.core import formatting, unit_of_work
from workflow_app.services.core.unit_of_work import UnitOfWork, Works, translated
from workflow_app.services.documents import access as document_access
from workflow_app.services.documents import ingest, reading
from workflow_app.services.processes.definitions import definition_of
from workflow_app.services.retention import disposal_lists, holdings, schedule
from workflow_app.services.retention.disposal_lists import STATUS_WORDS

SAME_PERSON = "Yang memilih dokumen ini dan yang menyetujui pemusnahannya orang yang sama."

ON_PHONE = "Fotonya sedang menunggu dikirim dari ponsel."


def dispose(works: Works, case_id: UUID) -> None:
    """Dispose of every paper on the approved list of a case. Raises `Away` when the store is away,
    and is begun again.
    """
    with works.begin(SYSTEM) as work:
        waiting = list(
            work.session.scalars(
                select(DisposalItem.no)
                .where(
                    DisposalItem.case_id == case_id,
                    DisposalItem.status.in_(("proposed", "erasing")),
                )
                .order_by(DisposalItem.no)
            )
        )
    for no in waiting:
        with works.begin(SYSTEM) as work:
            goes = _decide(work, case_id, no)
        if goes:
            with works.begin(SYSTEM) as work:
                _erase(work, case_id, no)


def conclude(work: UnitOfWork, case_id: UUID) -> None:
    """Say in the case how it went."""
    access.lock_case(work, case_id)
    query = select(DisposalItem.status, func.count()).where(DisposalItem.case_id == case_id)
    counts: dict[str, int] = dict(work.session.execute(query.group_by(DisposalItem.status)).all())
    done, left_out = counts.get("disposed", 0), counts.get("left_out", 0)
    unit_of_work.record_case(work, case_id, "disposal.done", disposed=done, left_out=left_out)


def _decide(work: UnitOfWork, case_id: UUID, no: int) -> bool:
    """Take away the words of a paper and give up its bytes, or leave it out; true when its bytes
    are to be deleted.
    """
    item = _locked(work, case_id, no)
    if item.status != "proposed":
        return item.status == "erasing"
    with translated():
        document = disposal.lock(work.session, item.document_id)
    if reason := _refusal(work, item):
        disposal_lists.settle(work, item, "left_out", reason)
        unit_of_work.record_case(work, case_id, "disposal.left_out", no=no, reason=reason)
        return False
    case = access.lock_case(work, case_id)
    disposal_lists.hide(work, case, [document.id])
    number = case.number
    with translated():
        disposal.entomb(work.session, document.id, at=work.clock(), under=number)
    reading.forget_words(work, document.id)
    disposal_lists.settle(work, item, "erasing")
    _give_up_stacks(work, document.id, number)
    facts = {"under": number, "sha256": document.blob_sha256, "row": item.row_code}
    document_access.happened_everywhere(work, document.id, "document.disposed", **facts)
    return True


def _refusal(work: UnitOfWork, item: DisposalItem) -> str:
    """What stands against disposing of a paper that is locked; a hold that nothing wants any more
    is lifted first.
    """
    case = work.session.get_one(Case, item.case_id)
    if item.chosen_by in task_rights.recorders(work, case.id, _approvals(work, case)):
        return SAME_PERSON
    one = schedule.standings(work, [item.document_id], proposal=case.id)[item.document_id]
    if one.obstacles:
        return one.obstacles[0]
    if _waits_on_phone(work, item.document_id):
        return ON_PHONE
    with translated():
        holdings.settle(work, item.document_id)
    return schedule.store_refusal(work, item.document_id)


def _waits_on_phone(work: UnitOfWork, document_id: UUID) -> bool:
    """Is the paper, or a photo that it was bound from, a page on a phone as well, which nobody has
    sent yet?
    """
    original = select(Document.blob_sha256).where(Document.id == document_id)
    photos = select(Rendition.blob_sha256).where(
        Rendition.document_id == document_id, Rendition.kind == RenditionKind.PHOTO
    )
    waiting = select(CapturePage.id).where(
        CapturePage.document_id.is_(None),
        CapturePage.dropped_at.is_(None),
        CapturePage.blob_sha256.in_(original.union(photos)),
    )
    return work.session.scalar(select(waiting.exists())) is True


def _approvals(work: UnitOfWork, case: Case) -> str:
    """The steps of the case that four eyes guard: who did one of them has approved."""
    elements = definition_of(work, case.definition_id).elements
    return " ".join(name for name, element in elements.items() if "fourEyes" in element.properties)


def _erase(work: UnitOfWork, case_id: UUID, no: int) -> None:
    """Have the store let go of the bytes; again, when that was cut off."""
    item = _locked(work, case_id, no)
    if item.status != "erasing":
        return
    with translated():
        for document_id in (item.document_id, *_wholes(work, item.document_id, is_disposed=True)):
            disposal.erase(work.session, work.blobs, document_id, at=work.clock())
    disposal_lists.settle(work, item, "disposed")
    document_access.kept(work, item.document_id, "document.erased")


def _give_up_stacks(work: UnitOfWork, document_id: UUID, number: str) -> None:
    """A stack as it came out of the scanner goes with the last of its papers: it holds their pages
    too. One that was not taken apart to its end stays: papers are in it that are nowhere else.
    """
    for whole in _wholes(work, document_id, is_disposed=False):
        stack = work.session.scalars(
            select(PaperStack)
            .where(PaperStack.document_id == whole)
            .with_for_update()
            .execution_options(populate_existing=True)
        ).one()
        if (
            stack.status == "split"
            and not _is_wanted(work, stack)
            and not schedule.store_refusal(work, whole)
        ):
            with translated():
                disposal.entomb(work.session, whole, at=work.clock(), under=number)
            document_access.kept(work, whole, "document.disposed", under=number)
            _forget_mark(stack)


def _forget_mark(stack: PaperStack) -> None:
    """A mail that is sent again is not known any more: it comes as a new one."""
    if stack.mark is not None:
        stack.mark = hashlib.sha256(stack.mark + stack.id.bytes).digest()


def _is_wanted(work: UnitOfWork, stack: PaperStack) -> bool:
    """Is a paper of the stack kept, or does somebody hold the whole by hand?"""
    kept = (
        select(StackPart.no)
        .join(Document, Document.id == StackPart.document_id)
        .where(StackPart.stack_id == stack.id, Document.disposed_at.is_(None))
    )
    held = select(PaperHold.id).where(
        PaperHold.document_id == stack.document_id, PaperHold.lifted_at.is_(None)
    )
    return work.session.scalar(select(or_(kept.exists(), held.exists()))) is True


def _wholes(work: UnitOfWork, document_id: UUID, *, is_disposed: bool) -> list[UUID]:
    """The stacks that a paper was cut from, those that are gone already or those that are still
    kept whole.
    """
    query = (
        select(Document.id)
        .join(PaperStack, PaperStack.document_id == Document.id)
        .join(StackPart, StackPart.stack_id == PaperStack.id)
        .where(StackPart.document_id == document_id, Document.origin == ingest.STACK)
        .where(Document.disposed_at.is_not(None) if is_disposed else Document.disposed_at.is_(None))
    )
    return list(work.session.scalars(query.distinct().order_by(Document.id)))


def _locked(work: UnitOfWork, case_id: UUID, no: int) -> DisposalItem:
    return work.session.get_one(
        DisposalItem, (case_id, no), with_for_update=True, populate_existing=True
    )


@dataclass(frozen=True)
class Minutes:
    """Under what a paper was disposed of."""

    case_id: UUID
    number: str
    """Of the case."""
    letter: str
    """Number of the minutes; empty while there are none."""
    can_open: bool


def minutes_of(work: UnitOfWork, document_id: UUID) -> Minutes | None:
    """The case under which a paper was disposed of, with its minutes; None when it was by none."""
    query = (
        select(Case.id, Case.number, func.coalesce(func.max(Letter.number), ""))
        .join(DisposalItem, DisposalItem.case_id == Case.id)
        .outerjoin(Letter, (Letter.case_id == Case.id) & (Letter.status == "valid"))
        .where(
            DisposalItem.document_id == document_id,
            DisposalItem.status.in_(("erasing", "disposed")),
        )
        .group_by(Case.id, Case.number)
    )
    row = work.session.execute(query).first()
    if row is None:
        return None
    can_open = access.still_sees(work, work.session.get_one(Case, row[0]))
    return Minutes(row[0], row[1], row[2], can_open)


def highest_level(work: UnitOfWork, case_id: UUID) -> int:
    """The highest level among the papers that the case is about; 0 when it is about none."""
    query = select(func.max(Document.level)).join(
        DisposalItem, DisposalItem.document_id == Document.id
    )
    return work.session.scalar(query.where(DisposalItem.case_id == case_id)) or 0


def stated(work: UnitOfWork, case_id: UUID) -> list[dict[str, Any]]:
    """The list as minutes state it: every paper with what became of it. For the letter; no access
    check.
    """
    query = (
        select(DisposalItem, Document, Blob.size)
        .join(Document, Document.id == DisposalItem.document_id)
        .join(Blob, Blob.sha256 == Document.blob_sha256)
        .where(DisposalItem.case_id == case_id)
        .order_by(DisposalItem.no)
    )
    rows = work.session.execute(query).all()
    judged = schedule.standings(work, [document.id for _, document, _ in rows], proposal=case_id)
    in_others = _in_others_that_stay(work, [document.id for _, document, _ in rows])
    in_stacks = _in_stacks_that_stay(work, [document.id for _, document, _ in rows])
    return [
        {
            "no": item.no,
            "dokumen": judged[document.id].label,
            "berkas": ", ".join(judged[document.id].case_numbers) or "tanpa berkas",
            "baris": f"{item.row_code} {item.row_words}",
            "disimpan_sampai": formatting.day(item.kept_until),
            "halaman": document.pages,
            "banyaknya": judged[document.id].extent,
            "ukuran": size,
            "sha256": document.blob_sha256,
            "hasil": STATUS_WORDS[item.status].lower(),
            "musnah": item.status == "disposed",
            "alasan": item.reason,
            "tumpukan": document.id in in_stacks,
            "dokumen_lain": document.id in in_others,
        }
        for item, document, size in rows
    ]


def _in_stacks_that_stay(work: UnitOfWork, ids: Collection[UUID]) -> set[UUID]:
    """Papers whose pages a stack still holds that came out of the scanner with other papers."""
    whole = select(Document.id).where(
        Document.id == PaperStack.document_id,
        Document.disposed_at.is_(None),
        Document.origin == ingest.STACK,
    )
    query = select(StackPart.document_id).join(PaperStack, PaperStack.id == StackPart.stack_id)
    return set(work.session.scalars(query.where(StackPart.document_id.in_(ids), whole.exists())))


def _in_others_that_stay(work: UnitOfWork, ids: Collection[UUID]) -> set[UUID]:
    """Papers whose pages, or some of them, are kept in one that they were cut from or merged into,
    over however many steps.
    """
    begun = select(Document.id.label("root"), Document.id.label("id")).where(Document.id.in_(ids))
    up, down = begun.cte("up", recursive=True), begun.cte("down", recursive=True)
    up = up.union(select(up.c.root, MadeOf.source_id).join(MadeOf, MadeOf.document_id == up.c.id))
    down = down.union(
        select(down.c.root, MadeOf.document_id).join(MadeOf, MadeOf.source_id == down.c.id)
    )
    found = set()
    for kin in (up, down):
        query = select(kin.c.root).join(Document, Document.id == kin.c.id)
        found |= set(
            work.session.scalars(
                query.where(kin.c.id != kin.c.root, Document.disposed_at.is_(None))
            )
        )
    return found
