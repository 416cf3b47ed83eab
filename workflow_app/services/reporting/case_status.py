"""The status of many cases for those who oversee them: running clocks, open steps, and waiting
approvals. People's names are left out.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache, partial
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Subquery,
    Uuid,
    and_,
    any_,
    func,
    literal,
    or_,
    select,
    tuple_,
)
from sqlalchemy.orm import load_only

from workflow_app.domain import WITA
from workflow_app.models import Case, CaseClock, Task
from workflow_app.services.calendars import calendars
from workflow_app.services.cases import access, stages
from workflow_app.services.core import formatting
from workflow_app.services.core.unit_of_work import UnitOfWork
from workflow_app.services.office_settings.configuration import role_label
from workflow_app.services.office_settings.working_days import Calendar
from workflow_app.services.processes import definitions
from workflow_app.services.processes.definitions import definition_of

NEVER = datetime(9999, 1, 1, tzinfo=UTC)
"""The limit of a case without one, so that it comes last and lists can be paged beyond it."""


@dataclass(frozen=True)
class RunningClock:
    """A clock that has not stopped."""

    label: str
    started_at: datetime
    due_at: datetime | None
    unsure_year: int | None
    """A year before its end whose holidays are not confirmed, so that the end may move."""


@dataclass(frozen=True)
class Standing:
    """The status of one case, without personal data."""

    case_id: UUID
    number: str
    process_key: str
    process_name: str
    opened_at: datetime
    closed_at: datetime | None
    is_stopped: bool
    """True if an incident waits for a person."""
    outcome: str
    """The outcome in words; empty while the case runs."""
    clocks: list[RunningClock]
    """Running clocks, the earliest limit first."""
    waits_for: list[str]
    """Open steps, each with its role."""


def limits() -> Subquery:
    """Return the earliest limit among the running clocks per case that has one."""
    return (
        select(CaseClock.case_id, func.min(CaseClock.due_at).label("due_at"))
        .where(CaseClock.stopped_at.is_(None), CaseClock.due_at.is_not(None))
        .group_by(CaseClock.case_id)
        .subquery("limits")
    )


def urgency(limit: Subquery) -> ColumnElement[datetime]:
    """Return the sort key of cases: longest past its limit, then earliest limit, then no limit."""
    return func.coalesce(limit.c.due_at, NEVER)


def breached(begins: datetime, ends: datetime) -> ColumnElement[bool]:
    """Return the condition that a clock passed its limit in this period while it ran."""
    return and_(
        CaseClock.due_at >= begins,
        CaseClock.due_at < ends,
        or_(CaseClock.stopped_at.is_(None), CaseClock.stopped_at > CaseClock.due_at),
    )


def day_of(instant: datetime) -> tuple[datetime, datetime]:
    """Return begin and end of the local day (WITA) of an instant."""
    begins = instant.astimezone(WITA).replace(hour=0, minute=0, second=0, microsecond=0)
    return begins.astimezone(UTC), (begins + timedelta(days=1)).astimezone(UTC)


def of_cases(work: UnitOfWork, case_ids: Sequence[UUID]) -> list[Standing]:
    """Return the status of these cases in this order. The caller has checked access. The number of
    queries does not depend on the number of cases.
    """
    if not case_ids:
        return []
    wanted = any_(literal([*case_ids], ARRAY(Uuid)))
    columns = (Case.number, Case.process_key, Case.definition_id, Case.status, Case.outcome)
    times = (Case.opened_at, Case.closed_at)
    query = select(Case).options(load_only(*columns, *times)).where(Case.id == wanted)
    cases = {case.id: case for case in work.session.scalars(query)}
    running = (
        select(
            CaseClock.case_id,
            CaseClock.name,
            CaseClock.started_at,
            CaseClock.due_at,
            CaseClock.calendar,
            CaseClock.calendar_valid_from,
        )
        .where(CaseClock.case_id == wanted, CaseClock.stopped_at.is_(None))
        .order_by(CaseClock.due_at.nulls_last(), CaseClock.started_at)
    )
    open_tasks = (
        select(Task.case_id, Task.name, Task.role)
        .where(Task.case_id == wanted, Task.status == "open")
        .order_by(Task.created_at, Task.id)
    )
    clocks, waiting = (_by_case(work.session.execute(each)) for each in (running, open_tasks))
    words = Words(work)
    return [
        _standing(words, cases[one], clocks.get(one, ()), waiting.get(one, ()))
        for one in case_ids
        if one in cases
    ]


class Words:
    """Cached names of clocks and roles, and calendars, because most cases share them."""

    def __init__(self, work: UnitOfWork) -> None:
        self.work = work
        self.role = cache(partial(role_label, work))
        self._clock = cache(self._read_clock)
        self._calendar = cache(self._read_calendar)

    def clock(self, case: Case, name: str) -> str:
        """Return the name of a case's clock, at the edge chosen for it."""
        return self._clock(case.definition_id, name, stages.chosen(self.work, case, name))

    def unsure_year(self, row: Any) -> int | None:
        """Return the year before a clock's end whose holidays were not confirmed when it was
        counted.
        """
        if not (row.calendar and row.calendar_valid_from and row.due_at):
            return None
        own = self._calendar(row.calendar, row.calendar_valid_from)
        return calendars.first_unsure(own, row.started_at, row.due_at)

    def _read_calendar(self, name: str, valid_from: datetime) -> Calendar:
        return calendars.version_of(self.work, name, valid_from).calendar

    def _read_clock(self, definition_id: UUID, name: str, edge: str) -> str:
        return formatting.clock(definition_of(self.work, definition_id), name, edge)


