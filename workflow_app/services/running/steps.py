"""One step, one transaction: what the engine computed becomes rows. The case row is locked by the caller."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func, select

from workflow_app.engine.run import Run
from workflow_app.errors import ProcessFault
from workflow_app.models.case import Case
from workflow_app.models.effect import PendingEffect
from workflow_app.models.submission import Submission
from workflow_app.models.task import Task
from workflow_app.models.user import User, UserRole
from workflow_app.roles import ROLES
from workflow_app.services.case_file import (
    answers,
    case_tasks,
    clocks,
    event_log,
    four_eyes,
    handoffs,
    incidents,
    walls,
)
from workflow_app.services.case_file.openings import Opened
from workflow_app.services.days import duties
from workflow_app.services.ground import audit, jobs
from workflow_app.services.ground.unit_of_work import UnitOfWork
from workflow_app.services.running import drafts, effects
from workflow_app.services.running.effects import Result
from workflow_app.services.sop.processes import definition_of
from workflow_app.types import Effect, OpenTask, Principal, Step

STATUS_OF_OUTCOME = {"dibatalkan": "cancelled"}


def settle(work: UnitOfWork, case: Case, run: Run, principal: Principal | None = None) -> None:
    """Perform immediate effects until only people, jobs and timers are waited for; then close the step and store the case.
    `principal` is who is absent and in whose place the step was done.
    """
    while (effect := next(filter(effects.is_immediate, run.effects), None)) is not None:
        run.resolve_effect(effect.task_id, _perform(work, case, effect))
    step = run.close()
    case.passed = sorted({*(case.passed or ()), *step.completed})
    _store(work, case, step)
    _update_tasks(work, case, step.open_tasks, principal)
    if step.had_effects or step.effects:
        _update_effects(work, case, step)
    if step.outcome is not None:
        clocks.stop_all(work, case.id)
        incidents.close_all(work, case)
        audit.record_case(work, case.id, "case.closed", outcome=step.outcome)


def carry(work: UnitOfWork, case: Case, step: Step) -> None:
    """The case stands in another version of its process, at the same tasks. It took no step, so its revision stays."""
    case.state = step.state
    _set_alarm(work, case, step.next_wake_at)
    for opened in step.open_tasks:
        task = case_tasks.of_id(work, case.id, opened.id)
        task.name, task.due_at = opened.name, _due(work, case, opened)


def _perform(work: UnitOfWork, case: Case, effect: Effect) -> Result:
    """What an operation gives back to the process. A case that it began is settled first, in the same transaction."""
    done = effects.perform(work, case, effect)
    if isinstance(done, Opened):
        settle(work, done.case, done.run)
        return str(done.case.id)
    return done


def _store(work: UnitOfWork, case: Case, step: Step) -> None:
    case.state = step.state
    case.revision += 1
    event_log.append(work, case, step)
    _set_alarm(work, case, step.next_wake_at)
    if step.outcome is not None:
        case.status = STATUS_OF_OUTCOME.get(step.outcome, "done")
        case.outcome = step.outcome
        case.closed_at = work.clock()


def _set_alarm(work: UnitOfWork, case: Case, at: datetime | None) -> None:
    if at is not None and at != case.next_wake_at:
        jobs.defer(work, "wake_case", at=at, case_id=str(case.id))
    case.next_wake_at = at


def _update_effects(work: UnitOfWork, case: Case, step: Step) -> None:
    waiting = [effect.task_id for effect in step.effects]
    work.session.execute(
        delete(PendingEffect).where(PendingEffect.case_id == case.id, PendingEffect.task_id.not_in(waiting))
    )
    for effect in step.effects:
        effects.defer(work, case, effect)


def _update_tasks(
    work: UnitOfWork, case: Case, open_tasks: Iterable[OpenTask], principal: Principal | None
) -> None:
    """Make the inbox say what the engine says: new tasks appear, interrupted ones are cancelled."""
    wanted = {task.id: task for task in open_tasks}
    walls.check_reachable(case, ((task.element, task.lane) for task in wanted.values()))
    known = {task.id: task for task in case_tasks.open_of_case(work, case.id)}
    for task in known.values():
        if task.id not in wanted:
            task.status = "cancelled"
            handoffs.end(work, task)
            audit.record_case(work, case.id, "task.cancelled", task.element, name=task.name)
    if gone := known.keys() - wanted.keys():
        work.session.flush()
        drafts.discard_all(work, gone)
        incidents.close_of_tasks(work, case, gone)
    for task_id, opened in wanted.items():
        if task_id not in known:
            case_tasks.add(work, _new_task(work, case, opened, principal))
            if opened.is_held:
                incidents.hold(work, case, opened)
        else:
            known[task_id].due_at = _due(work, case, opened)


def _new_task(work: UnitOfWork, case: Case, opened: OpenTask, principal: Principal | None) -> Task:
    if opened.lane not in ROLES:
        raise ProcessFault(opened.element, f"{opened.lane} is no role")
    return Task(
        id=opened.id,
        case_id=case.id,
        element=opened.element,
        name=opened.name,
        unit=case.unit,
        role=opened.lane,
        hand_off=handoffs.begun_by(opened, definition_of(work, case.definition_id)),
        begun_by=case.opened_by,
        assignee_id=_assignee(work, case, opened, principal),
        status="open",
        due_at=_due(work, case, opened),
        created_at=work.clock(),
        sent_by=work.actor.user_id,
    )


def _due(work: UnitOfWork, case: Case, opened: OpenTask) -> datetime | None:
    """When the clock of a task ends, of several the one that runs; None once it has stopped, whatever is still to be done."""
    names = opened.properties.get("clock", "").split()
    known = clocks.named(work, case.id) if names else {}
    running = [known[name] for name in names if name in known and known[name].stopped_at is None]
    return next((clock.due_at for clock in running), None)


def _assignee(work: UnitOfWork, case: Case, opened: OpenTask, principal: Principal | None) -> UUID | None:
    """The next task stays with the officer who serves the citizen; approvals wait in the queue of their role.

    So does what waits for the citizen (`assign` = `queue`): he may come back in another shift. What one officer has to
    do himself goes to him (`assign` names the task he did). Who holds several roles and acted in another one does not take
    the citizen over from a colleague. Whose duty is over gets nothing any more from others while somebody serves in his
    place. What a substitute goes on with stays at the desk of whom he stands in for.
    """
    assign = opened.properties.get("assign")
    if assign == "queue":
        return None
    if assign is not None and (officer := _officer_of(work, case, assign, opened.lane)) is not None:
        return officer
    barred = four_eyes.recorders(work, case.id, opened.properties.get("fourEyes", ""))
    walled_off = case_tasks.walled_off(work, case.id)
    if principal is not None and opened.lane in principal.roles:
        return principal.user_id if principal.user_id not in barred | walled_off else None
    is_able = opened.lane in work.actor.roles and work.actor.user_id not in barred | walled_off
    if is_able and not _is_served_by_another(work, case, opened.lane):
        return work.actor.user_id
    if barred or opened.properties.get("fourEyes"):
        return None
    work.session.flush()
    last = work.session.execute(
        select(User.id)
        .select_from(Task)
        .join(Submission, Submission.task_id == Task.id)
        .join(User, User.id == func.coalesce(Submission.on_behalf_of, Submission.submitted_by))
        .join(UserRole, (UserRole.user_id == User.id) & (UserRole.role == opened.lane))
        .where(Task.case_id == case.id, Task.role == opened.lane, Task.status == "done", User.is_active)
        .where(User.id.not_in(walled_off))
        .order_by(Task.done_at.desc())
        .limit(1)
    ).first()
    if last is None or duties.is_addressed_elsewhere(work, case.unit, opened.lane, last[0]):
        return None
    return last[0]


def _officer_of(work: UnitOfWork, case: Case, element: str, lane: str) -> UUID | None:
    """Who last did a task, if he can still be given one of this lane."""
    done = answers.newest(work, case.id, [element]).get(element)
    user = work.session.get(User, done.submitted_by) if done is not None and done.submitted_by else None
    if user is None or not user.is_active or lane not in {held.role for held in user.roles}:
        return None
    return None if user.id in case_tasks.walled_off(work, case.id) else user.id


def _is_served_by_another(work: UnitOfWork, case: Case, lane: str) -> bool:
    """Was the last task of this lane of the case done by somebody else than the actor?"""
    done = [
        task for task in case_tasks.of_case(work, case.id) if task.role == lane and task.done_at is not None
    ]
    last = max(done, key=lambda task: task.done_at or task.created_at, default=None)
    return last is not None and last.done_by != work.actor.user_id
