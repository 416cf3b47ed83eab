"""The system's own steps: effects that come back from jobs, timers that are due."""

from uuid import UUID

from sqlalchemy import select

from workflow_app.engine import runner
from workflow_app.models.case import Case
from workflow_app.models.effect import PendingEffect
from workflow_app.services import access, audit, incidents, steps
from workflow_app.services.processes import definition_of
from workflow_app.services.unit_of_work import UnitOfWork


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
