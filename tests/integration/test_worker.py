"""What the worker does about workers that died: their jobs are done again, soon, but not for
ever.
"""

import asyncio
import os
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from procrastinate import App
from procrastinate.exceptions import JobRetry

from tests.integration.services.conftest import fresh_works as fresh_works
from tests.services import ROOT
from workflow_app import worker
from workflow_app.domain import SYSTEM, InvalidInput, Unavailable
from workflow_app.services.core import jobs
from workflow_app.services.core.jobs import SOON
from workflow_app.services.core.unit_of_work import Works
from workflow_app.settings import Settings
from workflow_app.tools.embedded.server_processes import wait_until
from workflow_app.worker import TakenJobs

Rows = list[tuple[Any, ...]]
SWEEP = (
    "insert into procrastinate_jobs (queue_name, task_name, queueing_lock, args)"
    " values ('counter', 'wake_overdue', 'wake_overdue', '{\"timestamp\": 1}')"
)
"""What the clock asks for every minute."""


@pytest.fixture
def app(fresh_settings: Settings, fresh_works: Works) -> App:
    return worker.create_worker(fresh_settings, fresh_works)


@pytest.fixture
def database(fresh_settings: Settings) -> Iterator[psycopg.Connection]:
    with psycopg.connect(fresh_settings.database_dsn, autocommit=True) as connection:
        yield connection


@pytest.fixture
def die_with(database: psycopg.Connection) -> Callable[..., None]:
    """A worker takes every waiting job and dies."""

    def die(seconds_ago: float = 11) -> None:
        database.execute(
            "with dead as (insert into procrastinate_workers (last_heartbeat)"
            " values (now() - make_interval(secs => %s)) returning id)"
            " update procrastinate_jobs set status = 'doing', worker_id = dead.id from dead "
            "where status = 'todo'",
            [seconds_ago],
        )

    return die


def recover(app: App, works: Works, taken: TakenJobs | None = None) -> None:
    async def once() -> None:
        async with app.open_async():
            await worker.recover_stalled(app, works, taken or TakenJobs())

    with ThreadPoolExecutor() as aside:  # a browser of another test may have a loop in this thread
        aside.submit(lambda: asyncio.run(once())).result()


def jobs_in(database: psycopg.Connection) -> Rows:
    return database.execute(
        "select status, priority from procrastinate_jobs order by id"
    ).fetchall()


def defer(works: Works, name: str, **arguments: str) -> None:
    with works.begin(SYSTEM) as work:
        jobs.defer(work, name, **arguments)


def test_a_worker_that_loses_its_connections_goes_on_by_itself_and_ends_when_told(
    stack: dict[str, str], fresh_database_url: str, fresh_works: Works, database: psycopg.Connection
) -> None:
    environment = {**os.environ, **stack, "DATABASE_URL": fresh_database_url}
    process = subprocess.Popen(
        [sys.executable, "-m", "workflow_app.worker"], cwd=ROOT, env=environment
    )
    count = "select count(*) from procrastinate_workers where last_heartbeat > %s"
    begun = database.execute("select now() - interval '1 minute'").fetchone()
    try:
        assert wait_until(lambda: database.execute(count, begun).fetchone() == (5,), 60)
        cut = database.execute(
            "select now(), count(pg_terminate_backend(pid)) from pg_stat_activity"
            " where datname = current_database() and pid <> pg_backend_pid()"
        ).fetchone()
        assert cut is not None and cut[1] > 0
        defer(fresh_works, "wake_case", case_id=str(uuid4()))  # there is no such case

        assert wait_until(lambda: ("failed", 0) in jobs_in(database), 60)
        assert process.poll() is None
        process.terminate()
        assert process.wait(30) == 0
    finally:
        process.kill()


def test_a_job_of_a_dead_worker_waits_again_and_one_of_a_living_worker_is_left_alone(
    app: App, fresh_works: Works, database: psycopg.Connection, die_with: Callable[..., None]
) -> None:
    defer(fresh_works, "wake_case", case_id=str(uuid4()))
    die_with(seconds_ago=11)
    defer(fresh_works, "wake_case", case_id=str(uuid4()))
    die_with(seconds_ago=1)

    recover(app, fresh_works)

    assert jobs_in(database) == [("todo", -1), ("doing", 0)]


def test_a_job_that_waited_for_a_dependency_is_not_given_up_at_the_first_death_of_its_worker(
    app: App, fresh_works: Works, database: psycopg.Connection, die_with: Callable[..., None]
) -> None:
    defer(fresh_works, "perform_effect", task_id=str(uuid4()))
    database.execute("update procrastinate_jobs set attempts = 5")
    die_with()

    recover(app, fresh_works)

    assert jobs_in(database) == [("todo", -1)]


def test_a_job_that_keeps_killing_its_worker_is_given_up(
    app: App, fresh_works: Works, database: psycopg.Connection, die_with: Callable[..., None]
) -> None:
    defer(fresh_works, "wake_case", case_id=str(uuid4()))
    for _ in range(worker.KILLS):
        die_with()
        recover(app, fresh_works)

    assert jobs_in(database) == [("failed", 1 - worker.KILLS)]


def test_a_dead_periodic_job_does_not_stand_in_the_way_of_the_others(
    app: App, fresh_works: Works, database: psycopg.Connection, die_with: Callable[..., None]
) -> None:
    database.execute(SWEEP)
    defer(fresh_works, "wake_case", case_id=str(uuid4()))
    die_with()
    database.execute(SWEEP)

    recover(app, fresh_works)

    assert jobs_in(database) == [("todo", -1), ("todo", 0)]


@pytest.mark.parametrize(
    ("taken", "left"),
    [(TakenJobs(doing={1}), ("doing", 0)), (TakenJobs(done=deque([1])), ("todo", 0))],
)
def test_what_this_process_runs_has_killed_nobody(
    app: App,
    fresh_works: Works,
    database: psycopg.Connection,
    die_with: Callable[..., None],
    taken: TakenJobs,
    left: tuple[str, int],
) -> None:
    defer(fresh_works, "read_document", document_id=str(uuid4()))
    die_with()

    recover(app, fresh_works, taken)

    assert jobs_in(database) == [left]


def test_a_try_that_ended_lets_the_deaths_before_it_be_forgotten(app: App) -> None:
    for name in ("perform_effect", "read_document", "send_message"):
        found = again(app, Unavailable(), 3, name)
        assert found is not None
        assert found.retry_decision.priority == 0


@pytest.mark.parametrize(("attempts", "seconds"), [(0, 1), (1, 2), (3, 8), (4, 15), (69, 15)])
def test_what_a_citizen_waits_for_is_tried_again_soon(
    app: App, attempts: int, seconds: int
) -> None:
    before = datetime.now(UTC)
    found = again(app, Unavailable(), attempts)
    after = datetime.now(UTC)

    assert found is not None and found.retry_decision.retry_at is not None
    assert before <= found.retry_decision.retry_at - timedelta(seconds=seconds) <= after


def test_it_is_not_tried_for_ever_and_not_when_another_try_changes_nothing(app: App) -> None:
    assert again(app, Unavailable(), SOON.tries) is None
    assert again(app, InvalidInput(), 0) is None


def again(
    app: App, error: Exception, attempts: int, name: str = "perform_effect"
) -> JobRetry | None:
    task = app.tasks[name]
    return task.get_retry_exception(
        exception=error, job=task.configure().job.evolve(id=1, attempts=attempts)
    )
