"""Standing in: the desk records for a patrol that speaks by radio, another function goes where the patrol would have gone.

A step names in `standIn` the roles that may do it for its own. They take it over, also from who holds it. Who is on duty in a
function takes over what somebody of it holds whose duty is over.
"""

from uuid import UUID

from workflow_app.errors import Forbidden
from workflow_app.models.case import Case
from workflow_app.models.task import Task
from workflow_app.permissions import can_work_on
from workflow_app.services.case_file import access, four_eyes, precedence, task_rights
from workflow_app.services.days import duties
from workflow_app.services.ground import audit
from workflow_app.services.ground.unit_of_work import UnitOfWork
from workflow_app.services.sop.processes import definition_of


def may_take_over(work: UnitOfWork, case: Case, task: Task) -> bool:
    """May the actor take this open task from whoever has it, for another role or as the relief of his own?"""
    return task_rights.may_stand_in(work, case, task) or _may_relieve(work, case, task)


def take_over(work: UnitOfWork, task_id: UUID) -> None:
    """Take a task to record it for its role, or as its relief. Raises `Forbidden`, `Conflict` when it is over."""
    task = access.visible_task(work, task_id, lock=True)
    if task.status != "open":
        raise precedence.ended(work, task)
    if task.assignee_id == work.actor.user_id:
        return
    if not may_take_over(work, access.visible_case(work, task.case_id), task):
        raise Forbidden()
    is_relief = can_work_on(work.actor, unit=task.unit, role=task.role)
    task.assignee_id = work.actor.user_id
    action = "task.relieved" if is_relief else "task.taken_over"
    audit.record_case(work, task.case_id, action, task.element, name=task.name, task=str(task.id))
    work.session.flush()


def _may_relieve(work: UnitOfWork, case: Case, task: Task) -> bool:
    actor = work.actor
    if task.assignee_id in (None, actor.user_id) or not can_work_on(actor, unit=task.unit, role=task.role):
        return False
    element = definition_of(work, case.definition_id).elements[task.element]
    barred = four_eyes.recorders(work, case.id, element.properties.get("fourEyes", ""))
    return (
        actor.user_id not in barred
        and duties.is_addressed_elsewhere(work, task.unit, task.role, task.assignee_id)
        and duties.serves(work, task.unit, task.role, actor.user_id)
    )
