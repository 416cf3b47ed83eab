"""Assembly of the background process: takes job rows and calls the same services as the web.

Every job may run twice (a worker that dies gives its job back), so every handler is idempotent.
"""

import asyncio
import itertools
import logging.config
import signal
import sys
from contextlib import suppress
from datetime import UTC, datetime
from uuid import UUID

from procrastinate import App, JobContext, PsycopgConnector
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Job, Status

from workflow_app import logs
from workflow_app.connections import JOB_SECONDS, LINE, connect
from workflow_app.errors import SentraError, Unavailable
from workflow_app.services import (
    attempts,
    checkpoints,
    health,
    incidents,
    performing,
    printing,
    reading,
    sessions,
    wakes,
)
from workflow_app.services.jobs import QUEUES, logged
from workflow_app.services.retries import RETRIES, Waiting, WaitingLonger
from workflow_app.services.unit_of_work import Works, translated
from workflow_app.settings import Settings, SettingsError, read_settings
from workflow_app.types import SYSTEM

log = logging.getLogger(__name__)

KILLS = 3
"""How often a job may take its worker down before it is given up."""

HEARTBEAT = 2.0
DEAD_AFTER = 10.0
"""Seconds without a heartbeat after which a worker counts as dead and its jobs are done by another one."""

GRACE = 6.0
"""Seconds a job may go on when the worker is told to stop; what is not done by then is done again later."""

BEAT = 10.0
"""Seconds between two signs of life in the table that /readyz reads."""

READER_EVERY = 3
"""Every so many signs of life it is looked whether Tesseract is there."""

RECONNECT = 1.0
"""Seconds before the worker tries again to reach a database that went away."""

RETRY = Waiting()
READING_RETRY = WaitingLonger()


def create_worker(settings: Settings, works: Works) -> App:
    """The job engine with all handlers. `run` works it."""
    app = App(connector=PsycopgConnector(conninfo=settings.database_dsn, kwargs=dict(LINE)))

    @app.task(name="read_document", queue=QUEUES["read_document"], retry=READING_RETRY)
    def read_document(document_id: str) -> None:
        reading.read_document(works, UUID(document_id), page_seconds=settings.ocr_timeout_seconds)

    @app.task(name="perform_effect", queue="counter", retry=RETRY, pass_context=True)
    def perform_effect(context: JobContext, task_id: str) -> None:
        performing.perform(
            works,
            UUID(task_id),
            public_url=settings.public_url,
            is_last_try=context.job.attempts >= RETRIES,
        )

    @app.task(name="reprint_letter", queue="counter", retry=RETRY)
    def reprint_letter(letter_id: str) -> None:
        with works.begin(SYSTEM) as work:
            printing.reprint(work, UUID(letter_id), public_url=settings.public_url)

    @app.task(name="wake_case", queue="counter", retry=RETRY)
    def wake_case(case_id: str) -> None:
        with incidents.unit_of_work(works, SYSTEM) as work:
            wakes.wake(work, UUID(case_id))

    @app.periodic(cron="* * * * *")
    @app.task(name="wake_overdue", queue="counter", queueing_lock="wake_overdue")
    def wake_overdue(timestamp: int) -> None:
        with works.begin(SYSTEM) as work:
            health.beat(work, "scheduler")
            overdue = wakes.overdue(work)
        for case_id in overdue:
            try:
                with incidents.unit_of_work(works, SYSTEM) as work:
                    wakes.wake(work, case_id)
            except Exception as error:  # one case must not keep the others asleep
                log.error("timer of case %s: %s", case_id, getattr(error, "detail", type(error).__name__))

    @app.periodic(cron="*/15 * * * *")
    @app.task(name="checkpoint", queue="counter", queueing_lock="checkpoint")
    def checkpoint(timestamp: int) -> None:
        with works.begin(SYSTEM) as work:
            checkpoints.make_checkpoint(work, settings.audit_signing_key_bytes)

    @app.periodic(cron="7 * * * *")
    @app.task(name="sweep", queue="counter", queueing_lock="sweep")
    def sweep(timestamp: int) -> None:
        """Sessions that are over and counts of failures that are forgotten do not pile up."""
        with works.begin(SYSTEM) as work:
            sessions.sweep(work)
            attempts.sweep(work)

    return app


