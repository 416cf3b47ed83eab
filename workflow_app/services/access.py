"""Loading a case or task only for those who may see it. What one may not see does not exist for them."""

from uuid import UUID

from sqlalchemy import ColumnElement, or_, select, text

from workflow_app.errors import NotFound
from workflow_app.models.case import Case
from workflow_app.models.task import Task
from workflow_app.permissions import OVERSEERS, can_see_case, has_role
from workflow_app.services.unit_of_work import UnitOfWork

LOCK_WAIT = "3s"
"""How long a person waits for a case that another transaction holds before a sentence says so."""


def lock_case(work: UnitOfWork, case_id: UUID) -> Case:
    """The case row, locked until commit. Waits briefly; raises `Busy` (through the unit of work) or `NotFound`.

    FOR NO KEY UPDATE: rows that refer to the case (events) may be written beside it, else who holds the head of the
    audit chain would wait for us while we wait for the head.
    """
    work.session.execute(text(f"set local lock_timeout = '{LOCK_WAIT}'"))
    case = work.session.scalars(
        select(Case)
        .where(Case.id == case_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).first()
    if case is None:
        raise NotFound()
    return case


def visible_case(work: UnitOfWork, case_id: UUID, *, lock: bool = False) -> Case:
    """The case, if the actor may see it; raises `NotFound` otherwise."""
    case = lock_case(work, case_id) if lock else work.session.get(Case, case_id)
    if case is None:
        raise NotFound()
    roles = work.session.scalars(select(Task.role).where(Task.case_id == case_id).distinct())
    if not can_see_case(work.actor, unit=case.unit, started_by=case.opened_by, task_roles=roles.all()):
        raise NotFound()
    return case


def visible_task(work: UnitOfWork, task_id: UUID) -> Task:
    """The task, if the actor may see its case."""
    task = work.session.get(Task, task_id)
    if task is None:
        raise NotFound()
    visible_case(work, task.case_id)
    return task


def sees_case(work: UnitOfWork) -> ColumnElement[bool]:
    """The same rule as `can_see_case` as a condition on `Case`, for lists and searches."""
    actor = work.actor
    own_unit = Case.unit == actor.unit
    if has_role(actor, OVERSEERS):
        return own_unit
    worked_on = select(Task.id).where(Task.case_id == Case.id, Task.role.in_(actor.roles)).exists()
    return own_unit & or_(Case.opened_by == actor.user_id, worked_on)
