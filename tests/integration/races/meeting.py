"""Two people who do something at the same moment, in real transactions; which of them comes first
is decided by the test.
"""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from sqlalchemy import text

from workflow_app.domain import SYSTEM, Actor, SentraError
from workflow_app.services.core.unit_of_work import UnitOfWork, Works

Verb = Callable[[UnitOfWork], Any]
PATIENCE = 2.5
"""Seconds until the second person must stand in line or be through; less than the wait for a lock.
"""

WAITING = text(
    "select count(*) from pg_locks join pg_stat_activity using (pid)"
    " where not granted and datname = current_database()"
)


def outcome(works: Works, actor: Actor, verb: Verb) -> Any:
    """What `verb` led to in a transaction of its own: its result, or the error of ours. Anything
    else is a failure.
    """
    try:
        with works.begin(actor) as work:
            return verb(work)
    except SentraError as error:
        return error


def second_comes_while_first_holds(
    works: Works, first: tuple[Actor, Verb], second: tuple[Actor, Verb] | Callable[[], Any]
) -> tuple[Any, Any]:
    """The first has done it but not yet committed when the second begins; both outcomes."""
    act = second if callable(second) else lambda: outcome(works, *second)
    with ThreadPoolExecutor(1) as pool:
        with works.begin(first[0]) as work:
            done = first[1](work)
            work.session.flush()
            later = pool.submit(act)
            _until(lambda: later.done() or waiting(works))
        return done, later.result(timeout=10)


def together(*acts: Callable[[], Any]) -> list[Any]:
    """All at once; their outcomes in order."""
    barrier = threading.Barrier(len(acts))

    def begin(act: Callable[[], Any]) -> Any:
        barrier.wait(timeout=10)
        return act()

    with ThreadPoolExecutor(len(acts)) as pool:
        return [future.result(timeout=30) for future in [pool.submit(begin, act) for act in acts]]


def waiting(works: Works) -> bool:
    """True while a transaction of this database waits for a lock of another."""
    with works.begin(SYSTEM) as work:
        return bool(work.session.scalar(WAITING))


def _until(condition: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < until, "the second person neither waits nor is through"
        time.sleep(0.005)
