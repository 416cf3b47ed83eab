"""What an audit of an installation finds.

Every job ends once in effect: what waits for a job has one that will run, or an incident that a
person sees. Every case is before or after a step, never between: its engine state says the same as
its rows. Every case that a step began is there, both trails and the table tell of the same bond,
and what is kept from somebody in one case of a matter is kept in all.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import Integer, exists, func, or_, select, text

from workflow_app.domain import SentraError, Step
from workflow_app.engine import runner
from workflow_app.models import (
    AuditEvent,
    Case,
    CaseKinship,
    CaseWall,
    Incident,
    PendingEffect,
    Submission,
    Task,
)
from workflow_app.services.cases import related_cases, walls
from workflow_app.services.core.unit_of_work import UnitOfWork
from workflow_app.services.processes.definitions import definition_of


@dataclass(frozen=True)
class Fault:
    """Something that must not be. Nothing in it is personal."""

    kind: str
    """A short word for this kind of fault: `task`, `number`, `blob`."""
    where: str
    """Ids only."""
    sentence: str


LATE = timedelta(minutes=3)
"""A timer is looked for every minute; one that is due for longer than this was forgotten."""
SILENT = timedelta(minutes=1)
"""A worker without a heartbeat for this long is dead, and its jobs should have been taken back."""

ALIVE = "job.status in ('todo', 'doing')"

EFFECTS = f"""
    select waiting.task_id from pending_effect waiting
    where not exists (select from procrastinate_jobs job where {ALIVE}
        and job.task_name = 'perform_effect' and job.args->>'task_id' = waiting.task_id::text)
    and not exists (select from incident where incident.task_id = waiting.task_id and resolved_at
        is null)
    order by waiting.task_id"""  # noqa: S608 - our own words

READINGS = f"""
    select document.id from archive.document document
    where document.status in ('received', 'reading')
    and not exists (select from procrastinate_jobs job where {ALIVE}
        and job.task_name = 'read_document' and job.args->>'document_id' = document.id::text)
    order by document.id"""  # noqa: S608 - our own words

UNREAD = f"""
    select document.id from archive.document document
    where document.status = 'unreadable'
    and not exists (select from procrastinate_jobs job where {ALIVE}
        and job.task_name = 'read_document' and job.args->>'document_id' = document.id::text)
    and not exists (select from audit_event event where event.action = 'document.read'
        and event.details->>'document_id' = document.id::text)
    order by document.id"""  # noqa: S608 - our own words
"""A paper that waits for the reader is marked as unreadable too, but only a reading that came to an
end is on record.
"""

PRINTINGS = f"""
    select letter.id from letter
    where letter.document_id is null
    and not exists (select from procrastinate_jobs job where {ALIVE}
        and job.task_name = 'reprint_letter' and job.args->>'letter_id' = letter.id::text)
    and not exists (select from pending_effect waiting where waiting.operation = 'render_letter'
        and waiting.parameters->>'letter_id' = letter.id::text)
    and not exists (select from incident where incident.task_id = letter.id and resolved_at is null)
    order by letter.id"""  # noqa: S608 - our own words

MESSAGES = f"""
    select message.id from message
    where message.status = 'waiting' and message.channel <> 'slip'
    and not exists (select from procrastinate_jobs job where {ALIVE}
        and job.task_name = 'send_message' and job.args->>'message_id' = message.id::text)
    and not exists (select from incident where incident.task_id = message.id and resolved_at is
        null)
    order by message.id"""  # noqa: S608 - our own words

MOVES = f"""
    select distinct item.order_id from case_move item
    where item.status = 'waiting'
    and not exists (select from procrastinate_jobs job where {ALIVE}
        and job.task_name = 'move_cases' and job.args->>'order_id' = item.order_id::text)
    order by item.order_id"""  # noqa: S608 - our own words

BAGS = f"""
    select ordered.id from bag_order ordered
    where ordered.status in ('waiting', 'making')
    and not exists (select from procrastinate_jobs job where {ALIVE}
        and job.task_name = 'make_bag' and job.args->>'order_id' = ordered.id::text)
    order by ordered.id"""  # noqa: S608 - our own words

STALLED = """
    select job.id from procrastinate_jobs job
    left join procrastinate_workers worker on worker.id = job.worker_id
    where job.status = 'doing'
    and (worker.id is null or worker.last_heartbeat < now() - :silent)
    order by job.id"""

FAILED = """
    select job.id from procrastinate_jobs job
    where job.status in ('failed', 'aborted') and job.task_name = 'perform_effect'
    and not exists (select from incident where incident.task_id::text = job.args->>'task_id')
    and exists (select from pending_effect waiting where waiting.task_id::text =
        job.args->>'task_id')
    order by job.id"""

LATE_TIMERS = """
    select id from service_case
    where status = 'running' and next_wake_at < :latest
    order by id"""

CHECKS: tuple[tuple[str, str, str, str], ...] = (
    ("effect", "effect", EFFECTS, "No job will perform this effect, and no incident tells of it."),
    ("reading", "document", READINGS, "No job will read this paper."),
    (
        "reading",
        "document",
        UNREAD,
        "No job will read this paper, and no reading of it has come to an end.",
    ),
    (
        "printing",
        "letter",
        PRINTINGS,
        "This letter is not printed, no job will print it, and no incident tells of it.",
    ),
    ("message", "message", MESSAGES, "No job will send this message, and no incident tells of it."),
    ("move", "order", MOVES, "No job will move the cases of this order."),
    ("bag", "order", BAGS, "No job will make the bag of this order."),
    ("job", "job", STALLED, "The worker of this job is dead, and nobody has taken the job back."),
    ("job", "job", FAILED, "This job failed, and no incident tells of it."),
    ("timer", "case", LATE_TIMERS, "A timer of this case is overdue, and nobody has woken it."),
)
"""Kind of fault, what the id belongs to, query, sentence."""


def check(work: UnitOfWork) -> Iterator[Fault]:
    """Look for what was forgotten. Jobs that the clock asks for again need no look."""
    values = {"silent": SILENT, "latest": work.clock() - LATE}
    for kind, noun, query, sentence in CHECKS:
        statement = text(query)
        known = {name: values[name] for name in statement.compile().params}
        for found in work.session.scalars(statement, known):
            yield Fault(kind, f"{noun} {found}", sentence)


STEPS = frozenset(
    {
        "case.opened", "task.completed", "effect.done", "timer.fired", "case.cancelled",
        "case.restored",
        "rework.allowed",
    }
)  # fmt: skip
"""Events that stand for one step of the engine each."""
BATCH = 200


def check_consistency_case(work: UnitOfWork) -> Iterator[Fault]:
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
            "stranded",
            f"case {case_id}",
            "Nothing moves this open case, and no incident tells of it.",
        )


def stranded(work: UnitOfWork, only: UUID | None = None) -> list[UUID]:
    """Open cases that wait for nothing: no open task, no timer, no effect under way, no open
    incident (pitfall 8).

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


