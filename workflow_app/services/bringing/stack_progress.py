"""How far the stacks of paper are that were brought lately, and how many of their parts wait for a person (R39)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select

from archive.models import Document, DocumentStatus
from workflow_app.models.stack import PaperStack, StackPart
from workflow_app.permissions import STACK_BRINGERS, check_role
from workflow_app.services.accounts import people
from workflow_app.services.bringing import stacks
from workflow_app.services.ground.unit_of_work import UnitOfWork
from workflow_app.services.papers import tray_sight

MOST_STACKS = 20
BY_ITSELF = {stacks.SCAN: "Folder pemindai", stacks.MAIL: "Surat elektronik"}
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
    """Parts of the unit's stacks that wait for others: they belong to cases that the actor may not open."""

    @property
    def is_moving(self) -> bool:
        """Does the worker still have something to do?"""
        return any(stack.status in ("waiting", "splitting") or stack.reading for stack in self.stacks)


def progress(work: UnitOfWork) -> Progress:
    """The stacks that were brought lately, and how many parts wait: for the page that asks again and again."""
    check_role(work.actor, STACK_BRINGERS)
    query = select(PaperStack).where(PaperStack.unit == work.actor.unit)
    found = work.session.scalars(query.order_by(PaperStack.brought_at.desc()).limit(MOST_STACKS)).all()
    waiting = (
        select(func.count().filter(tray_sight.is_to_sort(work)), func.count())
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
