"""One step, one transaction: what the engine computed becomes rows. The case row is locked by the
caller.

The system's own steps: effects that come back from jobs, timers that are due. Once the holidays of
a year are confirmed, clocks that run into it are counted anew, case by case as a job, with what
hangs on their end: the tasks, and the timers that warn of it (decision 0063).
"""

import logging
from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func, select

from workflow_app import logs
from workflow_app.domain import (
    SYSTEM,
    Busy,
    Effect,
    InvalidDefinition,
    OpenTask,
    Principal,
    ProcessFault,
    Step,
    Unavailable,
)
from workflow_app.engine import runner
from workflow_app.engine.definitions import Definition
from workflow_app.engine.runner import Run
from workflow_app.models import Case, CaseMove, PendingEffect, Submission, Task, User, UserRole
from workflow_app.permissions import ROLES
from workflow_app.services.calendars import calendars
from workflow_app.services.calendars.calendars import Recount
from workflow_app.services.cases import (
    access,
    answers,
    clocks,
    event_log,
    incidents,
    task_rights,
    walls,
)
from workflow_app.services.cases.related_cases import Opened
from workflow_app.services.core import jobs, unit_of_work
from workflow_app.services.core.jobs import KEEPING, Running, periodic
from workflow_app.services.core.unit_of_work import UnitOfWork, Works
from workflow_app.services.processes.definitions import definition_of
from workflow_app.services.roster import duty
from workflow_app.services.workflow import drafts, effects
from workflow_app.services.workflow.effects import Result

STATUS_OF_OUTCOME = {"dibatalkan": "cancelled"}


