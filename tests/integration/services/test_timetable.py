"""The clock of the server is set: periodic jobs and further tries go by the new time, none is lost
and none comes in thousands.
"""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import procrastinate.periodic
import psycopg
import pytest
from procrastinate import App
from procrastinate.tasks import Task

from tests.integration.services.conftest import fresh_works as fresh_works
from workflow_app import worker
from workflow_app.domain import SYSTEM
from workflow_app.services.core import jobs
from workflow_app.services.core.unit_of_work import Works
from workflow_app.settings import Settings

NOON = 1_790_000_060.0
"""20 seconds into a minute."""
DAY = 86_400.0
LONG_AGO = 946_684_800.0
"""1 January 2000: what a server shows whose battery is empty."""


class Clocks:
    """What the server shows, and the seconds that really passed."""

    def __init__(self) -> None:
        self.shown, self.passed = NOON, 1000.0

    def time(self) -> float:
        return self.shown

    def monotonic(self) -> float:
        return self.passed

    def go(self, seconds: float, *, jump: float = 0.0) -> None:
        self.passed += seconds
        self.shown += seconds + jump


@pytest.fixture
def clocks(monkeypatch: pytest.MonkeyPatch) -> Clocks:
    made = Clocks()
    shown = SimpleNamespace(time=made.time, monotonic=made.monotonic)
    monkeypatch.setattr(procrastinate.periodic, "time", shown)
    monkeypatch.setattr(worker, "time", shown)
    return made


@pytest.fixture
def database(fresh_settings: Settings) -> Iterator[psycopg.Connection]:
    with psycopg.connect(fresh_settings.database_dsn, autocommit=True) as connection:
        yield connection


@pytest.fixture
def app(fresh_settings: Settings, fresh_works: Works) -> App:
    return worker.create_worker(fresh_settings, fresh_works)


class Over(Exception):
    """The test has seen enough."""


def asked(app: App, database: psycopg.Connection, clocks: Clocks, jumps: list[float]) -> list[int]:
    """How many sweeps of timers the real loop asks for at its start and after each minute; the
    jumps come between them.
    """
    found: list[int] = []
    left = list(jumps)

    class Watched(worker.Timetable):
        async def wait(self, next_tick: float) -> None:
            assert 0 < next_tick <= 60, "it never sleeps longer than to the next minute"
            done = database.execute(
                "with done as (update procrastinate_jobs set status = 'cancelled' where "
                "status = 'todo'"
                " and task_name = 'wake_overdue' returning id) select count(*) from done"
            ).fetchone()
            assert done is not None
            found.append(done[0])
            if not left:
                raise Over
            clocks.go(60, jump=left.pop(0))

    async def loop() -> None:
        async with app.open_async():
            await Watched(crons(app)).worker()

    # A browser of another test may have a loop in this thread.
    with ThreadPoolExecutor() as aside, pytest.raises(Over):
        aside.submit(lambda: asyncio.run(loop())).result()
    return found


def crons(app: App) -> Iterator[tuple[Task[Any, Any, Any], str]]:
    return ((app.tasks[each.name], each.cron) for each in jobs.all_jobs().values() if each.cron)


def test_every_minute_is_asked_for_once(
    app: App, database: psycopg.Connection, clocks: Clocks
) -> None:
    assert asked(app, database, clocks, [0, 0, 0]) == [1, 1, 1, 1]


def test_a_clock_set_forward_and_back_again_stops_no_periodic_job(
    app: App, database: psycopg.Connection, clocks: Clocks
) -> None:
    assert asked(app, database, clocks, [DAY, 0, -DAY, 0, 0]) == [1, 1, 1, 1, 1, 1]


def test_a_clock_that_wakes_up_in_another_century_asks_for_no_minute_of_it(
    app: App, database: psycopg.Connection, clocks: Clocks
) -> None:
    clocks.shown = LONG_AGO

    assert asked(app, database, clocks, [NOON - LONG_AGO, 0]) == [1, 1, 1]
    rows = database.execute(
        "select count(*) from procrastinate_jobs where task_name = 'wake_overdue'"
    )
    assert rows.fetchone() == (3,)


def test_minutes_that_were_missed_without_a_jump_are_no_jump(
    app: App, clocks: Clocks, caplog: pytest.LogCaptureFixture
) -> None:
    made = worker.Timetable(crons(app))
    list(made.get_previous_tasks(clocks.time()))
    clocks.go(600)
    found = [task.task.name for task, _ in made.get_previous_tasks(clocks.time())]

    assert found.count("wake_overdue") == 10
    assert "the clock was set" not in caplog.text


def test_tries_put_off_by_a_clock_that_was_ahead_are_pulled_in_and_timers_are_not(
    fresh_works: Works, database: psycopg.Connection
) -> None:
    ahead = fresh_works.clock() + timedelta(days=1)
    soon = fresh_works.clock() + timedelta(minutes=59)
    with fresh_works.begin(SYSTEM) as work:
        for name, at in (
            ("perform_effect", ahead), ("move_cases", ahead), ("read_document", ahead),
            ("wake_case", ahead), ("read_document", soon),
        ):  # fmt: skip
            (argument,) = jobs.declared(name).arguments
            jobs.defer(work, name, at=at, **{argument: uuid4()})  # type: ignore[arg-type]  # by name
        jobs.pull_in(work)

    due = "select task_name, scheduled_at <= now() from procrastinate_jobs order by id"
    assert database.execute(due).fetchall() == [
        ("perform_effect", True), ("move_cases", True), ("read_document", True),
        ("wake_case", False), ("read_document", False),
    ]  # fmt: skip


def done(database: psycopg.Connection, name: str, status: str, days: float) -> Any:
    """A job that reached its end so long ago."""
    made = database.execute(
        "insert into procrastinate_jobs (queue_name, task_name, status) values ('counter', "
            "%s, %s::procrastinate_job_status)"
        " returning id", [name, status],
    ).fetchone()  # fmt: skip
    assert made is not None
    database.execute(
        (
            "insert into procrastinate_events (job_id, type, at) values (%s, 'started', now() - "
            "make_interval(secs => %s))"
        ),
        [made[0], days * DAY],
    )
    return made[0]


def test_jobs_that_were_done_long_ago_are_deleted_and_what_a_person_should_see_stays(
    fresh_works: Works, database: psycopg.Connection
) -> None:
    gone = [
        done(database, "wake_overdue", "succeeded", 1.1), done(database, "sweep", "failed", 1.1),
        done(database, "checkpoint", "aborted", 1.1), done(database, "perform_effect", "succeeded",
            31),
    ]  # fmt: skip
    database.execute(
        (
            "insert into procrastinate_periodic_defers (task_name, defer_timestamp, job_id) "
            "values ('wake_overdue', 1, %s)"
        ),
        [gone[0]],
    )
    kept = [
        done(database, "wake_overdue", "succeeded", 0.9), done(database, "perform_effect",
            "succeeded", 29),
        done(database, "perform_effect", "failed", 400), done(database, "wake_case", "todo", 400),
        done(database, "read_document", "doing", 400),
    ]  # fmt: skip

    with fresh_works.begin(SYSTEM) as work:
        jobs.sweep(work)

    left = database.execute("select id from procrastinate_jobs order by id").fetchall()
    assert [row[0] for row in left] == kept
    events = database.execute(
        "select count(*) from procrastinate_events where job_id = any(%s)", [gone]
    )
    assert events.fetchone() == (0,)