async def take_back(app: App, works: Works) -> None:
    """Jobs whose worker died are done again; one that keeps killing its worker is not.

    Each death puts the job one place behind the others: its priority also counts them.
    """
    for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=DEAD_AFTER):
        with suppress(ConnectorException):  # another worker took it back first
            await _take_back(app, works, job)


async def _take_back(app: App, works: Works, job: Job) -> None:
    deaths = 1 - job.priority
    log.error("job %s (%s) lost its worker, for the %d. time", job.id, job.task_name, deaths)
    if job.queueing_lock is not None:  # the clock asks for it again; two of them may not wait
        await app.job_manager.finish_job(job, status=Status.ABORTED, delete_job=True)
    elif deaths < KILLS:
        await app.job_manager.retry_job(job, retry_at=datetime.now(UTC), priority=-deaths)
    else:
        await asyncio.to_thread(_give_up, works, job)
        await app.job_manager.finish_job(job, status=Status.FAILED, delete_job=False)


def _give_up(works: Works, job: Job) -> None:
    """Say where people look that this job is not tried any more."""
    if job.task_name == "perform_effect":
        performing.give_up(works, UUID(str(job.task_kwargs["task_id"])), SentraError(detail="worker died"))
    elif job.task_name == "read_document":
        reading.give_up(works, UUID(str(job.task_kwargs["document_id"])), reading.UNREAD)


async def run(app: App, works: Works) -> None:
    """Work until told to stop. A database that goes away is waited for; its jobs go on when it is back."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    while not stop.is_set():
        told = asyncio.create_task(stop.wait())
        working = asyncio.create_task(_work(app, works))
        await asyncio.wait([told, working], return_when=asyncio.FIRST_COMPLETED)
        for task in (told, working):
            task.cancel()
        (failure,) = await asyncio.gather(working, return_exceptions=True)
        if not stop.is_set():
            reason = type(failure).__name__ if failure else "the connection broke"
            log.error("the worker lost the database (%s) and tries again", reason)
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), RECONNECT)


async def _work(app: App, works: Works) -> None:
    """Papers are read beside, not before, what a waiting citizen needs. Ends when any part does."""
    async with app.open_async():
        parts = [
            asyncio.create_task(_workers_of(app, "counter", "counter", concurrency=2)),
            asyncio.create_task(_workers_of(app, QUEUES["read_document"], "reading", concurrency=1)),
            asyncio.create_task(_take_back_always(app, works)),
            asyncio.create_task(_beat_always(works)),
        ]
        try:
            await asyncio.wait(parts, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for part in parts:
                part.cancel()
            await asyncio.gather(*parts, return_exceptions=True)


async def _workers_of(app: App, queue: str, name: str, *, concurrency: int) -> None:
    await app.run_worker_async(
        queues=[queue],
        name=name,
        concurrency=concurrency,
        install_signal_handlers=False,
        shutdown_graceful_timeout=GRACE,
        update_heartbeat_interval=HEARTBEAT,
        stalled_worker_timeout=DEAD_AFTER,
        worker_middleware=[logged],
    )


async def _take_back_always(app: App, works: Works) -> None:
    while True:
        await take_back(app, works)
        await asyncio.sleep(HEARTBEAT)


async def _beat_always(works: Works) -> None:
    """Signs of life of both queues, and whether papers can be read, for /readyz."""
    for turn in itertools.count():
        if turn % READER_EVERY == 0:
            tesseract = await asyncio.to_thread(health.reader_version)
        with suppress(SentraError):  # without the database the rest of the worker ends, and begins again
            await asyncio.to_thread(_beat, works, tesseract)
        await asyncio.sleep(BEAT)


def _beat(works: Works, tesseract: str | None) -> None:
    with works.begin(SYSTEM) as work:
        health.beat(work, "counter")
        health.beat(work, "reading", {"tesseract": tesseract})


def main() -> int:
    """`python -m workflow_app.worker`."""
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
    asyncio.run(run(create_worker(settings, works), works))
    return 0


if __name__ == "__main__":
    sys.exit(main())