def settle(work: UnitOfWork, case: Case, run: Run, principal: Principal | None = None) -> None:
    """Perform immediate effects until only people, jobs and timers are waited for; then close the
    step and store the case. `principal` is who is absent and in whose place the step was done.
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
        unit_of_work.record_case(work, case.id, "case.closed", outcome=step.outcome)


def carry(work: UnitOfWork, case: Case, step: Step) -> None:
    """The case stands in another version of its process, at the same tasks. It took no step, so its
    revision stays.
    """
    case.state = step.state
    _set_alarm(work, case, step.next_wake_at)
    for opened in step.open_tasks:
        task = access.of_id(work, case.id, opened.id)
        task.name, task.due_at = opened.name, _due(work, case, opened)


def _perform(work: UnitOfWork, case: Case, effect: Effect) -> Result:
    """What an operation gives back to the process. A case that it began is settled first, in the
    same transaction.
    """
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
        delete(PendingEffect).where(
            PendingEffect.case_id == case.id, PendingEffect.task_id.not_in(waiting)
        )
    )
    for effect in step.effects:
        effects.defer(work, case, effect)


def _update_tasks(
    work: UnitOfWork, case: Case, open_tasks: Iterable[OpenTask], principal: Principal | None
) -> None:
    """Make the inbox say what the engine says: new tasks appear, interrupted ones are cancelled."""
    wanted = {task.id: task for task in open_tasks}
    walls.check_reachable(case, ((task.element, task.lane) for task in wanted.values()))
    known = {task.id: task for task in access.open_of_case(work, case.id)}
    for task in known.values():
        if task.id not in wanted:
            task.status = "cancelled"
            task_rights.end(work, task)
            unit_of_work.record_case(work, case.id, "task.cancelled", task.element, name=task.name)
    if gone := known.keys() - wanted.keys():
        work.session.flush()
        drafts.discard_all(work, gone)
        incidents.close_of_tasks(work, case, gone)
    for task_id, opened in wanted.items():
        if task_id not in known:
            access.add(work, _new_task(work, case, opened, principal))
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
        hand_off=task_rights.begun_by(opened, definition_of(work, case.definition_id)),
        begun_by=case.opened_by,
        assignee_id=_assignee(work, case, opened, principal),
        status="open",
        due_at=_due(work, case, opened),
        created_at=work.clock(),
        sent_by=work.actor.user_id,
    )


def _due(work: UnitOfWork, case: Case, opened: OpenTask) -> datetime | None:
    """When the clock of a task ends, of several the one that runs; None once it has stopped,
    whatever is still to be done.
    """
    names = opened.properties.get("clock", "").split()
    known = clocks.named(work, case.id) if names else {}
    running = [known[name] for name in names if name in known and known[name].stopped_at is None]
    return next((clock.due_at for clock in running), None)


def _assignee(
    work: UnitOfWork, case: Case, opened: OpenTask, principal: Principal | None
) -> UUID | None:
    """The next task stays with the officer who serves the citizen; approvals wait in the queue of
    their role.

    So does what waits for the citizen (`assign` = `queue`): he may come back in another shift. What
    one officer has to do himself goes to him (`assign` names the task he did). Who holds several
    roles and acted in another one does not take the citizen over from a colleague. Whose duty is
    over gets nothing any more from others while somebody serves in his place. What a substitute
    goes on with stays at the desk of whom he stands in for.
    """
    assign = opened.properties.get("assign")
    if assign == "queue":
        return None
    if assign is not None and (officer := _officer_of(work, case, assign, opened.lane)) is not None:
        return officer
    barred = task_rights.recorders(work, case.id, opened.properties.get("fourEyes", ""))
    walled_off = access.users_walled_off(work, case.id)
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
        .where(
            Task.case_id == case.id, Task.role == opened.lane, Task.status == "done", User.is_active
        )
        .where(User.id.not_in(walled_off))
        .order_by(Task.done_at.desc())
        .limit(1)
    ).first()
    if last is None or duty.is_addressed_elsewhere(work, case.unit, opened.lane, last[0]):
        return None
    return last[0]


def _officer_of(work: UnitOfWork, case: Case, element: str, lane: str) -> UUID | None:
    """Who last did a task, if he can still be given one of this lane."""
    done = answers.newest(work, case.id, [element]).get(element)
    user = (
        work.session.get(User, done.submitted_by)
        if done is not None and done.submitted_by
        else None
    )
    if user is None or not user.is_active or lane not in {held.role for held in user.roles}:
        return None
    return None if user.id in access.users_walled_off(work, case.id) else user.id


def _is_served_by_another(work: UnitOfWork, case: Case, lane: str) -> bool:
    """Was the last task of this lane of the case done by somebody else than the actor?"""
    done = [
        task
        for task in access.of_case(work, case.id)
        if task.role == lane and task.done_at is not None
    ]
    last = max(done, key=lambda task: task.done_at or task.created_at, default=None)
    return last is not None and last.done_by != work.actor.user_id


def pending(work: UnitOfWork, task_id: UUID) -> PendingEffect | None:
    """The effect that a job was written for, or None when it came back already."""
    return work.session.get(PendingEffect, task_id)


def resolve_effect(work: UnitOfWork, task_id: UUID, result: str | int | bool | None) -> None:
    """A job has done its work: give the result to the case and move on. Doing it twice changes
    nothing.
    """
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
        unit_of_work.record_case(
            work, case.id, "effect.done", effect.element, operation=effect.operation
        )
        incidents.resolve(work, case, task_id)
        settle(work, case, run)


def wake(work: UnitOfWork, case_id: UUID) -> None:
    """Let the timers of a case fire that are due. Early or repeated calls change nothing."""
    case = access.lock_case(work, case_id)
    if case.next_wake_at is None or case.next_wake_at > work.clock():
        return
    definition = definition_of(work, case.definition_id)
    with incidents.blaming("wake", case.id, None):
        run = runner.open_case(definition, case.state, work.clock())
        run.wake()
        unit_of_work.record_case(work, case.id, "timer.fired", due=case.next_wake_at.isoformat())
        incidents.resolve(work, case, None)
        settle(work, case, run)


def restore(work: UnitOfWork, case_id: UUID) -> None:
    """Let the rows of a case say again what the engine says of it. Raises `ProcessFault` when that
    moves nothing.
    """
    case = access.lock_case(work, case_id)
    if case.closed_at is not None:
        return
    definition = definition_of(work, case.definition_id)
    with incidents.blaming("stranded", case.id, None):
        step = runner.standing(definition, case.state, work.clock())
        if step.outcome is None and not (step.open_tasks or step.effects or step.next_wake_at):
            raise ProcessFault("", "the engine waits for nothing")
        _reopen(work, case, step)
        unit_of_work.record_case(work, case.id, "case.restored")
        incidents.resolve(work, case, None)
        settle(work, case, runner.open_case(definition, case.state, work.clock()))


def _reopen(work: UnitOfWork, case: Case, step: Step) -> None:
    """Tasks that are cancelled in the inbox and open for the engine wait in the queue of their role
    again.
    """
    wanted = {task.id for task in step.open_tasks}
    for task in work.session.scalars(
        select(Task).where(Task.id.in_(wanted), Task.status != "open")
    ):
        if task.status == "done":
            raise ProcessFault(task.element, "done in the inbox, open for the engine")
        task.status, task.assignee_id = "open", None
    work.session.flush()
    unit_of_work.forget(work, case.id)


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


log = logging.getLogger(__name__)
DAYS = "working_days_after"
"""The operation that gives a process the end of one of the days of a clock; the others give it the
end of the clock.
"""


def carry_out(works: Works) -> None:
    """Count anew what waits for it. Said twice it is done once; a case that is held by others is
    left for the next time.
    """
    with works.begin(SYSTEM) as work:
        waiting = sorted(
            {
                clock.case_id
                for name in calendars.names(work)
                for clock in calendars.running(work, name)
                if calendars.recount(work, clock)
            }
        )
    for case_id in waiting:
        try:
            with incidents.unit_of_work(works, SYSTEM) as work:
                recount(work, case_id)
        except Unavailable as error:
            if not isinstance(error, Busy):
                raise
            log.warning("clocks of case %s: %s", case_id, logs.words_of(error))
        except Exception as error:  # one case must not keep the others
            log.error("clocks of case %s: %s", case_id, logs.words_of(error))


def recount(work: UnitOfWork, case_id: UUID) -> None:
    """Count the clocks of a case anew that run into years confirmed since. It takes no step."""
    case = access.lock_case(work, case_id)
    in_use = calendars.names(work)
    every = clocks.named(work, case.id).values()
    running = [clock for clock in every if clock.stopped_at is None and clock.calendar in in_use]
    found = [told for clock in running if (told := calendars.recount(work, clock))]
    if case.closed_at is not None or not found:
        return
    for told in found:
        clocks.count_anew(work, told)
    with incidents.blaming("wake", case.id, None):
        carry(work, case, _counted_anew(work, case.definition_id, case.state, found))
    _renew_ways_back(work, case, found)


def _renew_ways_back(work: UnitOfWork, case: Case, found: Sequence[Recount]) -> None:
    """The case may be moved back to how it stood in another version as long as it takes no step
    (decision 0048).
    """
    query = select(CaseMove).where(CaseMove.case_id == case.id, CaseMove.status == "moved")
    for move in work.session.scalars(query.where(CaseMove.revision == case.revision)):
        if move.former_id is None or move.former_state is None:
            continue
        try:
            move.former_state = _counted_anew(work, move.former_id, move.former_state, found).state
        except (
            InvalidDefinition,
            ProcessFault,
        ) as error:  # nor is it moved back to what cannot be read
            log.warning("way back of case %s: %s", case.id, logs.words_of(error))


def _counted_anew(
    work: UnitOfWork, definition_id: UUID, state: bytes, found: Sequence[Recount]
) -> Step:
    definition = definition_of(work, definition_id)
    run = runner.open_case(definition, state, work.clock())
    known = runner.variables(definition, state)
    run.set_variables(
        {
            name: becomes
            for told in found
            for name, becomes in _renewed(definition, told, known.items())
        }
    )
    return run.close()


def _renewed(
    definition: Definition, told: Recount, known: Iterable[tuple[str, object]]
) -> Iterable[tuple[str, str]]:
    """The control variables that hold the end of this clock, or of one of its days, with what they
    hold from now on: of a clock that somebody wants earlier these are two things, also where they
    are the same instant.
    """
    by_operation = {
        operation: told.ends if operation == DAYS else [(told.was, told.due_at)]
        for operation in clocks.OPERATIONS
    }
    becomes = {
        (element.result, before.isoformat()): after.isoformat()
        for element in definition.elements.values()
        if told.clock.name in element.written.get("clock", ())
        for before, after in by_operation.get(element.operation, ())
    }
    return [
        (name, becomes[name, value])
        for name, value in known
        if isinstance(value, str) and (name, value) in becomes
    ]


@periodic(
    "recount_clocks",
    label="Menghitung ulang batas waktu",
    queue=KEEPING,
    cron="47 * * * *",
    is_alone=True,
)
def recount_clocks_job(running: Running) -> None:
    """Count the clocks anew that changed calendars have moved."""
    carry_out(running.works)
