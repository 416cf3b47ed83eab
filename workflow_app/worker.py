"""Assembly of the background process, which runs jobs with the same services as the web
application.

Every job may run twice, because the jobs of a dead worker are run again, so every handler is
idempotent.
"""

import asyncio
import itertools
import logging.config
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any, NoReturn

from procrastinate import App, JobContext, PsycopgConnector
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Job as Row
from procrastinate.jobs import Status
from procrastinate.periodic import PeriodicDeferrer, PeriodicRegistry, TaskAtTime
from procrastinate.tasks import Task
from procrastinate.worker import Worker

from workflow_app import logs
from workflow_app.connections import JOB_SECONDS, LINE, connect, mailbox, transports
from workflow_app.domain import SYSTEM, SentraError, Unavailable
from workflow_app.services.core import jobs
from workflow_app.services.core.jobs import COUNTER, INTAKE, READING, REQUEST, Job, Running
from workflow_app.services.core.unit_of_work import Works, translated
from workflow_app.services.operations import archive_verification, health
from workflow_app.settings import Settings, SettingsError, read_settings

log = logging.getLogger(__name__)

HEARTBEAT = 2.0
"""Seconds between two heartbeats of a worker to the job engine."""
DEAD_AFTER = 10.0
"""Seconds without heartbeat after which a worker is dead and another one runs its jobs."""
KILLS = 3
"""Number of workers that a job may kill before it is given up."""

GRACE = 5.0
"""Seconds that a job may continue after the stop signal; an unfinished job runs again later."""
FAREWELL = 2.0
"""Seconds for returning such jobs to the queue."""

BEAT = 10.0
"""Seconds between two heartbeats in the table that /readyz reads."""
READER_EVERY = 3
"""Number of such heartbeats between two checks for Tesseract."""

RECONNECT = 1.0
"""Seconds before the worker tries again to reach the database."""

CONCURRENCY = {COUNTER: 2, INTAKE: 2}
"""Number of parallel jobs of a queue, if more than one."""


def create_worker(settings: Settings, works: Works) -> App:
    """Return the job engine with all declared jobs; `run` starts a worker for each queue."""
    app = App(
        connector=PsycopgConnector(
            conninfo=settings.database_dsn, kwargs=dict(LINE), min_size=1, max_size=4
        )
    )
    running = Running(works, settings, transports(settings), partial(mailbox, settings))
    for declared in jobs.all_jobs().values():
        app.task(
            name=declared.name,
            queue=declared.queue,
            retry=declared.retry or False,
            queueing_lock=declared.name if declared.cron else None,
            lock=declared.name if declared.is_alone else None,
            pass_context=True,
        )(partial(_perform, declared, running))
    return app


def _perform(declared: Job, running: Running, context: JobContext, **stored: Any) -> None:
    declared.perform(running, context.job.attempts, stored)


Part = Callable[[App], Awaitable[None]]


async def run(settings: Settings, works: Works) -> None:
    """Work until told to stop. Unfinished jobs are then queued again; the caller ends the process.

    The parts are independent: when one has lost the database, or waits for a long job, the others
    continue.
    """
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    taken = TakenJobs()
    parts: dict[str, Part] = {
        queue: partial(_serve, works, taken, queue)
        for queue in jobs.queue_names()
        if queue != INTAKE or settings.scan_folder or settings.imap_host
    }
    parts["upkeep"] = partial(_keep_up, works, settings, taken)
    running = [
        asyncio.create_task(_always(name, partial(create_worker, settings, works), part))
        for name, part in parts.items()
    ]
    threading.Thread(target=archive_verification.prove_at_start, args=(works,), daemon=True).start()
    await stop.wait()
    for part_task in running:
        part_task.cancel()
    await asyncio.wait(running, timeout=GRACE)
    try:
        await asyncio.wait_for(asyncio.to_thread(jobs.put_back, works, list(taken.doing)), FAREWELL)
    except Exception as error:  # they are recovered like those of a dead worker
        log.error("jobs could not be given back: %s", logs.words_of(error))


