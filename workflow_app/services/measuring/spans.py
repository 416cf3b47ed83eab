"""How long a service takes: of each process the clock that the SOP judges it by, over a period. Spans of services, never of people.

The clock of a process is the first in its diagram that has a target, else the first. Cases that were cancelled rendered no service
and are left out; what the reader may not see is not counted.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

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

from workflow_app.engine import clock_edges
from workflow_app.models.case import Case, CaseClock
from workflow_app.services.case_file import access
from workflow_app.services.ground.unit_of_work import UnitOfWork
from workflow_app.services.measuring import standings
from workflow_app.services.office import configuration, readable
from workflow_app.services.sop import processes

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
    for definition in processes.current_definitions(work):
        names = clock_edges.started(definition.elements, definition.key)
        aims = {name: configuration.value(work, f"target.{name}") for name in names}
        chosen = next((name for name in names if aims[name] is not None), next(iter(names), None))
        if chosen is not None:
            edge = clock_edges.chosen(
                definition.elements,
                chosen,
                clock_edges.START,
                configuration.value(work, f"tepi_jam.{chosen}"),
            )
            label = readable.clock(definition, chosen, edge)
            found.append(
                ServiceClock(definition.key, definition.name, chosen, label, readable.target(aims[chosen]))
            )
    return sorted(found, key=lambda clock: clock.process_name)


def since(work: UnitOfWork, days: int) -> datetime:
    """Begin of a period of so many days that ends today."""
    return standings.day_of(work.clock() - timedelta(days=days - 1))[0]


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
        found.append(Span(clock, n, late, median if n >= fewest else None, p90 if n >= 2 * fewest else None))
    return found


def _ended(work: UnitOfWork, days: int) -> ColumnElement[bool]:
    """Rounds of whatever clock that ended in the period, of cases the reader may see that rendered a service."""
    return and_(CaseClock.stopped_at >= since(work, days), Case.status != "cancelled", access.sees_case(work))


def _of_services(known: Iterable[ServiceClock]) -> ColumnElement[bool]:
    pairs = {(one.process_key, one.name) for one in known}
    of_service = [and_(Case.process_key == key, CaseClock.name == name) for key, name in sorted(pairs)]
    return and_(or_(false(), *of_service), CaseClock.name.in_({name for _, name in pairs}))
