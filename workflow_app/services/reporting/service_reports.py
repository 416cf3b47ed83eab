"""Service times, and the monthly service report (R75, R76).

The service time of a process is measured by the first clock in its diagram that has a target, else
the first clock; cancelled cases and those the reader may not see are left out. The monthly report
is the same for all readers: confined and walled-off cases (R79) are in no figure, so that readers
cannot learn from each other's. Nothing is about a person; work is counted by role.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Float,
    Interval,
    and_,
    false,
    func,
    literal,
    or_,
    select,
    type_coerce,
)

from workflow_app.domain import WITA
from workflow_app.engine import clocks as engine_clocks
from workflow_app.models import Case, CaseClock, Task
from workflow_app.permissions import ROLES, Act, check_act
from workflow_app.services.cases import access
from workflow_app.services.core import formatting
from workflow_app.services.core.unit_of_work import UnitOfWork
from workflow_app.services.office_settings import configuration
from workflow_app.services.office_settings.configuration import role_label
from workflow_app.services.processes import definitions
from workflow_app.services.reporting import case_status

PERIODS = (7, 30, 90)
"""Periods in days that can be chosen, including today."""
USUAL = 30


@dataclass(frozen=True)
class ServiceClock:
    """The clock by which a process is judged."""

    process_key: str
    process_name: str
    name: str
    label: str
    target: str
    """The present target in words; empty when the clock is only measured."""


@dataclass(frozen=True)
class Span:
    """Service times in the period."""

    clock: ServiceClock
    n: int
    late: int
    """Number of cases beyond the limit that each of them had."""
    median: timedelta | None
    """None for so few cases that it would reveal single ones."""
    p90: timedelta | None
    """The same, for twice as many cases."""


def clocks(work: UnitOfWork) -> list[ServiceClock]:
    """Return the service clock of every process that has one, by process name."""
    found = []
    for definition in definitions.current_definitions(work):
        names = engine_clocks.started(definition.elements, definition.key)
        aims = {name: configuration.value(work, f"target.{name}") for name in names}
        chosen = next((name for name in names if aims[name] is not None), next(iter(names), None))
        if chosen is not None:
            edge = engine_clocks.chosen(
                definition.elements,
                chosen,
                engine_clocks.START,
                configuration.value(work, f"tepi_jam.{chosen}"),
            )
            label = formatting.clock(definition, chosen, edge)
            found.append(
                ServiceClock(
                    definition.key, definition.name, chosen, label, formatting.target(aims[chosen])
                )
            )
    return sorted(found, key=lambda clock: clock.process_name)


def since(work: UnitOfWork, days: int) -> datetime:
    """Return the begin of a period of `days` that ends today."""
    return case_status.day_of(work.clock() - timedelta(days=days - 1))[0]


def measured(work: UnitOfWork, known: Iterable[ServiceClock], days: int) -> ColumnElement[bool]:
    """Return the condition for rounds of these clocks that ended in the period, of cases that the
    reader may see.
    """
    return and_(_of_services(known), _ended(work, days))


def over(work: UnitOfWork, days: int) -> list[Span]:
    """Return median, p90 and count of every process in one query."""
    known = clocks(work)
    return told(work, known, _ended(work, days))


def told(work: UnitOfWork, known: list[ServiceClock], which: ColumnElement[bool]) -> list[Span]:
    """Return the same over the rounds of these clocks that fulfil a condition."""
    if not known:
        return []
    fewest = int(configuration.value(work, "publikasi.ambang"))
    took = CaseClock.stopped_at - CaseClock.started_at
    # Both shares in one call, so that the database sorts once.
    shares = func.percentile_cont(literal([0.5, 0.9], ARRAY(Float))).within_group(took)
    query = (
        select(
            Case.process_key,
            func.count(),
            func.count().filter(CaseClock.stopped_at > CaseClock.due_at),
            type_coerce(shares, ARRAY(Interval)),
        )
        .join(Case, Case.id == CaseClock.case_id)
        .where(_of_services(known), which)
        .group_by(Case.process_key)
    )
    rows: dict[str, tuple[int, int, timedelta | None, timedelta | None]] = {
        key: (n, late, median, p90) for key, n, late, (median, p90) in work.session.execute(query)
    }
    found = []
    for clock in known:
        n, late, median, p90 = rows.get(clock.process_key, (0, 0, None, None))
        found.append(
            Span(clock, n, late, median if n >= fewest else None, p90 if n >= 2 * fewest else None)
        )
    return found


def _ended(work: UnitOfWork, days: int) -> ColumnElement[bool]:
    """Return the condition for rounds of any clock that ended in the period, of visible cases that
    were not cancelled.
    """
    return and_(
        CaseClock.stopped_at >= since(work, days),
        Case.status != "cancelled",
        access.sees_case(work),
    )


def _of_services(known: Iterable[ServiceClock]) -> ColumnElement[bool]:
    pairs = {(one.process_key, one.name) for one in known}
    of_service = [
        and_(Case.process_key == key, CaseClock.name == name) for key, name in sorted(pairs)
    ]
    return and_(or_(false(), *of_service), CaseClock.name.in_({name for _, name in pairs}))


@dataclass(frozen=True)
class Line:
    """One service in the month."""

    key: str
    name: str
    received: int
    finished: int
    cancelled: int
    running: int
    """Number of cases at the end of the month, or now."""
    breached: int
    """Number of cases of which a clock passed its limit in the month."""
    span: Span | None
    """Service times by the clock of the service."""


@dataclass(frozen=True)
class Work:
    """The number of steps that one role has done."""

    role: str
    label: str
    steps: int


@dataclass(frozen=True)
class Report:
    """The report of a month."""

    first: date
    """First day of the month."""
    until: datetime
    """End of the month, or now."""
    is_over: bool
    lines: list[Line]
    work: list[Work]


def of_month(work: UnitOfWork, first: date) -> Report:
    """Return the report of the month that begins on this day."""
    check_act(work.actor, Act.READ_SERVICE_REPORTS)
    begins, ends = _midnight(first), _midnight(following(first))
    until = min(ends, work.clock())
    return Report(
        first, until, ends <= work.clock(), _lines(work, begins, ends), _work(work, begins, ends)
    )


def months(work: UnitOfWork, most: int) -> list[date]:
    """Return the first days of at most `most` months with figures, newest first."""
    oldest = work.session.scalar(
        select(func.min(Case.opened_at)).where(access.kept_from_nobody(work))
    )
    month = work.clock().astimezone(WITA).date().replace(day=1)
    found = [month]
    while len(found) < most and oldest is not None and _midnight(found[-1]) > oldest:
        found.append((found[-1] - timedelta(days=1)).replace(day=1))
    return found


def following(first: date) -> date:
    """Return the first day of the next month."""
    return (first + timedelta(days=31)).replace(day=1)


def rows(report: Report) -> Iterator[tuple[str, ...]]:
    """Yield the report as table rows. Service times are minutes; empty where so few cases would
    reveal single ones.
    """
    yield "bulan", "bagian", "kunci", "nama", "hal", "nilai"
    month = f"{report.first:%Y-%m}"
    for line in report.lines:
        about = (month, "layanan", line.key, line.name)
        yield (*about, "diterima", str(line.received))
        yield (*about, "selesai", str(line.finished))
        yield (*about, "dibatalkan", str(line.cancelled))
        yield (*about, "masih_berjalan", str(line.running))
        yield (*about, "melewati_batas", str(line.breached))
        if line.span is not None:
            yield (*about, "dihitung", str(line.span.n))
            yield (*about, "terlambat", str(line.span.late))
            yield (*about, "median_menit", _minutes(line.span.median))
            yield (*about, "p90_menit", _minutes(line.span.p90))
    for one in report.work:
        yield month, "beban", one.role, one.label, "langkah_selesai", str(one.steps)


def _lines(work: UnitOfWork, begins: datetime, ends: datetime) -> list[Line]:
    ended = and_(Case.closed_at >= begins, Case.closed_at < ends)
    counts = select(
        Case.process_key,
        func.count().filter(Case.opened_at >= begins),
        func.count().filter(ended, Case.status == "done"),
        func.count().filter(ended, Case.status == "cancelled"),
        func.count().filter(or_(Case.closed_at.is_(None), Case.closed_at >= ends)),
    ).where(
        access.kept_from_nobody(work),
        Case.opened_at < ends,
        or_(Case.closed_at.is_(None), Case.closed_at >= begins),
    )
    counted = {row[0]: row for row in work.session.execute(counts.group_by(Case.process_key))}
    late = (
        select(Case.process_key, func.count(CaseClock.case_id.distinct()))
        .join(Case, Case.id == CaseClock.case_id)
        .where(access.kept_from_nobody(work), case_status.breached(begins, min(ends, work.clock())))
        .group_by(Case.process_key)
    )
    breached = dict(work.session.execute(late).all())
    measured = told(work, clocks(work), _measured(work, begins, ends))
    judged = {span.clock.process_key: span for span in measured}
    return [
        Line(view.key, view.name, *counts_of[1:], breached.get(view.key, 0), judged.get(view.key))
        for view in definitions.list_current(work)
        if (counts_of := counted.get(view.key)) is not None
    ]


def _measured(work: UnitOfWork, begins: datetime, ends: datetime) -> ColumnElement[bool]:
    return and_(
        CaseClock.stopped_at >= begins,
        CaseClock.stopped_at < ends,
        Case.status != "cancelled",
        access.kept_from_nobody(work),
    )


def _work(work: UnitOfWork, begins: datetime, ends: datetime) -> list[Work]:
    query = (
        select(Task.role, func.count())
        .join(Case, Case.id == Task.case_id)
        .where(
            Task.status == "done",
            Task.done_at >= begins,
            Task.done_at < ends,
            access.kept_from_nobody(work),
        )
        .group_by(Task.role)
    )
    steps = dict(work.session.execute(query).all())
    return [Work(role, role_label(work, role), steps[role]) for role in ROLES if role in steps]


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), WITA)


def _minutes(span: timedelta | None) -> str:
    return "" if span is None else f"{span / timedelta(minutes=1):.1f}"
