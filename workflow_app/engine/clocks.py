"""Clock edges and notice periods, as pure functions.

An edge is an event from which a clock counts, or at which it stops. A diagram may offer several
edges, and the office chooses one of them; the first one in the diagram is the rule of the SOP. A
service task that starts or stops a clock names its edge (`edge`) and, where the time comes from an
answer, also the moment at which that answer was recorded (`recordedEdge`). A service task without
an edge always acts.

A notice period says how long before an event a notice is due (`72 jam`, `7 hari_kerja`). A period
in hours is counted back from the instant at which the event begins. A period in working days ends
with the last instant of the day that lies that many working days before the event; the caller
supplies the calendar.
"""

import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from workflow_app.engine.definitions import Element

START, STOP = "start_clock", "stop_clock"
SIDES = {START: "mulai", STOP: "selesai"}
"""The part of the configured value that chooses among the edges of a clock, by operation."""


def named(element: Element) -> tuple[str, ...]:
    """Return the edges of a service task: its own edge, then the edge of its recording."""
    properties = element.properties
    return tuple(properties[name] for name in ("edge", "recordedEdge") if name in properties)


def started(elements: Mapping[str, Element], process: str) -> tuple[str, ...]:
    """Return the clocks that the diagram of this process starts, in the order of the file."""
    return tuple(
        dict.fromkeys(
            clock
            for element in elements.values()
            if element.process == process and element.operation == START
            for clock in element.properties.get("clock", "").split()
        )
    )


def offered(elements: Mapping[str, Element], clock: str, operation: str) -> tuple[str, ...]:
    """Return the edges of a clock, in the order of the file."""
    return tuple(
        dict.fromkeys(
            edge
            for element in elements.values()
            if element.operation == operation
            and clock in element.properties.get("clock", "").split()
            for edge in named(element)
        )
    )


def chosen(
    elements: Mapping[str, Element], clock: str, operation: str, told: Mapping[str, str] | None
) -> str:
    """Return the edge that counts; empty when the clock has no edges.

    It is the edge in the setting `told` if the diagram offers it, otherwise the first edge.
    """
    known = offered(elements, clock, operation)
    wanted = (told or {}).get(SIDES[operation], "")
    return wanted if wanted in known else next(iter(known), "")


def counted(
    elements: Mapping[str, Element], element: str, clock: str, told: Mapping[str, str] | None
) -> str | None:
    """Return the edge of this service task by which the clock counts.

    The result is empty when the task names no edge for this clock, and None when another edge
    counts.
    """
    known = named(elements[element])
    if not known or clock not in elements[element].properties.get("clock", "").split():
        return ""
    edge = chosen(elements, clock, elements[element].operation or "", told)
    return edge if edge in known else None


def is_recorded(element: Element, edge: str) -> bool:
    """Return whether this edge is the moment of recording, not the time that was answered."""
    return bool(edge) and edge == element.properties.get("recordedEdge")


HOURS, WORKING_DAYS = "jam", "hari_kerja"
"""Units of a period; working days are those of the office's calendar."""
PERIOD = re.compile(rf"([1-9][0-9]{{0,2}}) ({HOURS}|{WORKING_DAYS})")
IN_TIME, LATE, UNKNOWN = "ya", "tidak", ""
"""Results of judging a notice, as control variables hold them; `UNKNOWN` when no period is set."""


def is_period(text: str) -> bool:
    """Return whether the text is a valid period."""
    return PERIOD.fullmatch(text) is not None


def due(
    period: str, event: datetime, days_before: Callable[[datetime, int], datetime]
) -> datetime | None:
    """Return the last instant at which a notice is in time; None when there is no period.

    Raises `ValueError` when the text is not a period.
    """
    if not period:
        return None
    told = PERIOD.fullmatch(period)
    if told is None:
        raise ValueError(f"{period} is no period")
    count, unit = int(told[1]), told[2]
    return event - timedelta(hours=count) if unit == HOURS else days_before(event, count)


def judge(at: datetime, limit: datetime | None) -> str:
    """Return whether a notice at this instant was in time."""
    if limit is None:
        return UNKNOWN
    return IN_TIME if at <= limit else LATE
