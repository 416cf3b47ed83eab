"""When the periodic jobs are asked for, also after somebody has set the clock."""

import logging
import time
from collections.abc import Iterable
from typing import Any

from procrastinate.periodic import PeriodicDeferrer, PeriodicRegistry, TaskAtTime
from procrastinate.tasks import Task

log = logging.getLogger(__name__)

JUMP = 60.0
"""Seconds by which the clock and the time that really passed may differ between two looks; more is a jump."""


class Timetable(PeriodicDeferrer):
    """Asks for each periodic job whenever its time comes.

    The one it is made from remembers until which instant it has asked. After a jump that instant means nothing: set back, it
    would ask for nothing until the clock is there again; set forward, for everything in between.
    """

    def __init__(self, crons: Iterable[tuple[Task[Any, Any, Any], str]]) -> None:
        registry = PeriodicRegistry()  # type: ignore[no-untyped-call]  # procrastinate leaves its constructor untyped
        for task, cron in crons:
            registry.register_task(task, cron=cron, periodic_id="", configure_kwargs={})
        super().__init__(registry)
        self._ahead = time.time() - time.monotonic()

    def get_previous_tasks(self, at: float) -> Iterable[TaskAtTime]:
        """What is due at `at` and was not asked for yet. After a jump of the clock it begins anew, with what was due last."""
        ahead = at - time.monotonic()
        if abs(jumped := ahead - self._ahead) > JUMP:
            log.warning("the clock was set by %.0f seconds; periodic jobs go by the new time", jumped)
            self.last_defers.clear()
        self._ahead = ahead
        return super().get_previous_tasks(at)
