"""The tasks of a case, loaded once per unit of work: who may see it, what is open and what comes next are read from them.

Of what is over, the last of each kind is enough for that. A case with a thousand rounds of rework has thousands of tasks, and
each completion would read all of them.

Whom a wall keeps out is read by the same question. It is asked after the case is locked, because a wall that another
transaction raised meanwhile is not seen by the statement that waited for the lock.
"""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import Uuid, bindparam, exists, func, or_, select

from workflow_app.models.case import Case
from workflow_app.models.incident import Incident
from workflow_app.models.task import Task
from workflow_app.models.wall import CaseWall
from workflow_app.services.ground import memory
from workflow_app.services.ground.unit_of_work import UnitOfWork

_IS_OVER_AT = func.coalesce(Task.done_at, Task.created_at)
_ID = bindparam("case_id", type_=Uuid())
_LAST = (
    select(func.max(_IS_OVER_AT)).where(Task.case_id == _ID).group_by(Task.element, Task.role, Task.status)
)
_TASKS = (
    select(
        Task,
        exists().where(Incident.case_id == _ID, Incident.resolved_at.is_(None)),
        select(func.array_agg(CaseWall.user_id)).where(CaseWall.case_id == _ID).scalar_subquery(),
    )
    .select_from(Case)
    .outerjoin(Task, (Task.case_id == Case.id) & or_(Task.status == "open", _IS_OVER_AT.in_(_LAST)))
    .where(Case.id == _ID)
    .order_by(Task.created_at, Task.id)
    .execution_options(populate_existing=True)
)
"""Built once: every completion asks it, and an expression takes as long to build as to run."""


def of_case(work: UnitOfWork, case_id: UUID) -> list[Task]:
    """Every open task, and of the others the last of each element, role and status; oldest first.

    The same question tells whether an incident is open.
    """
    tasks: list[Task] = _known(work, case_id)["tasks"]
    return tasks


def open_of_case(work: UnitOfWork, case_id: UUID) -> list[Task]:
    """The tasks that wait for a person."""
    return [task for task in of_case(work, case_id) if task.status == "open"]


def roles_of_case(work: UnitOfWork, case_id: UUID) -> set[str]:
    """The roles that have, had or may take a task of the case."""
    return {task.role for task in of_case(work, case_id)}


def walled_off(work: UnitOfWork, case_id: UUID) -> frozenset[UUID]:
    """The members who do not see the case (R79)."""
    members: frozenset[UUID] = _known(work, case_id)["walled_off"]
    return members


def wall_off(work: UnitOfWork, case_id: UUID, user_ids: Iterable[UUID]) -> None:
    """These members do not see the case any more; their walls have just been written."""
    known = _known(work, case_id)
    known["walled_off"] = known["walled_off"].union(user_ids)


def of_id(work: UnitOfWork, case_id: UUID, task_id: UUID) -> Task:
    """One task of the case, whichever round it belongs to."""
    known = next((task for task in of_case(work, case_id) if task.id == task_id), None)
    return known or work.session.get_one(Task, task_id, populate_existing=True)


def find(work: UnitOfWork, task_id: UUID) -> Task | None:
    """The task, if the actor was found to see its case and its tasks are loaded."""
    known = (memory.of_case(work, case_id).get("tasks", ()) for case_id in memory.for_actor(work))
    return next((task for tasks in known for task in tasks if task.id == task_id), None)


def add(work: UnitOfWork, task: Task) -> None:
    """A new task of a case whose tasks are loaded."""
    of_case(work, task.case_id).append(task)
    work.session.add(task)


def _known(work: UnitOfWork, case_id: UUID) -> dict[str, Any]:
    known = memory.of_case(work, case_id)
    if "tasks" not in known:
        rows = work.session.execute(_TASKS, {"case_id": case_id}).all()
        known["tasks"] = [task for task, _, _ in rows if task is not None]
        known["has_incidents"] = any(is_open for _, is_open, _ in rows)
        known["walled_off"] = frozenset(rows[0][2] or ()) if rows else frozenset()
    return known
