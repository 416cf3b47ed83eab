"""Edges of clocks: a diagram may offer several events from which a clock counts, or at which it stops, and the office chooses.

A service task that starts or stops a clock names its edge (`edge`); one without an edge always acts. The first that the
diagram offers is the rule of the SOP.
"""

from collections.abc import Mapping

from workflow_app.engine.element import Element

START, STOP = "start_clock", "stop_clock"
SIDES = {START: "mulai", STOP: "selesai"}
"""Operation to the part of the configured value that chooses among its edges."""


def offered(elements: Mapping[str, Element], clock: str, operation: str) -> tuple[str, ...]:
    """The edges of a clock, in the order of the file."""
    return tuple(
        dict.fromkeys(
            element.properties["edge"]
            for element in elements.values()
            if element.operation == operation
            and "edge" in element.properties
            and clock in element.properties.get("clock", "").split()
        )
    )


def chosen(
    elements: Mapping[str, Element], clock: str, operation: str, told: Mapping[str, str] | None
) -> str:
    """The edge that counts: what the office has told where the diagram offers it, else the first; empty without edges."""
    known = offered(elements, clock, operation)
    wanted = (told or {}).get(SIDES[operation], "")
    return wanted if wanted in known else next(iter(known), "")


def acts(elements: Mapping[str, Element], element: str, clock: str, told: Mapping[str, str] | None) -> bool:
    """Does this service task start or stop the clock, or does another edge count?"""
    edge = elements[element].properties.get("edge")
    return edge is None or edge == chosen(elements, clock, elements[element].operation, told)
