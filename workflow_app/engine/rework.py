"""Rework in stretches: how often a case may enter a step before somebody who leads says that it may go on.

`maxVisits` of a user task is the length of a stretch. The visit after it opens the task *held*: what led there is stored,
and the task cannot be completed until the case is let go on, which begins a new stretch for all its steps. What the machine
does alone (timers, results of jobs) enters a held step no second time: that loop has no person in it. Decision 0028.
"""

from collections.abc import Collection, Iterable, Mapping

from workflow_app.engine.definitions import Definition
from workflow_app.engine.element import Element
from workflow_app.engine.state import visits_of
from workflow_app.errors import LoopLimitReached, TaskNotReady

Visits = dict[str, int]
"""How often each bounded step has been entered in this stretch, by element."""


def enter(element: Element, visits: Visits, stopped: Collection[str] = ()) -> None:
    """A task of this element is reached. Raises `LoopLimitReached` for the elements `stopped`."""
    if "maxVisits" not in element.properties:
        return
    if element.id in stopped:
        raise LoopLimitReached(detail=element.id)
    visits[element.id] = visits.get(element.id, 0) + 1


def is_held(element: Element, visits: Mapping[str, int]) -> bool:
    """Does a task of this element wait for a lead?"""
    limit = element.properties.get("maxVisits")
    return limit is not None and visits.get(element.id, 0) > int(limit)


def held(definition: Definition, visits: Mapping[str, int]) -> frozenset[str]:
    """The elements that were entered once more than a stretch allows."""
    known = definition.elements
    return frozenset(id for id in visits if id in known and is_held(known[id], visits))


def held_in(definition: Definition, state: bytes) -> frozenset[str]:
    """As `held`, of a stored case. Its counts are read, not the whole case."""
    return held(definition, visits_of(state))


def check_free(element: Element, visits: Mapping[str, int]) -> None:
    """Raise `LoopLimitReached` for a task that waits for a lead."""
    if is_held(element, visits):
        raise LoopLimitReached(detail=element.id)


def begin_stretch(definition: Definition, visits: Visits, opened: Iterable[str]) -> None:
    """Every step may be entered as often again; the tasks of the elements `opened` count as the first visit of theirs.

    Raises `TaskNotReady` when nothing is held.
    """
    if not held(definition, visits):
        raise TaskNotReady("Berkas ini sudah berjalan lagi dan tidak menunggu izin.")
    still_counted = visits.keys() & set(opened)
    visits.clear()
    visits.update(dict.fromkeys(still_counted, 1))
