"""Who may see a part of a stack that waits in the tray, and read its paper: it is no paper of the archive yet (R39)."""

from collections.abc import Collection
from functools import lru_cache
from uuid import UUID

from sqlalchemy import ColumnElement, case, or_, select

from archive.models import Document
from workflow_app.models.case import Case
from workflow_app.models.stack import PaperStack, StackPart
from workflow_app.models.wall import CaseWall
from workflow_app.permissions import CLASSIFIERS, STACK_BRINGERS, has_role
from workflow_app.services.case_file import clearances, handoffs, sights
from workflow_app.services.case_file.sights import Sight
from workflow_app.services.ground.unit_of_work import UnitOfWork
from workflow_app.services.papers import intake


def is_shown(work: UnitOfWork) -> ColumnElement[bool]:
    """This `StackPart` of this `PaperStack` is for the actor. What no cover sheet named a case for is for who sorts papers in the
    unit of the stack, or for the one role whose stack it is; else for who reads that case, and for who classifies papers where the case is open to the whole unit.
    The level of the paper is asked besides.
    """
    return is_shown_of(sights.of(work))


@lru_cache(maxsize=sights.MOST)
def is_shown_of(sight: Sight) -> ColumnElement[bool]:
    """The same of a sight."""
    actor = sight.actor
    named = select(Case.id).where(Case.id == StackPart.meant_for)
    grounds: ColumnElement[bool] = named.where(handoffs.readable_case_of(sight)).exists()
    if has_role(actor, STACK_BRINGERS | CLASSIFIERS):
        of_role = PaperStack.for_role.is_(None) | PaperStack.for_role.in_(actor.roles)
        grounds = or_(StackPart.meant_for.is_(None) & of_role, grounds)
    if has_role(actor, CLASSIFIERS):
        grounds = or_(grounds, named.where(is_open_case()).exists())
    return (PaperStack.unit == actor.unit) & grounds


def is_to_sort(work: UnitOfWork) -> ColumnElement[bool]:
    """This `StackPart` and its `Document` are for the actor to place: shown to him, and within his level."""
    return is_shown(work) & clearances.is_cleared(work)


def is_kept_for_others(work: UnitOfWork, document_id: UUID) -> bool:
    """Waits this paper for a case that is confined or has a wall, or for one role? Then it never becomes the archive's
    (decision 0033).
    """
    query = select(StackPart.no).join(PaperStack, PaperStack.id == StackPart.stack_id)
    query = query.outerjoin(Case, Case.id == StackPart.meant_for)
    others = case((StackPart.meant_for.is_(None), PaperStack.for_role.is_not(None)), else_=~is_open_case())
    query = query.where(StackPart.document_id == document_id, StackPart.status == "tray", others)
    return work.session.scalar(select(query.exists())) is True


def is_nobodys(work: UnitOfWork, document_id: UUID) -> bool:
    """Is this the whole of a stack for all that is taken apart, and of which no part belongs, or is meant for, any case?"""
    stack = select(PaperStack.id).where(PaperStack.document_id == document_id)
    other = StackPart.status.in_(("landed", "known")) | StackPart.meant_for.is_not(None)
    of_cases = select(StackPart.no).where(StackPart.stack_id == PaperStack.id, other).exists()
    query = select(
        stack.where((PaperStack.status != "split") | PaperStack.for_role.is_not(None) | of_cases).exists()
    )
    return work.session.scalar(query) is False


def is_open_case() -> ColumnElement[bool]:
    """This `Case` is neither confined nor has it a wall."""
    return Case.confined_to.is_(None) & ~select(CaseWall.case_id).where(CaseWall.case_id == Case.id).exists()


def holds(work: UnitOfWork) -> ColumnElement[bool]:
    """This `Document` waits in a tray in which the actor sees it."""
    return holds_of(sights.of(work))


def holds_of(sight: Sight) -> ColumnElement[bool]:
    """The same of a sight."""
    part = (
        select(StackPart.no)
        .join(PaperStack, PaperStack.id == StackPart.stack_id)
        .where(StackPart.document_id == Document.id, StackPart.status == "tray", is_shown_of(sight))
    )
    return (Document.origin == intake.TRAY) & part.exists()


def among(work: UnitOfWork, documents: Collection[Document]) -> set[UUID]:
    """Those of the documents that wait in a tray in which the actor sees them."""
    waiting = [document.id for document in documents if document.origin == intake.TRAY]
    if not waiting:
        return set()
    return set(work.session.scalars(select(Document.id).where(Document.id.in_(waiting), holds(work))))