def _compare(
    work: UnitOfWork, case: Case, open_tasks: set[UUID], waiting: set[UUID]
) -> Iterator[Fault]:
    where = f"case {case.id}"
    try:
        stands = runner.standing(definition_of(work, case.definition_id), case.state, work.clock())
    except SentraError as error:
        yield Fault(
            "state",
            where,
            f"The engine cannot read the state: {error.detail or type(error).__name__}.",
        )
        return
    if stands.completed:
        yield Fault(
            "between", where, f"The case stands between two steps, before {stands.completed[0]}."
        )
    if {task.id for task in stands.open_tasks} != open_tasks:
        yield Fault("task", where, "The open tasks of the inbox are not those of the engine.")
    if {effect.task_id for effect in stands.effects} != waiting:
        yield Fault(
            "effect", where, "The effects under way are not those that the engine waits for."
        )
    if stands.next_wake_at != case.next_wake_at:
        yield Fault(
            "timer", where, "The engine wants to be woken at another time than the row says."
        )
    if case.standing is not None and not {*map(str, open_tasks | waiting)} <= case.standing.keys():
        yield Fault("log", where, "The event log does not know all tasks that wait.")
    yield from _ending(case, stands, open_tasks)


def _ending(case: Case, stands: Step, open_tasks: set[UUID]) -> Iterator[Fault]:
    if stands.outcome != case.outcome or (stands.outcome is None) != (case.closed_at is None):
        yield Fault(
            "outcome",
            f"case {case.id}",
            "The case has ended for the engine or in its row, but not in both.",
        )
    elif case.closed_at is not None and open_tasks:
        yield Fault("task", f"case {case.id}", "The case has ended and still has open tasks.")


def _open_tasks(work: UnitOfWork) -> dict[UUID, set[UUID]]:
    found: dict[UUID, set[UUID]] = {}
    for case_id, task_id in work.session.execute(
        select(Task.case_id, Task.id).where(Task.status == "open")
    ):
        found.setdefault(case_id, set()).add(task_id)
    return found


def _waiting(work: UnitOfWork) -> dict[UUID, set[UUID]]:
    found: dict[UUID, set[UUID]] = {}
    for case_id, task_id in work.session.execute(
        select(PendingEffect.case_id, PendingEffect.task_id)
    ):
        found.setdefault(case_id, set()).add(task_id)
    return found


