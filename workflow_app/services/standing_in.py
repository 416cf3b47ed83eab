"""Standing in: the desk records for a patrol that speaks by radio, another function goes where the patrol would have gone.

A step names in `standIn` the roles that may do it for its own. They take it over, also from who holds it.
"""

from uuid import UUID

from workflow_app.errors import Forbidden
from workflow_app.models.case import Case
from workflow_app.models.task import Task
from workflow_app.permissions import can_work_on
from workflow_app.services import access, audit, precedence
from workflow_app.services.processes import definition_of
from workflow_app.services.unit_of_work import UnitOfWork


def may_work(work: UnitOfWork, case: Case, task: Task) -> bool:
    """May the actor do this task, in the own role or for somebody else?"""
    return can_work_on(work.actor, unit=task.unit, role=task.role) or may_stand_in(work, case, task)


def may_stand_in(work: UnitOfWork, case: Case, task: Task) -> bool:
    """May the actor do this task for a role that is not the own one?"""
    if can_work_on(work.actor, unit=task.unit, role=task.role) or work.actor.unit != task.unit:
        return False
    roles = definition_of(work, case.definition_id).elements[task.element].properties.get("standIn", "")
    return not work.actor.roles.isdisjoint(roles.split())


def take_over(work: UnitOfWork, task_id: UUID) -> None:
    """Take a task to record it for its role. Raises `Forbidden`, `Conflict` when it is over."""
    task = access.visible_task(work, task_id, lock=True)
    if task.status != "open":
        raise precedence.ended(work, task)
    if not may_stand_in(work, access.visible_case(work, task.case_id), task):
        raise Forbidden()
    if task.assignee_id == work.actor.user_id:
        return
    task.assignee_id = work.actor.user_id
    audit.record_case(work, task.case_id, "task.taken_over", task.element, name=task.name, task=str(task.id))
