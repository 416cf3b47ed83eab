"""The clocks of a rehearsed case: the rules of the services, with the targets and the edges that its scenario sets."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from workflow_app.engine import clock_edges, form_dates
from workflow_app.engine.definitions import Definition
from workflow_app.engine.scenarios import DEFAULT_TARGET, Scenario
from workflow_app.types import WITA, Effect


def end_of_day(start: datetime, days: int) -> datetime:
    """The last instant of the `days`-th day after the day of `start`, in the time of the counter (WITA)."""
    return form_dates.end_of_day(start.astimezone(WITA).date() + timedelta(days=days))


class RehearsedClocks:
    """What has been started, when its target is over, and what has stopped."""

    def __init__(self, definition: Definition, scenario: Scenario) -> None:
        self._definition = definition
        self._scenario = scenario
        self._started: dict[str, datetime] = {}
        self._due: dict[str, str | None] = {}
        self._stopped: set[str] = set()

    def perform(self, effect: Effect, now: datetime) -> str | None:
        """Do what a service task asks of a clock; the result is an instant, where there is one."""
        match effect.operation:
            case "start_clock":
                return self._start_all(effect, now)
            case "stop_clock":
                return self._stop(effect)
        return self._working_days_after(effect)

    def _start_all(self, effect: Effect, now: datetime) -> str | None:
        """The first end of these clocks."""
        dues = [self._start(effect, name, now) for name in _names(effect)]
        return next((due for due in dues if due), None)

    def _start(self, effect: Effect, name: str, now: datetime) -> str | None:
        """When the target is over; of a clock that counts once per case also when it has been started before."""
        edge = self._counted(effect, name)
        if edge is None:
            return self._running([name])
        if self._definition.elements[effect.element].is_timed_per_round:
            self._started.pop(name, None)
            self._due.pop(name, None)
            self._stopped.discard(name)
        told = effect.parameters.get("at")
        is_recorded = clock_edges.is_recorded(self._definition.elements[effect.element], edge)
        at = datetime.fromisoformat(str(told)) if told and not is_recorded else now
        started = self._started.setdefault(name, min(at, now))
        target = self._scenario.targets.get(name, DEFAULT_TARGET)
        if isinstance(target, int):
            ends = [end_of_day(started, target)]
        else:
            ends = [started + target] if target else []
        if day := effect.parameters.get("until"):
            ends.append(form_dates.end_of_day(date.fromisoformat(str(day))))
        return self._due.setdefault(name, min(ends).isoformat() if ends else None)

    def _stop(self, effect: Effect) -> str | None:
        """The end of what runs on: another edge may be the one that stops it."""
        names = _names(effect)
        self._stopped |= {name for name in names if self._counted(effect, name) is not None}
        return self._running(names)

    def _working_days_after(self, effect: Effect) -> str | None:
        """When so many days of a clock are over; none of one whose target is not in days, or ends before."""
        name, days = str(effect.parameters["clock"]), effect.parameters["days"]
        target = self._scenario.targets.get(name)
        if not isinstance(target, int) or not isinstance(days, int) or days >= target:
            return None
        return end_of_day(self._started[name], days).isoformat()

    def _running(self, names: Iterable[str]) -> str | None:
        return next((due for n in names if n not in self._stopped and (due := self._due.get(n))), None)

    def _counted(self, effect: Effect, clock: str) -> str | None:
        told = self._scenario.settings.get(f"tepi_jam.{clock}")
        return clock_edges.counted(self._definition.elements, effect.element, clock, told)


def _names(effect: Effect) -> list[str]:
    return [name.strip() for name in str(effect.parameters["clock"]).split(",")]
