"""Every case is before or after a step, never between: its engine state says the same as its rows."""

from collections import Counter
from collections.abc import Iterator
from uuid import UUID

from sqlalchemy import Integer, exists, func, or_, select

from workflow_app.engine import runner
from workflow_app.errors import SentraError
from workflow_app.models.audit import AuditEvent
from workflow_app.models.case import Case
from workflow_app.models.effect import PendingEffect
from workflow_app.models.incident import Incident
from workflow_app.models.submission import Submission
from workflow_app.models.task import Task
from workflow_app.models.wall import CaseWall
from workflow_app.services.ground.unit_of_work import UnitOfWork
from workflow_app.services.sop.processes import definition_of
from workflow_app.services.watching.consistency_jobs import LATE
from workflow_app.services.watching.faults import Fault
from workflow_app.types import Step

STEPS = frozenset(
    {
        "case.opened", "task.completed", "effect.done", "timer.fired", "case.cancelled", "case.restored",
        "rework.allowed",
    }
)  # fmt: skip
"""Events that stand for one step of the engine each."""
BATCH = 200


def check(work: UnitOfWork) -> Iterator[Fault]:
    """Compare every case with its engine state, and count what each step must have left behind."""
    open_tasks = _open_tasks(work)
    waiting = _waiting(work)
    for case in work.session.scalars(select(Case).execution_options(yield_per=BATCH)):
        yield from _compare(work, case, open_tasks.get(case.id, set()), waiting.get(case.id, set()))
        work.session.expunge(case)
    yield from _counts(work)
    yield from _submissions(work)
    yield from _walls(work)
    for case_id in stranded(work):
        yield Fault(
            "stranded", f"case {case_id}", "Nothing moves this open case, and no incident tells of it."
        )


def stranded(work: UnitOfWork, only: UUID | None = None) -> list[UUID]:
    """Open cases that wait for nothing: no open task, no timer, no effect under way, no open incident (pitfall 8).

    A timer that is long due counts as none. With `only` this one case is looked at.
    """
    query = (
        select(Case.id)
        .where(
            Case.closed_at.is_(None),
            or_(Case.next_wake_at.is_(None), Case.next_wake_at < work.clock() - LATE),
            ~exists().where(Task.case_id == Case.id, Task.status == "open"),
            ~exists().where(PendingEffect.case_id == Case.id),
            ~exists().where(Incident.case_id == Case.id, Incident.resolved_at.is_(None)),
        )
        .order_by(Case.id)
    )
    if only is not None:
        query = query.where(Case.id == only)
    return list(work.session.scalars(query))


def _compare(work: UnitOfWork, case: Case, open_tasks: set[UUID], waiting: set[UUID]) -> Iterator[Fault]:
    where = f"case {case.id}"
    try:
        stands = runner.standing(definition_of(work, case.definition_id), case.state, work.clock())
    except SentraError as error:
        yield Fault(
            "state", where, f"The engine cannot read the state: {error.detail or type(error).__name__}."
        )
        return
    if stands.completed:
        yield Fault("between", where, f"The case stands between two steps, before {stands.completed[0]}.")
    if {task.id for task in stands.open_tasks} != open_tasks:
        yield Fault("task", where, "The open tasks of the inbox are not those of the engine.")
    if {effect.task_id for effect in stands.effects} != waiting:
        yield Fault("effect", where, "The effects under way are not those that the engine waits for.")
    if stands.next_wake_at != case.next_wake_at:
        yield Fault("timer", where, "The engine wants to be woken at another time than the row says.")
    if case.standing is not None and not {*map(str, open_tasks | waiting)} <= case.standing.keys():
        yield Fault("log", where, "The event log does not know all tasks that wait.")
    yield from _ending(case, stands, open_tasks)


def _ending(case: Case, stands: Step, open_tasks: set[UUID]) -> Iterator[Fault]:
    if stands.outcome != case.outcome or (stands.outcome is None) != (case.closed_at is None):
        yield Fault(
            "outcome", f"case {case.id}", "The case has ended for the engine or in its row, but not in both."
        )
    elif case.closed_at is not None and open_tasks:
        yield Fault("task", f"case {case.id}", "The case has ended and still has open tasks.")


