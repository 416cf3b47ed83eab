"""Who may do a task: the holders of its role, and those whom its step names to stand in (`standIn`).

Whatever is done at a task asks here: opening it, keeping what is typed, handing in a paper, completing it.
"""

from workflow_app.models.case import Case
from workflow_app.models.task import Task
from workflow_app.permissions import can_work_on, check_work_on
from workflow_app.services.ground.unit_of_work import UnitOfWork
from workflow_app.services.office.processes import definition_of


def may_work(work: UnitOfWork, case: Case, task: Task) -> bool:
    """May the actor do this task, in the own role or for somebody else?"""
    return can_work_on(work.actor, unit=task.unit, role=task.role) or may_stand_in(work, case, task)


def may_stand_in(work: UnitOfWork, case: Case, task: Task) -> bool:
    """May the actor do this task for a role that is not the own one?"""
    if can_work_on(work.actor, unit=task.unit, role=task.role) or work.actor.unit != task.unit:
        return False
    roles = definition_of(work, case.definition_id).elements[task.element].properties.get("standIn", "")
    return not work.actor.roles.isdisjoint(roles.split())


def check_may_work(work: UnitOfWork, case: Case, task: Task) -> None:
    """Raise `Forbidden` unless `may_work`."""
    if not may_stand_in(work, case, task):
        check_work_on(work.actor, unit=task.unit, role=task.role)
