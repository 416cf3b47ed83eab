"""Cases: starting, looking at, cancelling.

Taking a case up again after its end: a new case of the same process continues it, with a written
reason (R8, R32).

What ended stays as it ended, with its trail and its letters; nothing is written into it any more
but that it goes on. Cases that have gone round very often: somebody who leads reads why and lets
them go on, with a reason (decision 0028).
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import func, select

from workflow_app.domain import Conflict, NotFound, TaskNotReady, Variables
from workflow_app.engine import runner
from workflow_app.engine.definitions import ASKING_LANE, Definition
from workflow_app.models import AuditEvent, Case, CaseKinship, Incident, Letter, Task
from workflow_app.permissions import (
    BEGINNERS,
    CONFINED_DISPOSERS,
    LEADS,
    check_lead,
    check_role,
    has_role,
    is_lead,
)
from workflow_app.services.accounts import users
from workflow_app.services.cases import (
    access,
    answers,
    clocks,
    incidents,
    related_cases,
    task_rights,
)
from workflow_app.services.cases.clocks import ClockView
from workflow_app.services.cases.incidents import IncidentView
from workflow_app.services.core import formatting, unit_of_work
from workflow_app.services.core.formatting import moment
from workflow_app.services.core.unit_of_work import UnitOfWork
from workflow_app.services.letters import letters
from workflow_app.services.office_settings.configuration import role_label
from workflow_app.services.processes.definitions import (
    beginner,
    check_startable,
    current,
    definition_of,
    starters,
    version_of,
)
from workflow_app.services.roster import duty
from workflow_app.services.workflow import steps

CANCELLATION = "pembatalan"


@dataclass(frozen=True)
class Started:
    """A case that has begun."""

    case_id: UUID
    task_id: UUID | None


@dataclass(frozen=True)
class OpenTaskView:
    """A task that the case waits for."""

    id: UUID
    name: str
    role_label: str
    assignee_name: str | None
    since: datetime
    due_at: datetime | None
    can_open: bool


@dataclass(frozen=True)
class CaseView:
    """One case as its page shows it; nothing personal."""

    id: UUID
    number: str
    process_key: str
    process_name: str
    process_version: int
    status: str
    outcome: str | None
    unit: str
    opened_at: datetime
    closed_at: datetime | None
    opened_by: str | None
    summary: str
    open_tasks: list[OpenTaskView]
    clocks: list[ClockView]
    incidents: list[IncidentView]
    can_cancel: bool
    cancel_reason: str | None
    """Why it was cancelled; None for all other cases."""


def start(
    work: UnitOfWork,
    process_key: str,
    token: str | None = None,
    begins_with: Variables | None = None,
) -> Started:
    """Begin a case under the current version of a process. The same `token` again answers with the
    case it began.

    `begins_with` are control variables that differ from those the process begins with by itself.
    """
    check_role(work.actor, BEGINNERS | CONFINED_DISPOSERS)
    begun = _begun_with(work, token) if token else None
    if begun is not None:
        return _started(work, begun)
    users.check(work)
    check_startable(work, process_key)
    asked = begins_with or {}
    begins_with = {**asked, **beginner(work, process_key, asked)}
    opened = related_cases.open_case(
        work, process_key, unit=work.actor.unit, token=token or None, begins_with=begins_with
    )
    steps.settle(work, opened.case, opened.run)
    return _started(work, opened.case)


def get(work: UnitOfWork, case_id: UUID) -> CaseView:
    """The case, if the actor may see it; raises `NotFound`."""
    case = access.visible_case(work, case_id)
    definition = definition_of(work, case.definition_id)
    open_tasks = _open_tasks(work, case)
    return CaseView(
        id=case.id,
        number=case.number,
        process_key=case.process_key,
        process_name=definition.name,
        process_version=version_of(work, case.definition_id),
        status=case.status,
        outcome=case.outcome,
        unit=case.unit,
        opened_at=case.opened_at,
        closed_at=case.closed_at,
        opened_by=users.name_of(work, case.opened_by),
        summary=_summary(case, definition, open_tasks),
        open_tasks=open_tasks,
        clocks=clocks.of_case(work, case),
        incidents=incidents.of_case(work, case.id),
        can_cancel=_can_cancel(work, case),
        cancel_reason=_cancel_reason(work, case),
    )


def cancel(work: UnitOfWork, case_id: UUID, reason: str) -> None:
    """End a case before its letter exists, with a written reason (R8: no case ends without an
    outcome).
    """
    case = access.visible_case(work, case_id, lock=True)
    check_role(work.actor, _cancellers(work, case))
    answers.check(reason, "Tulis alasan pembatalan dengan jelas, paling sedikit sepuluh huruf.")
    if case.closed_at is not None:
        if answers.is_repeated(work, case, CANCELLATION, reason):
            return
        raise task_rights.closed(work, case)
    letter = _valid_letter(work, case.id)
    if letter is not None:
        raise task_rights.issued(work, letter)
    definition = definition_of(work, case.definition_id)
    answers.keep(work, case, CANCELLATION, reason)
    unit_of_work.record_case(work, case.id, "case.cancelled")
    with incidents.blaming("complete", case.id, None):
        run = runner.open_case(definition, case.state, work.clock())
        run.receive_message("pembatalan", {})
        steps.settle(work, case, run)


def _begun_with(work: UnitOfWork, token: str) -> Case | None:
    """The case that this token began. A second request with it waits until the first has
    committed.
    """
    work.session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(token, 0))))
    case = work.session.scalars(select(Case).where(Case.start_token == token)).first()
    if case is not None and case.opened_by != work.actor.user_id:
        raise Conflict()
    return case


def _started(work: UnitOfWork, case: Case) -> Started:
    mine = select(Task.id).where(
        Task.case_id == case.id, Task.assignee_id == work.actor.user_id, Task.status == "open"
    )
    return Started(case.id, work.session.scalars(mine).first())


def _open_tasks(work: UnitOfWork, case: Case) -> list[OpenTaskView]:
    tasks = access.open_of_case(work, case.id)
    names = users.names_of(work, [task.assignee_id for task in tasks])
    return [
        OpenTaskView(
            id=task.id,
            name=task.name,
            role_label=role_label(work, task.role),
            assignee_name=_with_substitute(work, case, task, names),
            since=task.created_at,
            due_at=task.due_at,
            can_open=task_rights.may_work(work, case, task),
        )
        for task in tasks
    ]


def _with_substitute(
    work: UnitOfWork, case: Case, task: Task, names: Mapping[UUID, str]
) -> str | None:
    name = names.get(task.assignee_id) if task.assignee_id else None
    away = duty.of_holder(work, case.unit, task.assignee_id)
    return f"{name} (digantikan {away.substitute})" if name and away else name


def _summary(case: Case, definition: Definition, open_tasks: list[OpenTaskView]) -> str:
    opened = f"{definition.name}, dibuka {moment(case.opened_at)}"
    if case.closed_at is not None:
        return (
            f"{opened}; {_as_part(formatting.outcome(definition, case.outcome))} pada "
            f"{moment(case.closed_at)}."
        )
    if case.status == "stopped":
        return f"{opened}; berhenti karena gangguan dan menunggu diulang."
    if not open_tasks:
        return f"{opened}; sistem sedang mengerjakan langkah berikutnya."
    *before, last = (f"{task.role_label}: {_as_part(task.name)}" for task in open_tasks)
    waits = f"{', '.join(before)}, dan {last}" if before else last
    return f"{opened}; menunggu {waits}{'' if waits.endswith('?') else '.'}"


def _as_part(title: str) -> str:
    """A title inside a sentence: its first letter small, what follows (acronyms) as it is."""
    return title[:1].lower() + title[1:]


def _valid_letter(work: UnitOfWork, case_id: UUID) -> Letter | None:
    return next(
        (letter for letter in letters.of_case(work, case_id) if letter.status == "valid"), None
    )


def _cancel_reason(work: UnitOfWork, case: Case) -> str | None:
    remark = answers.find(work, case, CANCELLATION) if case.closed_at is not None else None
    return answers.opened(work, case, remark) if remark is not None else None


def _cancellers(work: UnitOfWork, case: Case) -> frozenset[str]:
    """Who begins such cases may cancel them, and so may a lead; what somebody asks of others, those
    of his role.
    """
    definition = definition_of(work, case.definition_id)
    tasks = access.of_case(work, case.id)
    asking = frozenset(
        task.role for task in tasks if definition.elements[task.element].role == ASKING_LANE
    )
    return asking or starters(definition) | LEADS


def _can_cancel(work: UnitOfWork, case: Case) -> bool:
    return (
        case.closed_at is None
        and has_role(work.actor, _cancellers(work, case))
        and _valid_letter(work, case.id) is None
    )


REMARK = "pembukaan_kembali"
REASON = related_cases.REOPENED
ENDED_FOR_GOOD = frozenset({"dibatalkan"})
"""A case begun by mistake; there is nothing to take up."""


@dataclass(frozen=True)
class Reopening:
    """What the page of a case says about taking it up again."""

    is_possible: bool
    """The actor may take this one up."""
    reason: str | None
    """Why this one took another up; None for all others."""


def of_case(work: UnitOfWork, case: Case) -> Reopening:
    """For a case that the actor may see."""
    if not definition_of(work, case.definition_id).is_reopenable:
        return Reopening(False, None)
    remark = answers.find(work, case, REMARK)
    reason = answers.opened(work, case, remark) if remark is not None else None
    may = is_lead(work.actor, case.confined_to) and _is_open_to_it(work, case)
    may = may and _going_on(work, case) is None
    return Reopening(may, reason)


def reopen(work: UnitOfWork, case_id: UUID, reason: str) -> UUID:
    """Begin a case that takes this one up; returns it. The same words of the same person again
    answer with the same case.

    What is confined is taken up by its own role, and the new case is confined and walled off in the
    same transaction. The reason is sealed with the new case. Raises `NotFound`, `Forbidden`,
    `InvalidInput`, `Conflict`.
    """
    case = access.visible_case(work, case_id, lock=True)
    check_lead(work.actor, case.confined_to)
    answers.check(reason, "Tulis alasan membuka kembali, paling sedikit sepuluh huruf.")
    if not _is_open_to_it(work, case):
        raise Conflict("Berkas ini tidak dapat dibuka kembali.")
    going_on = _going_on(work, case)
    if going_on is not None:
        if answers.is_repeated(work, going_on, REMARK, reason):
            return going_on.id
        raise Conflict(
            "Berkas ini sudah dibuka kembali dan lanjutannya masih berjalan. Lihat Berkas terkait."
        )
    begins_with: Variables = {} if case.confined_to is None else {_flag(work, case): True}
    opened = related_cases.open_child(work, case, "", case.process_key, REASON, begins_with)
    answers.keep(work, opened.case, REMARK, reason)
    steps.settle(work, opened.case, opened.run)
    return opened.case.id


def _is_open_to_it(work: UnitOfWork, case: Case) -> bool:
    """It came to an outcome, and its process says how it is taken up, also where only one role sees
    it.
    """
    if case.closed_at is None or case.outcome in ENDED_FOR_GOOD:
        return False
    if case.confined_to is None:
        return definition_of(work, case.definition_id).is_reopenable
    return bool(_flag(work, case))


def _flag(work: UnitOfWork, case: Case) -> str:
    """What the new case begins with, under the version that it will run under, so that its first
    step is that role's.
    """
    return definition_of(work, current(work, case.process_key).id).reopens_confined


def _going_on(work: UnitOfWork, case: Case) -> Case | None:
    """The case that takes this one up and has not ended."""
    query = (
        select(Case)
        .join(CaseKinship, CaseKinship.child_id == Case.id)
        .where(
            CaseKinship.parent_id == case.id, CaseKinship.reason == REASON, Case.closed_at.is_(None)
        )
    )
    return work.session.scalars(query).first()


ALLOWED = "rework.allowed"


@dataclass(frozen=True)
class Allowance:
    """A stretch of rework that somebody has let begin."""

    at: datetime
    who: str
    reason: str


@dataclass(frozen=True)
class HeldCase:
    """What whoever leads reads before he lets a case go on."""

    incident_id: UUID
    case_id: UUID
    case_number: str
    sentence: str
    rounds: list[tuple[str, int]]
    """Steps that were done more than once, with how often; the most frequent first."""
    allowed: list[Allowance]
    """Earlier stretches, newest first."""


def look(work: UnitOfWork, incident_id: UUID) -> HeldCase:
    """Why a case is held. Raises `NotFound`, `Forbidden`, and `Conflict` when it goes on
    already.
    """
    incident, case = _held(work, incident_id)
    if incident.resolved_at is not None:
        raise task_rights.mended(work, incident)
    _check_held(work, incident, case)
    query = select(AuditEvent).where(
        AuditEvent.case_id == case.id, AuditEvent.action.in_(("task.completed", ALLOWED))
    )
    events = work.session.scalars(query.order_by(AuditEvent.position.desc())).all()
    done = Counter(str(event.details["name"]) for event in events if event.action != ALLOWED)
    written = answers.words_of(work, case)
    return HeldCase(
        incident.id,
        case.id,
        case.number,
        incident.sentence,
        [(name, times) for name, times in done.most_common() if times > 1],
        [
            Allowance(event.at, event.actor_name, written.get(str(event.details["remark"]), ""))
            for event in events
            if event.action == ALLOWED
        ],
    )


def let_on(work: UnitOfWork, incident_id: UUID, reason: str) -> UUID:
    """Begin another stretch of rework for the case of this incident; returns the case. A second
    press changes nothing.

    A step of the system that stopped there is tried again. Raises `NotFound`, `Forbidden`,
    `InvalidInput`, `Conflict`.
    """
    incident, case = _held(work, incident_id, lock=True)
    answers.check(
        reason, "Tulis mengapa berkas ini boleh berjalan lagi, paling sedikit sepuluh huruf."
    )
    if incident.resolved_at is not None:
        if incident.resolved_by == work.actor.user_id:
            return case.id
        raise task_rights.mended(work, incident)
    _check_held(work, incident, case)
    definition = definition_of(work, case.definition_id)
    held = runner.held_in(definition, case.state)
    run = runner.open_case(definition, case.state, work.clock())
    run.let_on()
    remark = f"putaran:{uuid4()}"
    answers.keep(work, case, remark, reason)
    unit_of_work.record_case(work, case.id, ALLOWED, incident.element, remark=remark)
    waiting = {task.id for task in access.open_of_case(work, case.id) if task.element in held}
    incidents.close_of_tasks(work, case, waiting)
    steps.settle(work, case, run)
    if incident.task_id not in waiting:
        incidents.retry(work, incident.id)
    return case.id


def _check_held(work: UnitOfWork, incident: Incident, case: Case) -> None:
    """A step that failed for another reason beside a held one waits for no permission: it is tried
    again.
    """
    if not incidents.is_held(work, incident, case):
        raise TaskNotReady(
            "Kesalahan ini tidak menunggu izin. Buka berkasnya dan coba lagi langkah yang gagal."
        )


def _held(work: UnitOfWork, incident_id: UUID, *, lock: bool = False) -> tuple[Incident, Case]:
    found = work.session.get(Incident, incident_id)
    if found is None:
        raise NotFound()
    case = access.visible_case(work, found.case_id, lock=lock)
    check_lead(work.actor, case.confined_to)
    work.session.refresh(found)
    return found, case
