"""A part of a stack that waited for a person has its place: by what somebody says, or because its paper came otherwise (R39)."""

from uuid import UUID

from sqlalchemy import select

from workflow_app.models.stack import StackPart
from workflow_app.services.ground import audit
from workflow_app.services.ground.unit_of_work import UnitOfWork


def settle(work: UnitOfWork, part: StackPart) -> None:
    """Put on record what became of a part, as its status and case say, and end the wait of the same paper elsewhere."""
    _record(work, part)
    settle_waiting(work, part.document_id)


def settle_waiting(work: UnitOfWork, document_id: UUID) -> None:
    """This paper has its place: no tray asks for one any more."""
    query = select(StackPart).where(StackPart.document_id == document_id, StackPart.status == "tray")
    query = query.order_by(StackPart.stack_id, StackPart.no).with_for_update()
    for part in work.session.scalars(query, execution_options={"populate_existing": True}):
        part.status, part.reason = "known", ""
        _record(work, part)


def _record(work: UnitOfWork, part: StackPart) -> None:
    part.settled_at, part.settled_by = work.clock(), work.actor.user_id
    work.session.flush()
    audit.record(
        work,
        f"stack:{part.stack_id}",
        "stack.sorted",
        no=part.no,
        status=part.status,
        document_id=str(part.document_id),
        case=str(part.case_id) if part.case_id else None,
    )
