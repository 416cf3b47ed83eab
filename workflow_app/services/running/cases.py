"""Cases: starting, looking at, cancelling."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select

from workflow_app.engine import runner
from workflow_app.engine.definitions import Definition
from workflow_app.engine.element import ASKING_LANE
from workflow_app.errors import Conflict
from workflow_app.models.case import Case
from workflow_app.models.letter import Letter
from workflow_app.models.task import Task
from workflow_app.permissions import BEGINNERS, CONFINED_DISPOSERS, LEADS, check_role, has_role
from workflow_app.services.accounts import own_account, people
from workflow_app.services.case_file import (
    access,
    case_tasks,
    clocks,
    incidents,
    openings,
    precedence,
    remarks,
    task_rights,
)
from workflow_app.services.case_file.clocks import ClockView
from workflow_app.services.case_file.incidents import IncidentView
from workflow_app.services.correspondence import letters
from workflow_app.services.days import substitutions
from workflow_app.services.ground import audit
from workflow_app.services.ground.unit_of_work import UnitOfWork
from workflow_app.services.office import readable
from workflow_app.services.office.configuration import role_label
from workflow_app.services.office.readable import moment
from workflow_app.services.running import steps
from workflow_app.services.sop.processes import (
    beginner,
    check_startable,
    definition_of,
    starters,
    version_of,
)
from workflow_app.types import Variables

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
    work: UnitOfWork, process_key: str, token: str | None = None, begins_with: Variables | None = None
) -> Started:
    """Begin a case under the current version of a process. The same `token` again answers with the case it began.

    `begins_with` are control variables that differ from those the process begins with by itself; no page sets them.
    """
    check_role(work.actor, BEGINNERS | CONFINED_DISPOSERS)
    begun = _begun_with(work, token) if token else None
    if begun is not None:
        return _started(work, begun)
    own_account.check(work)
    check_startable(work, process_key)
    begins_with = {**(begins_with or {}), **beginner(work, process_key)}
    opened = openings.open_case(
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
        opened_by=people.name_of(work, case.opened_by),
        summary=_summary(case, definition, open_tasks),
        open_tasks=open_tasks,
        clocks=clocks.of_case(work, case),
        incidents=incidents.of_case(work, case.id),
        can_cancel=_can_cancel(work, case),
        cancel_reason=_cancel_reason(work, case),
    )


def cancel(work: UnitOfWork, case_id: UUID, reason: str) -> None:
    """End a case before its letter exists, with a written reason (R8: no case ends without an outcome)."""
    case = access.visible_case(work, case_id, lock=True)
    check_role(work.actor, _cancellers(work, case))
    remarks.check(reason, "Tulis alasan pembatalan dengan jelas, paling sedikit sepuluh huruf.")
    if case.closed_at is not None:
        if remarks.is_repeated(work, case, CANCELLATION, reason):
            return
        raise precedence.closed(work, case)
    letter = _valid_letter(work, case.id)
    if letter is not None:
        raise precedence.issued(work, letter)
    definition = definition_of(work, case.definition_id)
    remarks.keep(work, case, CANCELLATION, reason)
    audit.record_case(work, case.id, "case.cancelled")
    with incidents.blaming("complete", case.id, None):
        run = runner.open_case(definition, case.state, work.clock())
        run.receive_message("pembatalan", {})
        steps.settle(work, case, run)


def _begun_with(work: UnitOfWork, token: str) -> Case | None:
    """The case that this token began. A second request with it waits until the first has committed."""
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
    tasks = case_tasks.open_of_case(work, case.id)
    names = people.names_of(work, [task.assignee_id for task in tasks])
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


def _with_substitute(work: UnitOfWork, case: Case, task: Task, names: Mapping[UUID, str]) -> str | None:
    name = names.get(task.assignee_id) if task.assignee_id else None
    away = substitutions.of_holder(work, case.unit, task.assignee_id)
    return f"{name} (digantikan {away.substitute})" if name and away else name


def _summary(case: Case, definition: Definition, open_tasks: list[OpenTaskView]) -> str:
    opened = f"{definition.name}, dibuka {moment(case.opened_at)}"
    if case.closed_at is not None:
        return (
            f"{opened}; {_as_part(readable.outcome(definition, case.outcome))} pada {moment(case.closed_at)}."
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
    return next((letter for letter in letters.of_case(work, case_id) if letter.status == "valid"), None)


def _cancel_reason(work: UnitOfWork, case: Case) -> str | None:
    remark = remarks.find(work, case, CANCELLATION) if case.closed_at is not None else None
    return remarks.opened(work, case, remark) if remark is not None else None


def _cancellers(work: UnitOfWork, case: Case) -> frozenset[str]:
    """Who begins such cases may cancel them, and so may a lead; what somebody asks of others, those of his role."""
    definition = definition_of(work, case.definition_id)
    tasks = case_tasks.of_case(work, case.id)
    asking = frozenset(task.role for task in tasks if definition.elements[task.element].role == ASKING_LANE)
    return asking or starters(definition) | LEADS


def _can_cancel(work: UnitOfWork, case: Case) -> bool:
    return (
        case.closed_at is None
        and has_role(work.actor, _cancellers(work, case))
        and _valid_letter(work, case.id) is None
    )
