"""Decisions that one person waits for from another: open tasks at which somebody judges what others have done."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, select, tuple_

from workflow_app.models.case import Case
from workflow_app.models.task import Task
from workflow_app.services.case_file import access
from workflow_app.services.ground.unit_of_work import UnitOfWork
from workflow_app.services.office.configuration import role_label
from workflow_app.services.sop import processes


@dataclass(frozen=True)
class Approval:
    """One such decision."""

    task_id: UUID
    case_id: UUID
    number: str
    step: str
    process_key: str
    role_label: str
    since: datetime
    due_at: datetime | None


def is_approval(work: UnitOfWork, in_use: Collection[UUID]) -> ColumnElement[bool]:
    """An open task of a running case, joined to it, whose step is held under four eyes by the version (of those `in_use`)
    under which the case runs.
    """
    steps = [
        (definition_id, element.id)
        for definition_id in in_use
        for element in processes.definition_of(work, definition_id).elements.values()
        if "fourEyes" in element.properties
    ]
    return and_(
        Task.status == "open",
        Task.unit == work.actor.unit,
        Task.element.in_({step for _, step in steps}),
        Case.closed_at.is_(None),
        tuple_(Case.definition_id, Task.element).in_(steps),
    )


def in_use(work: UnitOfWork) -> list[UUID]:
    """The versions under which cases run, not only the newest ones."""
    query = select(Case.definition_id).where(Case.closed_at.is_(None), Case.unit == work.actor.unit)
    return sorted(work.session.scalars(query.distinct()))


def oldest(work: UnitOfWork, in_use: Collection[UUID], most: int) -> tuple[list[Approval], int]:
    """Those that wait longest, and how many there are."""
    query = (
        select(
            Task.id,
            Task.case_id,
            Task.name,
            Task.role,
            Task.created_at,
            Task.due_at,
            Case.number,
            Case.process_key,
            func.count().over().label("all"),
        )
        .join(Case, Case.id == Task.case_id)
        .where(is_approval(work, in_use), access.sees_of_many(work))
        .order_by(Task.created_at, Task.id)
        .limit(most)
    )
    rows = work.session.execute(query).all()
    found = [
        Approval(
            task_id=row.id,
            case_id=row.case_id,
            number=row.number,
            step=row.name,
            process_key=row.process_key,
            role_label=role_label(work, row.role),
            since=row.created_at,
            due_at=row.due_at,
        )
        for row in rows
    ]
    return found, rows[0].all if rows else 0
