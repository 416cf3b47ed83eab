"""Who may do a task: the holders of its role, those whom its step names to stand in (`standIn`), and the substitutes of whom
is absent.

What a substitute does he does at the desk of the absent one: the task stays his, is his again when the period is over, and
counts as done by both.

Whatever is done at a task asks here: opening it, keeping what is typed, handing in a paper, completing it.
"""

from uuid import UUID

from workflow_app.errors import Forbidden
from workflow_app.models.case import Case
from workflow_app.models.task import Task
from workflow_app.permissions import can_work_on, check_four_eyes, check_work_on
from workflow_app.services.case_file import case_tasks, four_eyes, precedence
from workflow_app.services.ground.unit_of_work import UnitOfWork
from workflow_app.services.sop.processes import definition_of
from workflow_app.types import Principal


def may_work(work: UnitOfWork, case: Case, task: Task) -> bool:
    """May the actor do this task, in the own role or for somebody else?"""
    return (
        can_work_on(work.actor, unit=task.unit, role=task.role)
        or may_stand_in(work, case, task)
        or principal(work, case, task) is not None
    )


def principal(work: UnitOfWork, case: Case, task: Task) -> Principal | None:
    """Who is absent and has this task, or in whose role alone the actor may take it from the queue; None where the actor acts
    for himself. Nobody stands in for whom a wall keeps out of the case (R79).
    """
    actor = work.actor
    if not actor.stands_for or actor.unit != task.unit:
        return None
    kept_out = case_tasks.walled_off(work, case.id)
    fit = [other for other in actor.stands_for if task.role in other.roles and other.user_id not in kept_out]
    if task.assignee_id is not None:
        return next((other for other in fit if other.user_id == task.assignee_id), None)
    if not fit or task.role in actor.roles or may_stand_in(work, case, task):
        return None
    earlier = barred(work, case, task)
    return min(fit, key=lambda other: other.user_id in earlier)


def has_in_hand(work: UnitOfWork, case: Case, task: Task) -> bool:
    """Is the task with the actor, or with somebody absent for whom he works?"""
    if task.assignee_id is None:
        return False
    return task.assignee_id == work.actor.user_id or principal(work, case, task) is not None


def may_stand_in(work: UnitOfWork, case: Case, task: Task) -> bool:
    """May the actor do this task for a role that is not the own one?"""
    if can_work_on(work.actor, unit=task.unit, role=task.role) or work.actor.unit != task.unit:
        return False
    roles = definition_of(work, case.definition_id).elements[task.element].properties.get("standIn", "")
    return not work.actor.roles.isdisjoint(roles.split())


def check_may_work(work: UnitOfWork, case: Case, task: Task) -> None:
    """Raise `Forbidden` unless `may_work`."""
    if not may_stand_in(work, case, task) and principal(work, case, task) is None:
        check_work_on(work.actor, unit=task.unit, role=task.role)


def barred(work: UnitOfWork, case: Case, task: Task) -> set[UUID | None]:
    """Who must not do the task, because of what they did before in this case, themselves or through a substitute (four eyes)."""
    properties = definition_of(work, case.definition_id).elements[task.element].properties
    return four_eyes.recorders(work, case.id, properties.get("fourEyes", ""))


def check_may_complete(work: UnitOfWork, case: Case, task: Task) -> Principal | None:
    """Raise unless the actor may complete the task; returns who is absent and in whose place, None for himself."""
    check_may_work(work, case, task)
    if task.assignee_id is not None and not has_in_hand(work, case, task):
        raise precedence.held(work, task)
    return _judged(work, case, task)


def check_may_take(work: UnitOfWork, case: Case, task: Task) -> Principal | None:
    """The same for taking the task from the queue."""
    if principal(work, case, task) is None:
        check_work_on(work.actor, unit=task.unit, role=task.role)
    return _judged(work, case, task)


def may_take(work: UnitOfWork, case: Case, task: Task) -> bool:
    """May the actor take this task from the queue?"""
    try:
        check_may_take(work, case, task)
    except Forbidden:
        return False
    return True


def _judged(work: UnitOfWork, case: Case, task: Task) -> Principal | None:
    """Four eyes judge the actor, and whom he stands in for."""
    absent = principal(work, case, task)
    check_four_eyes(work.actor, barred(work, case, task), absent)
    return absent
