"""The inbox: lists of open tasks from the task table, page by page. No list ever loads a workflow."""

import base64
import binascii
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select, tuple_
from sqlalchemy.orm import aliased

from workflow_app.models.case import Case
from workflow_app.models.definition import Definition as DefinitionRow
from workflow_app.models.task import Task
from workflow_app.models.user import User
from workflow_app.permissions import OVERSEERS, has_role
from workflow_app.services import configuration
from workflow_app.services.unit_of_work import UnitOfWork

Tab = Literal["mine", "queue", "all"]
TABS: tuple[Tab, ...] = ("mine", "queue", "all")
COUNT_LIMIT = 100
"""Counts stop here; the page shows `99+`."""


@dataclass(frozen=True)
class InboxRow:
    """One open task in a list; nothing personal."""

    task_id: UUID
    case_id: UUID
    case_number: str
    process_key: str
    process_name: str
    step: str
    role: str
    role_label: str
    assignee_id: UUID | None
    assignee_name: str | None
    since: datetime
    due_at: datetime | None
    from_whom: str | None


@dataclass(frozen=True)
class InboxPage:
    """One page of a list."""

    rows: list[InboxRow]
    next: str | None
    """Cursor of the following page, or None."""
    counts: dict[Tab, int]
    query: str


def page(
    work: UnitOfWork,
    tab: Tab,
    *,
    query: str = "",
    process: str | None = None,
    after: str | None = None,
    limit: int = 25,
) -> InboxPage:
    """Open tasks, oldest first. `query` is part of a case number; `after` is the cursor of the page before."""
    assignee, sender = aliased(User), aliased(User)
    statement = (
        select(Task, Case.number, Case.process_key, DefinitionRow.name, assignee.full_name, sender.full_name)
        .join(Case, Case.id == Task.case_id)
        .join(DefinitionRow, DefinitionRow.id == Case.definition_id)
        .outerjoin(assignee, assignee.id == Task.assignee_id)
        .outerjoin(sender, sender.id == Task.sent_by)
        .where(_in_tab(work, tab))
        .order_by(Task.created_at, Task.id)
        .limit(limit + 1)
    )
    if query.strip():
        statement = statement.where(Case.number.icontains(query.strip(), autoescape=True))
    if process:
        statement = statement.where(Case.process_key == process)
    cursor = _read_cursor(after)
    if cursor is not None:
        statement = statement.where(tuple_(Task.created_at, Task.id) > cursor)
    labels: dict[str, str] = configuration.value(work, "label_peran")
    rows = [
        InboxRow(
            task_id=task.id,
            case_id=task.case_id,
            case_number=number,
            process_key=key,
            process_name=name,
            step=task.name,
            role=task.role,
            role_label=labels.get(task.role, task.role),
            assignee_id=task.assignee_id,
            assignee_name=assignee_name,
            since=task.created_at,
            due_at=task.due_at,
            from_whom=sender_name,
        )
        for task, number, key, name, assignee_name, sender_name in work.session.execute(statement)
    ]
    more = len(rows) > limit
    rows = rows[:limit]
    return InboxPage(
        rows=rows,
        next=_write_cursor(rows[-1].since, rows[-1].task_id) if more else None,
        counts={name: _count(work, name) for name in TABS},
        query=query,
    )


def _in_tab(work: UnitOfWork, tab: Tab) -> ColumnElement[bool]:
    actor = work.actor
    opened = Task.status == "open"
    if tab == "mine":
        return opened & (Task.assignee_id == actor.user_id)
    own_unit = opened & (Task.unit == actor.unit)
    if tab == "queue":
        return own_unit & Task.role.in_(actor.roles) & Task.assignee_id.is_(None)
    if has_role(actor, OVERSEERS):
        return own_unit
    started = Task.case_id.in_(select(Case.id).where(Case.opened_by == actor.user_id).correlate(None))
    return own_unit & or_(Task.role.in_(actor.roles), Task.assignee_id == actor.user_id, started)


def _count(work: UnitOfWork, tab: Tab) -> int:
    bounded = select(Task.id).where(_in_tab(work, tab)).limit(COUNT_LIMIT).subquery()
    return work.session.scalar(select(func.count()).select_from(bounded)) or 0


def _write_cursor(since: datetime, task_id: UUID) -> str:
    return base64.urlsafe_b64encode(f"{since.isoformat()}|{task_id}".encode()).decode()


def _read_cursor(text: str | None) -> tuple[datetime, UUID] | None:
    """The position in a cursor; anything unreadable means the first page."""
    if not text:
        return None
    try:
        since, task_id = base64.urlsafe_b64decode(text.encode()).decode().split("|")
        return datetime.fromisoformat(since), UUID(task_id)
    except (ValueError, binascii.Error):
        return None