def _by_case(rows: Iterable[Any]) -> dict[UUID, list[Any]]:
    found: dict[UUID, list[Any]] = {}
    for row in rows:
        found.setdefault(row.case_id, []).append(row)
    return found


def _standing(words: Words, case: Case, clocks: Iterable[Any], waiting: Iterable[Any]) -> Standing:
    definition = definition_of(words.work, case.definition_id)
    return Standing(
        case_id=case.id,
        number=case.number,
        process_key=case.process_key,
        process_name=definition.name,
        opened_at=case.opened_at,
        closed_at=case.closed_at,
        is_stopped=case.status == "stopped",
        outcome=formatting.outcome(definition, case.outcome) if case.closed_at else "",
        clocks=[
            RunningClock(
                words.clock(case, row.name),
                row.started_at,
                row.due_at,
                words.unsure_year(row),
            )
            for row in clocks
        ],
        waits_for=list(dict.fromkeys(f"{task.name} ({words.role(task.role)})" for task in waiting)),
    )


@dataclass(frozen=True)
class Approval:
    """A task at which one person decides on the work of another."""

    task_id: UUID
    case_id: UUID
    number: str
    step: str
    process_key: str
    role_label: str
    since: datetime
    due_at: datetime | None


def is_approval(work: UnitOfWork, in_use: Collection[UUID]) -> ColumnElement[bool]:
    """Return the condition for an open task of a running case, joined to it, whose step is under
    four eyes in the version of the case (one of `in_use`).
    """
    steps = [
        (definition_id, element.id)
        for definition_id in in_use
        for element in definitions.definition_of(work, definition_id).elements.values()
        if "fourEyes" in element.properties
    ]
    return and_(
        Task.status == "open",
        Task.unit == work.actor.unit,
        Task.element.in_({step for _, step in steps}),
        Case.closed_at.is_(None),
        tuple_(Case.definition_id, Task.element).in_(steps),
    )


def in_use(work: UnitOfWork) -> list[UUID]:
    """Return the versions under which cases run, not only the newest ones."""
    query = select(Case.definition_id).where(Case.closed_at.is_(None), Case.unit == work.actor.unit)
    return sorted(work.session.scalars(query.distinct()))


def oldest(work: UnitOfWork, in_use: Collection[UUID], most: int) -> tuple[list[Approval], int]:
    """Return the approvals that wait longest, and the number of all."""
    query = (
        select(
            Task.id,
            Task.case_id,
            Task.name,
            Task.role,
            Task.created_at,
            Task.due_at,
            Case.number,
            Case.process_key,
            func.count().over().label("all"),
        )
        .join(Case, Case.id == Task.case_id)
        .where(is_approval(work, in_use), access.sees_of_many(work))
        .order_by(Task.created_at, Task.id)
        .limit(most)
    )
    rows = work.session.execute(query).all()
    found = [
        Approval(
            task_id=row.id,
            case_id=row.case_id,
            number=row.number,
            step=row.name,
            process_key=row.process_key,
            role_label=role_label(work, row.role),
            since=row.created_at,
            due_at=row.due_at,
        )
        for row in rows
    ]
    return found, rows[0].all if rows else 0
