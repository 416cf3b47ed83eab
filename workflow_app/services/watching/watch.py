"""The watch of one process over the parts: asks each within a bounded time, remembers the answer, and never hangs."""

import logging
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from workflow_app import logs
from workflow_app.services.watching.health import AWAY, DISK, NEEDED, OK, SENTENCES, UNKNOWN, Look, Part

log = logging.getLogger(__name__)

PATIENCE = 2.0
"""Seconds within which a part answers, or counts as away."""
FRESH = 1.0
"""Seconds for which an answer is given again without asking: /readyz cannot be used to wear the servers out."""
EVERY = 5.0
"""Seconds between two looks for the notices on the pages."""


@dataclass(frozen=True)
class Report:
    """How all parts were at one moment."""

    parts: tuple[Part, ...] = ()
    at: float = field(default_factory=time.monotonic)

    @property
    def status(self) -> str:
        """`ready`, `degraded` (some work waits) or `unready` (no page with data works)."""
        ill = {part.name for part in self.parts if part.state not in (OK, UNKNOWN)}
        if ill & NEEDED:
            return "unready"
        return "degraded" if ill else "ready"

    @property
    def sentences(self) -> tuple[str, ...]:
        """What people who work are told: the worst only, when one explains the others."""
        ill = [part.name for part in self.parts if part.state not in (OK, UNKNOWN)]
        if needed := [name for name in ill if name in NEEDED]:
            ill = needed[:1]
        elif "counter" in ill:
            ill = [name for name in ill if name != "reading"]
        return tuple(SENTENCES[name] for name in ill if name in SENTENCES)


class Watch:
    """Looks at the parts when asked. `automatic`: also in the background, when a page wants to know and it was long ago."""

    def __init__(self, looks: Mapping[str, Look], *, automatic: bool) -> None:
        self._looks = looks
        self._automatic = automatic
        self._asking = threading.Lock()
        self._running: dict[str, threading.Thread] = {}
        self._last: Report | None = None

    def report(self) -> Report:
        """How the parts are now; answers after `PATIENCE` seconds at the latest (twice that when two ask at once)."""
        with self._asking:
            if self._last is None or time.monotonic() - self._last.at > FRESH:
                before = self._last
                self._last = Report(tuple(self._ask()))
                _tell_changes(before, self._last)
            return self._last

    def known(self) -> Report:
        """What is known, without waiting."""
        last = self._last
        is_old = last is None or time.monotonic() - last.at > EVERY
        if self._automatic and is_old and not self._asking.locked():
            threading.Thread(target=self.report, name="watch", daemon=True).start()
        return last or Report()

    def _ask(self) -> list[Part]:
        answers: dict[str, list[Part]] = {}
        for name, look in self._looks.items():
            if (before := self._running.get(name)) is None or not before.is_alive():
                # A probe that still hangs is not joined by a second one.
                thread = threading.Thread(target=_look, args=(name, look, answers), name=name, daemon=True)
                self._running[name] = thread
                thread.start()
        deadline = time.monotonic() + PATIENCE
        for thread in self._running.values():
            thread.join(max(0.0, deadline - time.monotonic()))
        return [part for name in self._looks for part in answers.get(name, [Part(name, AWAY)])]


def _look(name: str, look: Look, answers: dict[str, list[Part]]) -> None:
    try:
        answers[name] = look()
    except Exception as error:  # whatever it is, the part is not well
        log.debug("probe of %s: %s", name, logs.words_of(error))
        answers[name] = [Part(name, UNKNOWN if name == DISK else AWAY)]


def _tell_changes(before: Report | None, now: Report) -> None:
    known = {part.name: part.state for part in before.parts} if before else {}
    for part in now.parts:
        if known.get(part.name, OK) != part.state and part.state != UNKNOWN:
            level = logging.INFO if part.state == OK else logging.WARNING
            log.log(
                level,
                "%s is %s",
                part.name,
                part.state,
                extra={"facts": {"part": part.name, "state": part.state}},
            )