async def _always(name: str, make: Callable[[], App], part: Part) -> None:
    """Run a part of the worker and restart it when it ends, after the database is
    available again.
    """
    while True:
        try:
            async with make().open_async() as app:
                await part(app)
            reason = "the connection broke"
        except Exception as error:
            reason = type(error).__name__
        log.error("%s lost the database (%s) and tries again", name, reason)
        await asyncio.sleep(RECONNECT)


async def _serve(works: Works, taken: "TakenJobs", queue: str, app: App) -> None:
    """Run the jobs of one queue, with heartbeats."""
    working = app.run_worker_async(
        queues=[queue],
        name=queue,
        concurrency=CONCURRENCY.get(queue, 1),
        install_signal_handlers=False,
        shutdown_graceful_timeout=GRACE,
        update_heartbeat_interval=HEARTBEAT,
        stalled_worker_timeout=DEAD_AFTER,
        worker_middleware=[taken.note, logged],
    )
    await _until_one_ends(working, _beat_always(works, queue))


async def _keep_up(works: Works, settings: Settings, taken: "TakenJobs", app: App) -> None:
    """Recover the jobs of dead workers, and queue the periodic jobs."""
    await _until_one_ends(_recover_always(app, works, taken), timetable(app, settings).worker())


async def _until_one_ends(*parts: Coroutine[Any, Any, None]) -> None:
    tasks = [asyncio.create_task(part) for part in parts]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _recover_always(app: App, works: Works, taken: "TakenJobs") -> None:
    while True:
        await recover_stalled(app, works, taken)
        await asyncio.sleep(HEARTBEAT)


async def _beat_always(works: Works, queue: str) -> None:
    """Write heartbeats of a queue, and whether documents can be read, for /readyz."""
    facts: dict[str, Any] = {}
    for turn in itertools.count():
        if queue == READING and turn % READER_EVERY == 0:
            facts = {"tesseract": await asyncio.to_thread(health.reader_version)}
        with suppress(SentraError):  # without the database the queue ends and is restarted
            await asyncio.to_thread(_beat, works, queue, facts)
        await asyncio.sleep(BEAT)


def _beat(works: Works, queue: str, facts: dict[str, Any]) -> None:
    with works.begin(SYSTEM) as work:
        health.beat(work, queue, facts)


@dataclass
class TakenJobs:
    """The jobs that this process runs. While a queue has lost the database, no table shows that
    they run.
    """

    doing: set[int] = field(default_factory=set)
    done: deque[int] = field(default_factory=lambda: deque(maxlen=100))
    """The last jobs whose attempt ended, which may not be recorded in the database."""

    async def note(
        self, call_next: Callable[[], Awaitable[Any]], context: JobContext, _worker: Worker
    ) -> Any:
        """Record a job while it runs; called around every job."""
        number = context.job.id or 0
        self.doing.add(number)
        try:
            return await call_next()
        finally:
            self.done.append(number)
            self.doing.discard(number)


async def recover_stalled(app: App, works: Works, taken: TakenJobs) -> None:
    """Queue the jobs of dead workers again, and give up a job that keeps killing its worker.

    Jobs of this process are not counted as such: their queue only lost the database for a while.
    """
    for row in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=DEAD_AFTER):
        if row.id is None or row.id in taken.doing:
            continue
        with suppress(ConnectorException):  # another worker recovered it first
            if row.id in taken.done:
                await asyncio.to_thread(jobs.put_back, works, [row.id])
            else:
                await _recover(app, works, row)


async def _recover(app: App, works: Works, row: Row) -> None:
    """Queue a job again with a lower priority; the priority also counts the dead workers."""
    deaths = 1 - row.priority
    log.error("job %s (%s) lost its worker, for the %d. time", row.id, row.task_name, deaths)
    if row.queueing_lock is not None:  # the timetable queues it again, and only one may wait
        await app.job_manager.finish_job(row, status=Status.ABORTED, delete_job=True)
    elif deaths < KILLS:
        await app.job_manager.retry_job(row, retry_at=datetime.now(UTC), priority=-deaths)
    else:
        await asyncio.to_thread(_give_up, works, row)
        await app.job_manager.finish_job(row, status=Status.FAILED, delete_job=False)


