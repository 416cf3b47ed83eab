"""Kills one process of a throw-away site after the other, as hard as the system can, and measures how soon all is well again."""

import os
import random
import signal
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import text

from workflow_app.errors import SentraError
from workflow_app.local_stack.children import Process, wait_until
from workflow_app.local_stack.object_store import HOST
from workflow_app.services.ground.unit_of_work import Works
from workflow_app.settings import SettingsError
from workflow_app.trials.site import TrialSite, answers_with
from workflow_app.types import SYSTEM

CONNECTION = "database connection"
TARGETS: dict[str, Callable[[TrialSite], list[Process]]] = {
    "web server": TrialSite.web_masters,
    "web process": TrialSite.web_workers,
    "worker": TrialSite.workers,
    "database": TrialSite.postmasters,
    CONNECTION: TrialSite.backends,
    "object store": TrialSite.object_stores,
    "supervisor": TrialSite.supervisor,
}
"""What may die, and where it is found: only processes of this site."""
RECOVERY_SECONDS = 240.0
HEARTBEAT = text("select max(last_heartbeat) from procrastinate_workers")
PAGE = "/persyaratan"
"""A page without sign-in that asks the database."""


@dataclass(frozen=True)
class Kill:
    """One death."""

    target: str
    recovery: float | None
    """Seconds until all was well again; None when nobody waited for it."""


class NotRecovered(Exception):
    """The site did not get well by itself."""


class Killer:
    """Picks targets by chance, in an order that reaches all of them."""

    def __init__(self, site: TrialSite, works: Works, chance: random.Random, targets: Sequence[str]) -> None:
        self.site = site
        self.works = works
        self.chance = chance
        self.targets = targets
        self._bag: list[str] = []

    def kill(self, *, is_patient: bool) -> Kill:
        """Kill something now. A patient killer waits until all is well again; raises `NotRecovered`."""
        target, victim = self._choose()
        # A new supervisor ends what the dead one left behind and starts its own; until then the old ones answer.
        new = TrialSite.web_masters if target == "supervisor" else TARGETS[target]
        old = new(self.site)
        at, began = datetime.now(UTC), time.monotonic()
        with suppress(ProcessLookupError):  # it died by itself a moment ago
            os.kill(victim.pid, signal.SIGKILL)  # it alone: what it started must be found by others
        wait_until(lambda: not victim.is_alive(), 5)
        self.supervise()
        if not is_patient:
            return Kill(target, None)

        def is_replaced() -> bool:
            return target == CONNECTION or any(process not in old for process in new(self.site))

        if not wait_until(
            lambda: self.supervise() and is_replaced() and self.is_well(at), RECOVERY_SECONDS, pause=0.1
        ):
            raise NotRecovered(f"{target}: not well after {RECOVERY_SECONDS:.0f} s")
        return Kill(target, time.monotonic() - began)

    def is_well(self, since: datetime) -> bool:
        """Pages and object store answer, and a worker has shown life after `since`."""
        return (
            self.site.is_supervised()
            and answers_with(self.site.port, PAGE, 200)
            and self._store_answers()
            and self._has_heartbeat(since)
        )

    def supervise(self) -> bool:
        """What a service manager does: a supervisor that ended is started again. Always true."""
        if not self.site.is_supervised():
            self.site.start(wait=False)
        return True

    def _choose(self) -> tuple[str, Process]:
        """The next target that is there; one that is just being started again is left for later.

        Raises `NotRecovered` when nothing comes up for too long.
        """
        limit = time.monotonic() + RECOVERY_SECONDS
        while time.monotonic() < limit:
            self.supervise()
            self._bag = self._bag or self.chance.sample(self.targets, len(self.targets))
            target = self._bag.pop()
            if found := TARGETS[target](self.site):
                return target, self.chance.choice(found)
            time.sleep(0.1)
        raise NotRecovered(f"nothing there to kill for {RECOVERY_SECONDS:.0f} s")

    def _store_answers(self) -> bool:
        try:
            host, _, port = self.site.settings().s3_endpoint.rpartition(":")
        except SettingsError:  # not published yet
            return False
        return host == HOST and answers_with(int(port), "/", 401, 403)

    def _has_heartbeat(self, since: datetime) -> bool:
        try:
            with self.works.begin(SYSTEM) as work:
                last = work.session.scalar(HEARTBEAT)
        except SentraError:
            return False
        return last is not None and last > since