def _open_tasks(work: UnitOfWork) -> dict[UUID, set[UUID]]:
    found: dict[UUID, set[UUID]] = {}
    for case_id, task_id in work.session.execute(select(Task.case_id, Task.id).where(Task.status == "open")):
        found.setdefault(case_id, set()).add(task_id)
    return found


def _waiting(work: UnitOfWork) -> dict[UUID, set[UUID]]:
    found: dict[UUID, set[UUID]] = {}
    for case_id, task_id in work.session.execute(select(PendingEffect.case_id, PendingEffect.task_id)):
        found.setdefault(case_id, set()).add(task_id)
    return found


def _counts(work: UnitOfWork) -> Iterator[Fault]:
    """As many revisions as steps on record; of each element as many done tasks as completions on record."""
    steps = dict(
        work.session.execute(
            select(AuditEvent.case_id, func.count())
            .where(AuditEvent.action.in_(STEPS))
            .group_by(AuditEvent.case_id)
        ).all()
    )
    for case_id, revision in work.session.execute(select(Case.id, Case.revision)):
        if revision != steps.get(case_id, 0):
            sentence = f"The case was stored {revision} times; {steps.get(case_id, 0)} steps are on record."
            yield Fault("revision", f"case {case_id}", sentence)
    done = _per_element(work, Task.case_id, Task.element, Task.status == "done")
    events = _per_element(work, AuditEvent.case_id, AuditEvent.element, AuditEvent.action == "task.completed")
    for case_id, element in sorted(done.keys() | events.keys(), key=str):
        if done[case_id, element] != events[case_id, element]:
            sentence = f"{done[case_id, element]} tasks are done, {events[case_id, element]} completions are on record."
            yield Fault("event", f"case {case_id}, {element}", sentence)


def _per_element(
    work: UnitOfWork, case_id: object, element: object, condition: object
) -> Counter[tuple[UUID, str]]:
    query = select(case_id, element, func.count()).where(condition).group_by(case_id, element)  # type: ignore[call-overload]  # any two columns
    return Counter({(row[0], row[1]): row[2] for row in work.session.execute(query)})


def _submissions(work: UnitOfWork) -> Iterator[Fault]:
    """A done task has its answers, and answers belong to a done task. The key of the table allows one per task."""
    has_answers = Submission.id.is_not(None)
    query = (
        select(Task.id, Task.status, has_answers)
        .outerjoin(Submission, Submission.task_id == Task.id)
        .where((Task.status == "done") != has_answers)
        .order_by(Task.id)
    )
    for task_id, status, is_answered in work.session.execute(query):
        sentence = (
            f"The task has answers, but is {status}." if is_answered else "The task is done without answers."
        )
        yield Fault("submission", f"task {task_id}", sentence)


def _walls(work: UnitOfWork) -> Iterator[Fault]:
    """As many walls as the trail says were raised, and a case is confined to whom it says; a wall that is gone is not missed."""
    raised = (
        select(AuditEvent.case_id, func.sum(AuditEvent.details["members"].astext.cast(Integer)))
        .where(AuditEvent.action == "wall.raised")
        .group_by(AuditEvent.case_id)
    )
    standing = select(CaseWall.case_id, func.count()).group_by(CaseWall.case_id)
    on_record: dict[UUID | None, int] = dict(work.session.execute(raised).all())
    there: dict[UUID | None, int] = dict(work.session.execute(standing).all())
    for case_id in sorted(on_record.keys() | there.keys(), key=str):
        if on_record.get(case_id, 0) != there.get(case_id, 0):
            sentence = f"{there.get(case_id, 0)} walls stand, {on_record.get(case_id, 0)} are on record."
            yield Fault("wall", f"case {case_id}", sentence)
    said = select(AuditEvent.case_id, AuditEvent.details["role"].astext).where(
        AuditEvent.action == "case.confined"
    )
    last: dict[UUID | None, str] = dict(work.session.execute(said.order_by(AuditEvent.position)).all())
    kept = select(Case.id, Case.confined_to).where(Case.confined_to.is_not(None) | Case.id.in_(last))
    for case_id, role in work.session.execute(kept):
        if role != last.get(case_id):
            sentence = f"The case is confined to {role}, on record is {last.get(case_id)}."
            yield Fault("wall", f"case {case_id}", sentence)
