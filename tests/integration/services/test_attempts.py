"""Counting failures: exact when many try at once, patient with clocks."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest

from workflow_app.domain import SYSTEM
from workflow_app.services.accounts import sessions
from workflow_app.services.accounts.sessions import NO_WAIT, Limit, Try
from workflow_app.services.core.unit_of_work import Works

NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
FIVE = Limit(free=5, longest=timedelta(minutes=1))


def test_of_many_tries_at_once_no_more_are_let_through_than_of_as_many_in_a_row(
    fresh_works: Works,
) -> None:
    together = Barrier(12)
    tries = [Try(b"account", FIVE), Try(b"address", Limit(free=50, longest=timedelta(minutes=1)))]

    def once(_number: int) -> bool:
        together.wait()
        with fresh_works.begin(SYSTEM) as work:
            return sessions.charge(work, tries) == NO_WAIT

    with ThreadPoolExecutor(12) as pool:
        passed = list(pool.map(once, range(12)))

    assert passed.count(True) == FIVE.free


@pytest.mark.parametrize(
    ("failures", "since", "expected"),
    [
        (4, timedelta(), NO_WAIT),
        (5, timedelta(), timedelta(seconds=2)),
        (7, timedelta(), timedelta(seconds=8)),
        (7, timedelta(seconds=5), timedelta(seconds=3)),
        (7, timedelta(seconds=9), NO_WAIT),
        (10_000, timedelta(), timedelta(minutes=1)),
        (10_000, timedelta(hours=1, seconds=1), NO_WAIT),
        (10_000, timedelta(hours=-5), timedelta(minutes=1)),
    ],
)
def test_each_failure_doubles_the_wait_up_to_the_longest(
    failures: int, since: timedelta, expected: timedelta
) -> None:
    assert sessions.remaining(FIVE, failures, NOON - since, NOON) == expected


def test_a_success_clears_what_it_proves_and_takes_back_only_itself_elsewhere(
    works: Works, clock: Callable[[], datetime]
) -> None:
    own, shared = Try(b"own", Limit(5, timedelta(minutes=1), is_cleared=True)), Try(b"shared", FIVE)
    with works.begin(SYSTEM) as work:
        for _ in range(4):
            sessions.count(work, [own, shared])
        assert sessions.charge(work, [own, shared]) == NO_WAIT
        assert sessions.wait(work, [own]) == sessions.wait(work, [shared]) == timedelta(seconds=2)
        sessions.forgive(work, [own, shared])
        assert sessions.wait(work, [own, shared]) == NO_WAIT
        sessions.count(work, [own, shared])
        assert sessions.wait(work, [own]) == NO_WAIT
        assert sessions.wait(work, [shared]) == timedelta(seconds=2)
