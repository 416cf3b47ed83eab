"""From which event the clocks of a case count and at which they stop, as the office has chosen when the case was opened; and when
the other events were that it might have chosen, so that both readings of the SOP are measured (pitfall 6).
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from workflow_app.engine import clock_edges
from workflow_app.engine.clock_edges import START, STOP
from workflow_app.engine.element import Element
from workflow_app.models.case import Case, CaseClock, ClockEdge
from workflow_app.services.ground import rows
from workflow_app.services.ground.unit_of_work import UnitOfWork
from workflow_app.services.office import configuration, readable
from workflow_app.services.sop.processes import definition_of

SHORTEST = timedelta(minutes=1)
"""Readings that differ by less are one."""
_INSERTION = insert(rows.table_of(ClockEdge))
_KEY = ["case_id", "clock", "operation", "edge"]
_FIRST = _INSERTION.on_conflict_do_nothing(index_elements=_KEY)
_LAST = _INSERTION.on_conflict_do_update(index_elements=_KEY, set_={"at": _INSERTION.excluded.at})
Passed = Mapping[tuple[str, str], datetime]
"""Operation and edge to when it was."""


@dataclass(frozen=True)
class Reading:
    """How long it took by another reading than the one that counts."""

    label: str
    span: timedelta


def passed(
    work: UnitOfWork, case: Case, element: Element, clocks: Collection[str], told: datetime | None
) -> dict[str, datetime | None]:
    """A service task that starts or stops these clocks is reached: the clocks on which it acts, and the time that counts.

    Whether it acts or not, its edges are kept as they were passed first; of a clock that is measured anew in each round, last.
    """
    acting: dict[str, datetime | None] = {}
    now = work.clock()
    for clock in clocks:
        edge = _counted(work, case, element, clock)
        if edge is not None:
            acting[clock] = now if clock_edges.is_recorded(element, edge) else told
    reached = [
        {
            "case_id": case.id,
            "clock": clock,
            "operation": element.operation,
            "edge": edge,
            "at": now if clock_edges.is_recorded(element, edge) else min(told or now, now),
        }
        for clock in clocks
        if len(clock_edges.offered(_elements(work, case), clock, element.operation or "")) > 1
        for edge in clock_edges.named(element)
    ]
    if reached:
        kept = _LAST if element.is_timed_per_round else _FIRST
        work.session.execute(kept, rows.one_or_many(reached))
    return acting


def chosen(work: UnitOfWork, case: Case, clock: str, operation: str = START) -> str:
    """The edge that counts in this case; empty where the diagram offers no choice."""
    return clock_edges.chosen(_elements(work, case), clock, operation, _told(work, case, clock))


def of_cases(work: UnitOfWork, case_ids: Collection[UUID]) -> Mapping[tuple[UUID, str], Passed]:
    """When the edges of each clock of these cases were passed."""
    found: dict[tuple[UUID, str], dict[tuple[str, str], datetime]] = {}
    if not case_ids:
        return found
    for row in work.session.scalars(select(ClockEdge).where(ClockEdge.case_id.in_(case_ids))):
        found.setdefault((row.case_id, row.clock), {})[row.operation, row.edge] = row.at
    return found


def readings(work: UnitOfWork, case: Case, clock: CaseClock, known: Passed) -> list[Reading]:
    """How long it took from the other edges to the end that counts, and from the start that counts to the other ends. Known when
    the clock has stopped.
    """
    if clock.stopped_at is None:
        return []
    start, stop = (chosen(work, case, clock.name, operation) for operation in (START, STOP))
    definition = definition_of(work, case.definition_id)
    measured = clock.stopped_at - clock.started_at
    found = [
        Reading(readable.clock(definition, clock.name, edge), clock.stopped_at - at)
        for (operation, edge), at in sorted(known.items(), key=lambda item: item[1])
        if operation == START and edge != start and at <= clock.stopped_at
    ]
    label = readable.clock(definition, clock.name, start)
    found += [
        Reading(f"{label} sampai {edge.replace('_', ' ')}", at - clock.started_at)
        for (operation, edge), at in sorted(known.items(), key=lambda item: item[1])
        if operation == STOP and edge != stop and at >= clock.started_at
    ]
    return [one for one in found if abs(one.span - measured) >= SHORTEST]


def _counted(work: UnitOfWork, case: Case, element: Element, clock: str) -> str | None:
    return clock_edges.counted(_elements(work, case), element.id, clock, _told(work, case, clock))


def _elements(work: UnitOfWork, case: Case) -> Mapping[str, Element]:
    return definition_of(work, case.definition_id).elements


def _told(work: UnitOfWork, case: Case, clock: str) -> Mapping[str, str] | None:
    """A case keeps what held when it was opened: its clock may start long after."""
    if f"tepi_jam.{clock}" not in configuration.SEED:
        return None
    told: Mapping[str, str] | None = configuration.value(work, f"tepi_jam.{clock}", case.opened_at)
    return told
