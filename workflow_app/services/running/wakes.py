"""The system's own steps: effects that come back from jobs, timers that are due."""

from uuid import UUID

from sqlalchemy import select

from workflow_app.engine import runner
from workflow_app.errors import ProcessFault
from workflow_app.models.case import Case
from workflow_app.models.effect import PendingEffect
from workflow_app.models.task import Task
from workflow_app.services.case_file import access, incidents
from workflow_app.services.ground import audit, memory
from workflow_app.services.ground.unit_of_work import UnitOfWork
from workflow_app.services.running import steps
from workflow_app.services.sop.processes import definition_of
from workflow_app.types import Step


def pending(work: UnitOfWork, task_id: UUID) -> PendingEffect | None:
    """The effect that a job was written for, or None when it came back already."""
    return work.session.get(PendingEffect, task_id)


def resolve_effect(work: UnitOfWork, task_id: UUID, result: str | int | bool | None) -> None:
    """A job has done its work: give the result to the case and move on. Doing it twice changes nothing."""
    effect = pending(work, task_id)
    if effect is None:
        return
    case = access.lock_case(work, effect.case_id)
    if work.session.get(PendingEffect, task_id, populate_existing=True) is None:
        return
    definition = definition_of(work, case.definition_id)
    with incidents.blaming("effect", case.id, task_id):
        run = runner.open_case(definition, case.state, work.clock())
        run.resolve_effect(task_id, result)
        audit.record_case(work, case.id, "effect.done", effect.element, operation=effect.operation)
        incidents.resolve(work, case, task_id)
        steps.settle(work, case, run)


def wake(work: UnitOfWork, case_id: UUID) -> None:
    """Let the timers of a case fire that are due. Early or repeated calls change nothing."""
    case = access.lock_case(work, case_id)
    if case.next_wake_at is None or case.next_wake_at > work.clock():
        return
    definition = definition_of(work, case.definition_id)
    with incidents.blaming("wake", case.id, None):
        run = runner.open_case(definition, case.state, work.clock())
        run.wake()
        audit.record_case(work, case.id, "timer.fired", due=case.next_wake_at.isoformat())
        incidents.resolve(work, case, None)
        steps.settle(work, case, run)


def restore(work: UnitOfWork, case_id: UUID) -> None:
    """Let the rows of a case say again what the engine says of it. Raises `ProcessFault` when that moves nothing."""
    case = access.lock_case(work, case_id)
    if case.closed_at is not None:
        return
    definition = definition_of(work, case.definition_id)
    with incidents.blaming("stranded", case.id, None):
        step = runner.standing(definition, case.state, work.clock())
        if step.outcome is None and not (step.open_tasks or step.effects or step.next_wake_at):
            raise ProcessFault("", "the engine waits for nothing")
        _reopen(work, case, step)
        audit.record_case(work, case.id, "case.restored")
        incidents.resolve(work, case, None)
        steps.settle(work, case, runner.open_case(definition, case.state, work.clock()))


def _reopen(work: UnitOfWork, case: Case, step: Step) -> None:
    """Tasks that are cancelled in the inbox and open for the engine wait in the queue of their role again."""
    wanted = {task.id for task in step.open_tasks}
    for task in work.session.scalars(select(Task).where(Task.id.in_(wanted), Task.status != "open")):
        if task.status == "done":
            raise ProcessFault(task.element, "done in the inbox, open for the engine")
        task.status, task.assignee_id = "open", None
    work.session.flush()
    memory.forget(work, case.id)


def overdue(work: UnitOfWork, limit: int = 200) -> list[UUID]:
    """Cases whose timer is due: what the periodic sweep wakes in case a job was lost."""
    return list(
        work.session.scalars(
            select(Case.id)
            .where(Case.next_wake_at <= work.clock(), Case.status == "running")
            .order_by(Case.next_wake_at)
            .limit(limit)
        )
    )
