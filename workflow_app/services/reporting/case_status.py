"""Where cases stand for who watches over many: their running clocks, and for what they wait. No
names of people.

Decisions that one person waits for from another: open tasks at which somebody judges what others
have done.
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
"""Stands for the limit of a case that has none, so that it comes last and a list can go on behind
it.
"""


@dataclass(frozen=True)
class RunningClock:
    """A clock that has not stopped."""

    label: str
    started_at: datetime
    due_at: datetime | None
    unsure_year: int | None
    """A year on its way whose holidays nobody has confirmed, so that its end may move."""


@dataclass(frozen=True)
class Standing:
    """One case as it stands; nothing personal."""

    case_id: UUID
    number: str
    process_key: str
    process_name: str
    opened_at: datetime
    closed_at: datetime | None
    is_stopped: bool
    """An incident waits for a person."""
    outcome: str
    """How it ended, in words; empty while it runs."""
    clocks: list[RunningClock]
    """The one that is over first comes first."""
    waits_for: list[str]
    """Steps that are open, with the role whose turn it is."""


def limits() -> Subquery:
    """The first limit among the running clocks of each case that has one."""
    return (
        select(CaseClock.case_id, func.min(CaseClock.due_at).label("due_at"))
        .where(CaseClock.stopped_at.is_(None), CaseClock.due_at.is_not(None))
        .group_by(CaseClock.case_id)
        .subquery("limits")
    )


def urgency(limit: Subquery) -> ColumnElement[datetime]:
    """What cases are ordered by: what is over its limit longest, then what is over next, then what
    has no limit.
    """
    return func.coalesce(limit.c.due_at, NEVER)


def breached(begins: datetime, ends: datetime) -> ColumnElement[bool]:
    """The limit of a clock passed in this time while it ran, whether it has stopped since or
    not.
    """
    return and_(
        CaseClock.due_at >= begins,
        CaseClock.due_at < ends,
        or_(CaseClock.stopped_at.is_(None), CaseClock.stopped_at > CaseClock.due_at),
    )


def day_of(instant: datetime) -> tuple[datetime, datetime]:
    """Begin and end of the local day (WITA) of an instant."""
    begins = instant.astimezone(WITA).replace(hour=0, minute=0, second=0, microsecond=0)
    return begins.astimezone(UTC), (begins + timedelta(days=1)).astimezone(UTC)


def of_cases(work: UnitOfWork, case_ids: Sequence[UUID]) -> list[Standing]:
    """These cases in this order. The caller has asked who may see them; as many questions for one
    as for fifty.
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
    """How clocks and roles are called: of many cases most are called the same, so each is looked up
    once, and so is each calendar.
    """

    def __init__(self, work: UnitOfWork) -> None:
        self.work = work
        self.role = cache(partial(role_label, work))
        self._clock = cache(self._read_clock)
        self._calendar = cache(self._read_calendar)

    def clock(self, case: Case, name: str) -> str:
        """A clock of a case, at the edge that counts in it."""
        return self._clock(case.definition_id, name, stages.chosen(self.work, case, name))

    def unsure_year(self, row: Any) -> int | None:
        """The year on the way of a clock whose holidays were not confirmed when it was counted."""
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
    """One such decision."""

    task_id: UUID
    case_id: UUID
    number: str
    step: str
    process_key: str
    role_label: str
    since: datetime
    due_at: datetime | None


def is_approval(work: UnitOfWork, in_use: Collection[UUID]) -> ColumnElement[bool]:
    """An open task of a running case, joined to it, whose step is held under four eyes by the
    version (of those `in_use`) under which the case runs.
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
    """The versions under which cases run, not only the newest ones."""
    query = select(Case.definition_id).where(Case.closed_at.is_(None), Case.unit == work.actor.unit)
    return sorted(work.session.scalars(query.distinct()))


def oldest(work: UnitOfWork, in_use: Collection[UUID], most: int) -> tuple[list[Approval], int]:
    """Those that wait longest, and how many there are."""
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
