"""Edges of clocks: a diagram may offer several events from which a clock counts, or at which it
stops, and the office chooses.

A service task that starts or stops a clock names its edge (`edge`), and where a time was told also
the moment at which that was recorded (`recordedEdge`); one without an edge always acts. The first
that the diagram offers is the rule of the SOP.

Notice periods: how long before an event a notice is due (`72 jam`, `7 hari_kerja`), and whether one
was in time. Pure.

A period in hours is counted back from the instant at which the event begins. One in working days
ends with the last of the days that lie so far before its day; which days count, whoever asks knows.
"""

import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from workflow_app.engine.definitions import Element

START, STOP = "start_clock", "stop_clock"
SIDES = {START: "mulai", STOP: "selesai"}
"""Operation to the part of the configured value that chooses among its edges."""


def named(element: Element) -> tuple[str, ...]:
    """The edges of a service task: what it tells, and when that was recorded."""
    properties = element.properties
    return tuple(properties[name] for name in ("edge", "recordedEdge") if name in properties)


def started(elements: Mapping[str, Element], process: str) -> tuple[str, ...]:
    """The clocks that the drawing of this process starts, in the order of the file."""
    return tuple(
        dict.fromkeys(
            clock
            for element in elements.values()
            if element.process == process and element.operation == START
            for clock in element.properties.get("clock", "").split()
        )
    )


def offered(elements: Mapping[str, Element], clock: str, operation: str) -> tuple[str, ...]:
    """The edges of a clock, in the order of the file."""
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
    """The edge that counts: what the office has told where the diagram offers it, else the first;
    empty without edges.
    """
    known = offered(elements, clock, operation)
    wanted = (told or {}).get(SIDES[operation], "")
    return wanted if wanted in known else next(iter(known), "")


def counted(
    elements: Mapping[str, Element], element: str, clock: str, told: Mapping[str, str] | None
) -> str | None:
    """The edge of this service task by which the clock counts; empty where it has none for it, None
    where another edge counts.
    """
    known = named(elements[element])
    if not known or clock not in elements[element].properties.get("clock", "").split():
        return ""
    edge = chosen(elements, clock, elements[element].operation or "", told)
    return edge if edge in known else None


def is_recorded(element: Element, edge: str) -> bool:
    """Is this edge the moment of recording, whatever time was told?"""
    return bool(edge) and edge == element.properties.get("recordedEdge")


HOURS, WORKING_DAYS = "jam", "hari_kerja"
"""What a period is counted in; working days are those of the calendar of this name."""
PERIOD = re.compile(rf"([1-9][0-9]{{0,2}}) ({HOURS}|{WORKING_DAYS})")
IN_TIME, LATE, UNKNOWN = "ya", "tidak", ""
"""What a process is told of a notice; nothing where no period is known."""


def is_period(text: str) -> bool:
    """Can this be a period?"""
    return PERIOD.fullmatch(text) is not None


def due(
    period: str, event: datetime, days_before: Callable[[datetime, int], datetime]
) -> datetime | None:
    """The last instant at which a notice is in time; None where there is no period. Raises
    `ValueError` for what is none.
    """
    if not period:
        return None
    told = PERIOD.fullmatch(period)
    if told is None:
        raise ValueError(f"{period} is no period")
    count, unit = int(told[1]), told[2]
    return event - timedelta(hours=count) if unit == HOURS else days_before(event, count)


def judge(at: datetime, limit: datetime | None) -> str:
    """Was a notice at this instant in time?"""
    if limit is None:
        return UNKNOWN
    return IN_TIME if at <= limit else LATE
