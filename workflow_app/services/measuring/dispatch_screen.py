"""The dispatch board on a wall: what is read from three metres, the most urgent call first. Nobody's name stands on it."""

from dataclasses import dataclass
from datetime import datetime

from workflow_app.services.case_file import dispatches
from workflow_app.services.case_file.dispatches import Call, Way
from workflow_app.services.ground.unit_of_work import UnitOfWork
from workflow_app.services.measuring import standings

MOST = 4
"""Calls that fit on a screen in letters of this size."""


@dataclass(frozen=True)
class ShownCall:
    """One call in few words."""

    kind: str
    place: str
    danger: str
    """What those who go must know, in words; empty when nothing is known."""
    stage: str
    """The last stage that was reached."""
    since: datetime
    """When the report came in."""
    clock: Way | None
    waits_for: list[str]
    """Functions that have not said yet that they know."""

    @property
    def is_over(self) -> bool:
        """Has somebody arrived?"""
        return self.clock is not None and self.clock.stopped_at is not None


@dataclass(frozen=True)
class Screen:
    """Everything on it."""

    calls: list[ShownCall]
    others: int
    """Running calls for which there is no room."""
    being_taken: int
    """Calls whose form nobody has sent yet."""


def read(work: UnitOfWork) -> Screen:
    """What a screen shows: calls on the way by their limits, then those where somebody has arrived."""
    calls = sorted(map(_shown, dispatches.running(work)), key=_order)
    return Screen(calls[:MOST], max(len(calls) - MOST, 0), len(dispatches.begun(work)))


def _order(call: ShownCall) -> tuple[bool, datetime, datetime]:
    due = call.clock.due_at if call.clock else None
    return call.is_over, due or standings.NEVER, call.since


def _shown(call: Call) -> ShownCall:
    reached = [stage.name for stage in call.reached if stage.at is not None]
    return ShownCall(
        kind=call.kind,
        place=call.place,
        danger=", ".join(call.dangers),
        stage=reached[-1] if reached else "",
        since=call.clock.started_at if call.clock else call.opened_at,
        clock=call.clock,
        waits_for=call.waits_for,
    )