def _give_up(works: Works, row: Row) -> None:
    try:
        declared = jobs.declared(row.task_name)
    except LookupError:
        log.error("job %s is of no kind that this release knows: %s", row.id, row.task_name)
        return
    declared.give_up(works, SentraError(detail="worker died"), row.task_kwargs)


async def logged(
    call_next: Callable[[], Awaitable[Any]], context: JobContext, _worker: Worker
) -> Any:
    """Bind the log lines of a job to its number and its request, and log its result in one line."""
    job = context.job
    origin = job.task_kwargs.pop(REQUEST, None)
    began = time.perf_counter()
    with logs.bound(
        request=None if origin is None else str(origin), job=job.id, task=job.task_name
    ):
        try:
            result = await call_next()
        except Exception as error:
            facts = {
                "status": "failed",
                "duration_ms": _milliseconds(began),
                "attempt": job.attempts + 1,
            }
            log.warning(
                "job failed: %s", logs.words_of(error), extra={"facts": facts}, exc_info=True
            )
            raise
        log.info(
            "job done", extra={"facts": {"status": "done", "duration_ms": _milliseconds(began)}}
        )
        return result


def _milliseconds(began: float) -> float:
    return round((time.perf_counter() - began) * 1000, 1)


JUMP = 60.0
"""Largest difference in seconds between the clock and the elapsed time; more is a change of the
clock.
"""


class Timetable(PeriodicDeferrer):
    """Queues each periodic job when it is due, even after the clock was changed.

    The base class remembers the instant until which it has queued jobs. After the clock was set
    back it would queue nothing until that instant; after it was set forward, everything in between.
    """

    def __init__(self, crons: Iterable[tuple[Task[Any, Any, Any], str]]) -> None:
        registry = PeriodicRegistry()  # type: ignore[no-untyped-call]  # untyped there
        for task, cron in crons:
            registry.register_task(task, cron=cron, periodic_id="", configure_kwargs={})
        super().__init__(registry)
        self._ahead = time.time() - time.monotonic()

    def get_previous_tasks(self, at: float) -> Iterable[TaskAtTime]:
        """Return the jobs that are due at `at` and not yet queued; after a change of the clock,
        those due last.
        """
        ahead = at - time.monotonic()
        if abs(jumped := ahead - self._ahead) > JUMP:
            log.warning(
                "the clock was set by %.0f seconds; periodic jobs go by the new time", jumped
            )
            self.last_defers.clear()
        self._ahead = ahead
        return super().get_previous_tasks(at)


def timetable(app: App, settings: Settings) -> Timetable:
    """Return the timetable of the periodic jobs that this site needs."""
    return Timetable(
        (app.tasks[each.name], each.cron)
        for each in jobs.all_jobs().values()
        if each.cron and each.is_needed(settings)
    )


def main() -> int:
    """Run `python -m workflow_app.worker`. Returns the exit code."""
    logging.config.dictConfig(logs.configuration())
    try:
        settings = read_settings()
    except SettingsError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    works = connect(settings, statement_seconds=JOB_SECONDS)
    try:
        with translated():
            works.blobs.ensure_bucket()
    except Unavailable as error:
        log.error("%s; what needs it waits", error.detail)
    asyncio.run(_run_and_leave(settings, works))


async def _run_and_leave(settings: Settings, works: Works) -> NoReturn:
    """Run the worker and leave without waiting for jobs in threads; their child processes end with
    this one.

    Another process deletes their temporary files, so that no running job loses them.
    """
    tempfile.tempdir = tempfile.mkdtemp(prefix="pekerja-")
    await run(settings, works)
    logging.shutdown()
    subprocess.Popen(["/bin/rm", "-rf", tempfile.tempdir], start_new_session=True)
    os._exit(0)


if __name__ == "__main__":
    sys.exit(main())
