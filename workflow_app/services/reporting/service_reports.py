"""The services of a month in figures, for who plans operations and budgets (R75, R76) and for who
leads: the same for all readers.

Cases that are kept from anybody (R79) are in no figure, so that no two readers can learn from each
other's. Nothing is about a person: work is counted by role.

How long a service takes: of each process the clock that the SOP judges it by, over a period. Spans
of services, never of people.

The clock of a process is the first in its diagram that has a target, else the first. Cases that
were cancelled rendered no service and are left out; what the reader may not see is not counted.
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
from workflow_app.permissions import REPORT_READERS, ROLES, check_role
from workflow_app.services.cases import access
from workflow_app.services.core import formatting
from workflow_app.services.core.unit_of_work import UnitOfWork
from workflow_app.services.office_settings import configuration
from workflow_app.services.office_settings.configuration import role_label
from workflow_app.services.processes import definitions
from workflow_app.services.reporting import case_status

PERIODS = (7, 30, 90)
"""Days that can be chosen, today among them."""
USUAL = 30


@dataclass(frozen=True)
class ServiceClock:
    """The clock by which a process is judged."""

    process_key: str
    process_name: str
    name: str
    label: str
    target: str
    """In words, as it holds now; empty when it is only measured."""


@dataclass(frozen=True)
class Span:
    """How long it took in the period."""

    clock: ServiceClock
    n: int
    late: int
    """Of these, over the limit that each of them had."""
    median: timedelta | None
    """None where so few would tell of single cases."""
    p90: timedelta | None
    """The same, for twice as many."""


def clocks(work: UnitOfWork) -> list[ServiceClock]:
    """The clock of every process that has one, by the names of the processes."""
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
    """Begin of a period of so many days that ends today."""
    return case_status.day_of(work.clock() - timedelta(days=days - 1))[0]


def measured(work: UnitOfWork, known: Iterable[ServiceClock], days: int) -> ColumnElement[bool]:
    """The rounds of these clocks that ended in the period, of cases the reader may see."""
    return and_(_of_services(known), _ended(work, days))


def over(work: UnitOfWork, days: int) -> list[Span]:
    """Median, p90 and n of every process in one question."""
    known = clocks(work)
    return told(work, known, _ended(work, days))


def told(work: UnitOfWork, known: list[ServiceClock], which: ColumnElement[bool]) -> list[Span]:
    """The same over those of the rounds of these clocks that are meant."""
    if not known:
        return []
    fewest = int(configuration.value(work, "publikasi.ambang"))
    took = CaseClock.stopped_at - CaseClock.started_at
    # Both at once: sorted once.
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
    """Rounds of whatever clock that ended in the period, of cases the reader may see that rendered
    a service.
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
    """At the end of the month, or now."""
    breached: int
    """Cases of which a clock passed its limit in the month."""
    span: Span | None
    """Of the clock by which the service is judged."""


@dataclass(frozen=True)
class Work:
    """What one role has done."""

    role: str
    label: str
    steps: int


@dataclass(frozen=True)
class Report:
    """All of a month."""

    first: date
    """Its first day."""
    until: datetime
    """Its end, or now."""
    is_over: bool
    lines: list[Line]
    work: list[Work]


def of_month(work: UnitOfWork, first: date) -> Report:
    """The report of the month that begins on this day."""
    check_role(work.actor, REPORT_READERS)
    begins, ends = _midnight(first), _midnight(following(first))
    until = min(ends, work.clock())
    return Report(
        first, until, ends <= work.clock(), _lines(work, begins, ends), _work(work, begins, ends)
    )


def months(work: UnitOfWork, most: int) -> list[date]:
    """The first days of the months that have figures, the newest first: from the first case on,
    `most` at most.
    """
    oldest = work.session.scalar(
        select(func.min(Case.opened_at)).where(access.kept_from_nobody(work))
    )
    month = work.clock().astimezone(WITA).date().replace(day=1)
    found = [month]
    while len(found) < most and oldest is not None and _midnight(found[-1]) > oldest:
        found.append((found[-1] - timedelta(days=1)).replace(day=1))
    return found


def following(first: date) -> date:
    """The first day of the month after."""
    return (first + timedelta(days=31)).replace(day=1)


def rows(report: Report) -> Iterator[tuple[str, ...]]:
    """The report as lines of a table. Spans are minutes; empty where so few would tell of single
    cases.
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