def _counts(work: UnitOfWork) -> Iterator[Fault]:
    """As many revisions as steps on record; of each element as many done tasks as completions on
    record.
    """
    steps = dict(
        work.session.execute(
            select(AuditEvent.case_id, func.count())
            .where(AuditEvent.action.in_(STEPS))
            .group_by(AuditEvent.case_id)
        ).all()
    )
    for case_id, revision in work.session.execute(select(Case.id, Case.revision)):
        if revision != steps.get(case_id, 0):
            sentence = (
                f"The case was stored {revision} times; {steps.get(case_id, 0)} steps are on "
                "record."
            )
            yield Fault("revision", f"case {case_id}", sentence)
    done = _per_element(work, Task.case_id, Task.element, Task.status == "done")
    events = _per_element(
        work, AuditEvent.case_id, AuditEvent.element, AuditEvent.action == "task.completed"
    )
    for case_id, element in sorted(done.keys() | events.keys(), key=str):
        if done[case_id, element] != events[case_id, element]:
            sentence = (
                f"{done[case_id, element]} tasks are done, {events[case_id, element]} completions "
                "are on record."
            )
            yield Fault("event", f"case {case_id}, {element}", sentence)


def _per_element(
    work: UnitOfWork, case_id: object, element: object, condition: object
) -> Counter[tuple[UUID, str]]:
    query = select(case_id, element, func.count()).where(condition).group_by(case_id, element)  # type: ignore[call-overload]  # any two columns
    return Counter({(row[0], row[1]): row[2] for row in work.session.execute(query)})


def _submissions(work: UnitOfWork) -> Iterator[Fault]:
    """A done task has its answers, and answers belong to a done task. The key of the table allows
    one per task.
    """
    has_answers = Submission.id.is_not(None)
    query = (
        select(Task.id, Task.status, has_answers)
        .outerjoin(Submission, Submission.task_id == Task.id)
        .where((Task.status == "done") != has_answers)
        .order_by(Task.id)
    )
    for task_id, status, is_answered in work.session.execute(query):
        sentence = (
            f"The task has answers, but is {status}."
            if is_answered
            else "The task is done without answers."
        )
        yield Fault("submission", f"task {task_id}", sentence)


def _walls(work: UnitOfWork) -> Iterator[Fault]:
    """As many walls as the trail says were raised, and a case is confined to whom it says; a wall
    that is gone is not missed.
    """
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
            sentence = (
                f"{there.get(case_id, 0)} walls stand, {on_record.get(case_id, 0)} are on record."
            )
            yield Fault("wall", f"case {case_id}", sentence)
    said = select(AuditEvent.case_id, AuditEvent.details["role"].astext).where(
        AuditEvent.action == "case.confined"
    )
    last: dict[UUID | None, str] = dict(
        work.session.execute(said.order_by(AuditEvent.position)).all()
    )
    kept = select(Case.id, Case.confined_to).where(
        Case.confined_to.is_not(None) | Case.id.in_(last)
    )
    for case_id, role in work.session.execute(kept):
        if role != last.get(case_id):
            sentence = f"The case is confined to {role}, on record is {last.get(case_id)}."
            yield Fault("wall", f"case {case_id}", sentence)


Bond = tuple[UUID, UUID]
"""Parent and child."""


def check_consistency_kinship(work: UnitOfWork) -> Iterator[Fault]:
    """Compare the bonds of the table with those that the trails of parents and of children tell,
    and the walls along them.
    """
    rows = {(row.parent_id, row.child_id) for row in work.session.scalars(select(CaseKinship))}
    told = {
        "of the parent": {(case, other) for case, other in _told(work, related_cases.CHILD)},
        "of the child": {(other, case) for case, other in _told(work, related_cases.PARENT)},
    }
    for trail, bonds in told.items():
        for parent, child in sorted(rows - bonds):
            yield Fault(
                "kinship",
                f"case {child}",
                f"It continues case {parent}, but the trail {trail} does not say so.",
            )
        for parent, child in sorted(bonds - rows):
            yield Fault(
                "kinship",
                f"case {parent}",
                f"The trail {trail} tells of case {child}, which does not continue it.",
            )
    for case_id, members in sorted(walls.lacking_walls(work).items()):
        sentence = f"{len(members)} members see it who are kept out of a case of the same matter."
        yield Fault("wall", f"case {case_id}", sentence)
    for case_id, role in sorted(walls.lacking_confinements(work).items()):
        yield Fault(
            "wall",
            f"case {case_id}",
            f"A case of the same matter is confined to {role}, this is not.",
        )


def _told(work: UnitOfWork, action: str) -> Iterator[Bond]:
    """Whose trail tells of which other case."""
    query = select(AuditEvent.case_id, AuditEvent.details).where(AuditEvent.action == action)
    for case_id, details in work.session.execute(query):
        yield case_id, UUID(details["case"])
