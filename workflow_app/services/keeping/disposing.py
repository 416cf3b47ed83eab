"""Doing what was approved (a job): paper by paper, each in transactions of its own, judged once more before it goes.

Who is cut off goes on where he was: what is settled is left alone, bytes whose deletion was begun are deleted again. What came to
stand against it meanwhile (a hold, an open case, a lock of the store, a new row of the schedule) leaves the paper out.
"""

import hashlib
from uuid import UUID

from sqlalchemy import func, or_, select

import archive.disposal
from archive.models import Document, Rendition, RenditionKind
from workflow_app.models.capture import CapturePage
from workflow_app.models.case import Case
from workflow_app.models.disposal import DisposalItem
from workflow_app.models.hold import PaperHold
from workflow_app.models.stack import PaperStack, StackPart
from workflow_app.services.case_file import access, four_eyes
from workflow_app.services.ground import audit
from workflow_app.services.ground.unit_of_work import UnitOfWork, Works, translated
from workflow_app.services.keeping import disposals, holds, retention
from workflow_app.services.papers import intake, paper_dismissals, paper_trail
from workflow_app.services.sop.processes import definition_of
from workflow_app.types import SYSTEM

SAME_PERSON = "Yang memilih dokumen ini dan yang menyetujui pemusnahannya orang yang sama."

ON_PHONE = "Fotonya sedang menunggu dikirim dari ponsel."


def dispose(works: Works, case_id: UUID) -> None:
    """Dispose of every paper on the approved list of a case. Raises `Away` when the store is away, and is begun again."""
    with works.begin(SYSTEM) as work:
        waiting = list(
            work.session.scalars(
                select(DisposalItem.no)
                .where(DisposalItem.case_id == case_id, DisposalItem.status.in_(("proposed", "erasing")))
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
    audit.record_case(work, case_id, "disposal.done", disposed=done, left_out=left_out)


def _decide(work: UnitOfWork, case_id: UUID, no: int) -> bool:
    """Take away the words of a paper and give up its bytes, or leave it out; true when its bytes are to be deleted."""
    item = _locked(work, case_id, no)
    if item.status != "proposed":
        return item.status == "erasing"
    with translated():
        document = archive.disposal.lock(work.session, item.document_id)
    if reason := _refusal(work, item):
        disposals.settle(work, item, "left_out", reason)
        audit.record_case(work, case_id, "disposal.left_out", no=no, reason=reason)
        return False
    case = access.lock_case(work, case_id)
    disposals.hide(work, case, [document.id])
    number = case.number
    with translated():
        archive.disposal.entomb(work.session, document.id, at=work.clock(), under=number)
    paper_dismissals.forget_words(work, document.id)
    disposals.settle(work, item, "erasing")
    _give_up_stacks(work, document.id, number)
    facts = {"under": number, "sha256": document.blob_sha256, "row": item.row_code}
    paper_trail.happened_everywhere(work, document.id, "document.disposed", **facts)
    return True


def _refusal(work: UnitOfWork, item: DisposalItem) -> str:
    """What stands against disposing of a paper that is locked; a hold that nothing wants any more is lifted first."""
    case = work.session.get_one(Case, item.case_id)
    if item.chosen_by in four_eyes.recorders(work, case.id, _approvals(work, case)):
        return SAME_PERSON
    one = retention.standings(work, [item.document_id], proposal=case.id)[item.document_id]
    if one.obstacles:
        return one.obstacles[0]
    if _waits_on_phone(work, item.document_id):
        return ON_PHONE
    with translated():
        holds.settle(work, item.document_id)
    return retention.store_refusal(work, item.document_id)


def _waits_on_phone(work: UnitOfWork, document_id: UUID) -> bool:
    """Is the paper, or a photo that it was bound from, a page on a phone as well, which nobody has sent yet?"""
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
            archive.disposal.erase(work.session, work.blobs, document_id, at=work.clock())
    disposals.settle(work, item, "disposed")
    paper_trail.kept(work, item.document_id, "document.erased")


def _give_up_stacks(work: UnitOfWork, document_id: UUID, number: str) -> None:
    """A stack as it came out of the scanner goes with the last of its papers: it holds their pages too. One that was not taken
    apart to its end stays: papers are in it that are nowhere else.
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
            and not retention.store_refusal(work, whole)
        ):
            with translated():
                archive.disposal.entomb(work.session, whole, at=work.clock(), under=number)
            paper_trail.kept(work, whole, "document.disposed", under=number)
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
    """The stacks that a paper was cut from, those that are gone already or those that are still kept whole."""
    query = (
        select(Document.id)
        .join(PaperStack, PaperStack.document_id == Document.id)
        .join(StackPart, StackPart.stack_id == PaperStack.id)
        .where(StackPart.document_id == document_id, Document.origin == intake.STACK)
        .where(Document.disposed_at.is_not(None) if is_disposed else Document.disposed_at.is_(None))
    )
    return list(work.session.scalars(query.distinct().order_by(Document.id)))


def _locked(work: UnitOfWork, case_id: UUID, no: int) -> DisposalItem:
    return work.session.get_one(DisposalItem, (case_id, no), with_for_update=True, populate_existing=True)
