"""Slowing down guesses. Failures are counted under keys; after some free ones each further try waits twice as long.

A wait is short and ends by itself: nobody is locked out, and there is nothing to unlock.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import case, delete, select, update
from sqlalchemy.dialects.postgresql import insert

from workflow_app.models.attempt import Attempt
from workflow_app.services.ground.unit_of_work import UnitOfWork

FIRST = timedelta(seconds=2)
"""The first wait; each further failure doubles it."""
FORGOTTEN = timedelta(hours=1)
"""After this long without a failure the count starts again."""
NO_WAIT = timedelta()


@dataclass(frozen=True)
class Limit:
    """How patient we are with one kind of key."""

    free: int
    """Failures without a wait."""
    longest: timedelta
    is_cleared: bool = False
    """A success proves that the key is good: its failures are forgotten. Else only the try itself is taken back."""


@dataclass(frozen=True)
class Try:
    """One try, counted under one key."""

    key: bytes
    limit: Limit


def charge(work: UnitOfWork, tries: Collection[Try]) -> timedelta:
    """Count a try before it is made, unless one of its keys has to wait: then returns how long, and counts nothing.

    Counted before, so that many tries at the same time do not all see the count of before. For the same reason the rows
    are there, and ours, before they are looked at.
    """
    now = work.clock()
    keys = sorted(item.key for item in tries)
    rows = insert(Attempt).values([{"key": key, "failures": 0, "last_at": now} for key in keys])
    work.session.execute(rows.on_conflict_do_nothing())
    _lock(work, keys)
    waiting = wait(work, tries)
    if not waiting:
        count(work, tries)
    return waiting


def wait(work: UnitOfWork, tries: Collection[Try]) -> timedelta:
    """How long these keys still have to wait; nothing is counted."""
    limits = {item.key: item.limit for item in tries}
    query = select(Attempt.key, Attempt.failures, Attempt.last_at).where(Attempt.key.in_(limits))
    now = work.clock()
    rows = work.session.execute(query).all()
    waits = [remaining(limits[row.key], row.failures, row.last_at, now) for row in rows]
    return max(waits, default=NO_WAIT)


def count(work: UnitOfWork, tries: Collection[Try]) -> None:
    """Count a failure under every key."""
    now = work.clock()
    keys = sorted(item.key for item in tries)
    new = insert(Attempt).values([{"key": key, "failures": 1, "last_at": now} for key in keys])
    failures = case((Attempt.last_at < now - FORGOTTEN, 1), else_=Attempt.failures + 1)
    work.session.execute(
        new.on_conflict_do_update(
            index_elements=[Attempt.key], set_={"failures": failures, "last_at": new.excluded.last_at}
        )
    )


def forgive(work: UnitOfWork, tries: Collection[Try]) -> None:
    """The try was a success: it is no failure under any key, and clears those that it proves good."""
    _lock(work, [item.key for item in tries])
    cleared = [item.key for item in tries if item.limit.is_cleared]
    others = [item.key for item in tries if not item.limit.is_cleared]
    work.session.execute(delete(Attempt).where(Attempt.key.in_(cleared)))
    work.session.execute(
        update(Attempt)
        .where(Attempt.key.in_(others), Attempt.failures > 0)
        .values(failures=Attempt.failures - 1)
    )


def sweep(work: UnitOfWork) -> int:
    """Delete what is forgotten anyway; returns how many keys. A key somebody is using is left for the next time."""
    old = select(Attempt.key).where(Attempt.last_at < work.clock() - FORGOTTEN)
    free = delete(Attempt).where(Attempt.key.in_(old.with_for_update(skip_locked=True)))
    return len(work.session.execute(free.returning(Attempt.key)).all())


def _lock(work: UnitOfWork, keys: Collection[bytes]) -> None:
    """Make the rows of these keys ours, in the order in which everybody takes them."""
    query = select(Attempt.key).where(Attempt.key.in_(keys)).order_by(Attempt.key)
    work.session.execute(query.with_for_update())


def remaining(limit: Limit, failures: int, last_at: datetime, now: datetime) -> timedelta:
    """What is left of the wait after so many failures. A clock that was set back makes no wait longer."""
    since = max(now - last_at, NO_WAIT)
    if failures < limit.free or since > FORGOTTEN:
        return NO_WAIT
    doublings = min(failures - limit.free, 20)
    due = min(FIRST * float(2**doublings), limit.longest)
    return max(due - since, NO_WAIT)
