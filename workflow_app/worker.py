"""Assembly of the background process: takes job rows and calls the same services as the web.

Every job may run twice (a worker that dies gives its job back), so every handler is idempotent.
"""

import asyncio
import logging
import os
import sys
from datetime import UTC, datetime
from uuid import UUID

import procrastinate
from procrastinate import App, JobContext, PsycopgConnector, RetryStrategy
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Job, Status

from workflow_app.connections import connect
from workflow_app.errors import Busy, SentraError, Unavailable
from workflow_app.services import checkpoints, incidents, performing, printing, reading, wakes
from workflow_app.services.jobs import QUEUES
from workflow_app.services.unit_of_work import Works
from workflow_app.settings import Settings, SettingsError, read_settings
from workflow_app.types import SYSTEM

log = logging.getLogger(__name__)

RETRIES = 8
"""Further tries of a job whose dependency is away, 2 to 512 seconds apart: about 17 minutes in all. Then an incident waits
for a person."""

KILLS = 3
"""How often a job may take its worker down before it is given up."""

GRACE = 6.0
"""Seconds a job may go on when the worker is told to stop; what is not done by then is done again later."""

RETRY = RetryStrategy(max_attempts=RETRIES, exponential_wait=2, retry_exceptions={Unavailable, Busy})


def create_worker(settings: Settings, works: Works) -> App:
    """The job engine with all handlers. `run` works it."""
    app = App(connector=PsycopgConnector(conninfo=settings.database_dsn))

    @app.task(name="read_document", queue=QUEUES["read_document"], retry=RETRY)
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

    @app.periodic(cron="*/5 * * * *")
    @app.task(name="return_stalled", queue="counter", queueing_lock="return_stalled", pass_context=True)
    async def return_stalled(context: JobContext, timestamp: int) -> None:
        """A job whose worker died is done again; one that keeps killing its worker is not."""
        for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=60):
            if job.attempts < KILLS:
                await app.job_manager.retry_job(job, retry_at=datetime.now(UTC))
                continue
            await app.job_manager.finish_job(job, status=Status.FAILED, delete_job=False)
            await asyncio.to_thread(_give_up, works, job)

    return app


def _give_up(works: Works, job: Job) -> None:
    """Say where people look that this job is not tried any more."""
    if job.task_name == "perform_effect":
        performing.give_up(works, UUID(str(job.task_kwargs["task_id"])), SentraError(detail="worker died"))
    elif job.task_name == "read_document":
        reading.give_up(works, UUID(str(job.task_kwargs["document_id"])), reading.UNREAD)


async def run(app: App) -> None:
    """Work until told to stop: papers are read beside, not before, what a waiting citizen needs."""
    async with app.open_async():
        counter = app.run_worker_async(
            queues=["counter"], name="counter", concurrency=2, shutdown_graceful_timeout=GRACE
        )
        reader = app.run_worker_async(
            queues=[QUEUES["read_document"]],
            name="reading",
            concurrency=1,
            install_signal_handlers=False,
            shutdown_graceful_timeout=GRACE,
        )
        running = [asyncio.create_task(counter), asyncio.create_task(reader)]
        await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


def main() -> int:
    """`python -m workflow_app.worker`."""
    logging.basicConfig(
        level=os.environ.get("LOG_LEVEL", "INFO"), format="%(asctime)s %(levelname)s %(name)s %(message)s"
    )
    logging.getLogger("procrastinate").setLevel(logging.ERROR)
    try:
        settings = read_settings()
        works = connect(settings)
        works.blobs.ensure_bucket()
        asyncio.run(run(create_worker(settings, works)))
    except SettingsError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    except (ConnectorException, procrastinate.exceptions.ProcrastinateException) as error:
        sys.stderr.write(f"worker cannot reach the database: {type(error).__name__}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
