"""Assembly of the background process: takes job rows and calls the same services as the web.

Every job may run twice (a worker that dies gives its job back), so every handler is idempotent.
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
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from contextlib import suppress
from functools import partial
from typing import Any, NoReturn
from uuid import UUID

from procrastinate import App, JobContext, PsycopgConnector

from workflow_app import clocked, logs
from workflow_app.connections import JOB_SECONDS, LINE, connect, transports
from workflow_app.domain import SYSTEM, SentraError, Unavailable
from workflow_app.services.core import jobs
from workflow_app.services.core.jobs import (
    LANES,
    PATIENT,
    QUEUES,
    RETRIES,
    Hands,
    Timetable,
    Waiting,
    WaitingLonger,
)
from workflow_app.services.core.unit_of_work import Works, translated
from workflow_app.services.documents import reading, versions
from workflow_app.services.exports import bag_orders
from workflow_app.services.intake import mails, stacks
from workflow_app.services.messages import messages
from workflow_app.services.operations import archive_verification, health
from workflow_app.services.workflow import case_jobs, transfers, version_migration
from workflow_app.settings import Settings, SettingsError, read_settings

log = logging.getLogger(__name__)

HEARTBEAT = 2.0

GRACE = 5.0
"""Seconds a job may go on when the worker is told to stop; what is not done by then is done again later."""
FAREWELL = 2.0
"""Seconds for giving such jobs back."""

BEAT = 10.0
"""Seconds between two signs of life in the table that /readyz reads."""

READER_EVERY = 3
"""Every so many signs of life it is looked whether Tesseract is there."""

RECONNECT = 1.0
"""Seconds before the worker tries again to reach a database that went away."""

RETRY = Waiting()
PATIENT_RETRY = WaitingLonger()


def create_worker(settings: Settings, works: Works) -> App:
    """The job engine with all handlers. `run` works it, one for each queue."""
    app = App(
        connector=PsycopgConnector(
            conninfo=settings.database_dsn, kwargs=dict(LINE), min_size=1, max_size=4
        )
    )

    @app.task(name="read_document", queue=QUEUES["read_document"], retry=PATIENT_RETRY)
    def read_document(document_id: str) -> None:
        reading.read_document(works, UUID(document_id), page_seconds=settings.ocr_timeout_seconds)

    @app.task(name="make_version", queue=QUEUES["make_version"], retry=PATIENT_RETRY)
    def make_version(document_id: str, version: int) -> None:
        versions.make(works, UUID(document_id), version, page_seconds=settings.ocr_timeout_seconds)

    @app.task(name="split_stack", queue=QUEUES["split_stack"], retry=PATIENT_RETRY)
    def split_stack(stack_id: str) -> None:
        stacks.split(works, UUID(stack_id))

    @app.task(name="open_mail", queue=QUEUES["open_mail"], retry=PATIENT_RETRY)
    def open_mail(stack_id: str) -> None:
        mails.open_mail(works, UUID(stack_id), max_megabytes=settings.max_upload_mb)

    @app.task(name="perform_effect", queue="counter", retry=RETRY, pass_context=True)
    def perform_effect(context: JobContext, task_id: str) -> None:
        case_jobs.perform(
            works,
            UUID(task_id),
            public_url=settings.public_url,
            is_last_try=context.job.attempts >= RETRIES,
        )

    @app.task(name="reprint_letter", queue="counter", retry=RETRY, pass_context=True)
    def reprint_letter(context: JobContext, letter_id: str) -> None:
        case_jobs.reprint(
            works,
            UUID(letter_id),
            public_url=settings.public_url,
            is_last_try=context.job.attempts >= RETRIES,
        )

    ways = transports(settings)

    @app.task(name="send_message", retry=PATIENT_RETRY, pass_context=True)
    def send_message(context: JobContext, message_id: str) -> None:
        messages.send(works, ways, UUID(message_id), is_last_try=context.job.attempts >= PATIENT)

    for name, act in {"move_cases": _move_cases, "make_bag": _make_bag}.items():
        app.task(name=name, queue=QUEUES[name], retry=RETRY, pass_context=True)(partial(act, works))

    @app.task(name="restore_case", queue="counter", retry=RETRY)
    def restore_case(case_id: str) -> None:
        case_jobs.restore(works, UUID(case_id))

    @app.task(name="wake_case", queue="counter", retry=RETRY)
    def wake_case(case_id: str) -> None:
        case_jobs.wake(works, UUID(case_id))

    @app.task(name="release_left", queue="counter", retry=RETRY)
    def release_left(user_id: str) -> None:
        transfers.release_left(works, UUID(user_id))

    clocked.add(app, settings, works)
    return app


def _move_cases(works: Works, _context: JobContext, order_id: str) -> None:
    version_migration.carry_out(works, UUID(order_id))


def _make_bag(works: Works, context: JobContext, order_id: str) -> None:
    bag_orders.make(works, UUID(order_id), is_last_try=context.job.attempts >= RETRIES)


Part = Callable[[App], Awaitable[None]]


async def run(settings: Settings, works: Works) -> None:
    """Work until told to stop. Whatever is still being done then waits again; who called ends the process.

    The parts have nothing in common: when one has lost the database, or waits for a job that takes long, the others go on.
    """
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    hands = Hands()
    parts: dict[str, Part] = {
        "counter": partial(_serve, works, hands, "counter", concurrency=2),
        "reading": partial(_serve, works, hands, QUEUES["read_document"], concurrency=1),
        **{lane: partial(_serve, works, hands, lane, concurrency=1) for lane in LANES.values()},
        "keeping": partial(_serve, works, hands, QUEUES["settle_holds"], concurrency=1),
        "upkeep": partial(_keep_up, works, hands, clocked.crons(settings)),
    }
    if settings.scan_folder or settings.imap_host:
        parts["intake"] = partial(_serve, works, hands, QUEUES["take_scans"], concurrency=2)
    lanes = [
        asyncio.create_task(_always(name, partial(create_worker, settings, works), part))
        for name, part in parts.items()
    ]
    threading.Thread(target=archive_verification.prove_at_start, args=(works,), daemon=True).start()
    await stop.wait()
    for lane in lanes:
        lane.cancel()
    await asyncio.wait(lanes, timeout=GRACE)
    try:
        await asyncio.wait_for(asyncio.to_thread(jobs.put_back, works, list(hands.doing)), FAREWELL)
    except Exception as error:  # they are taken back as those of a worker that died
        log.error("jobs could not be given back: %s", logs.words_of(error))


async def _always(name: str, make: Callable[[], App], part: Part) -> None:
    """A part of the worker, begun anew when it ends. A database that went away is waited for."""
    while True:
        try:
            async with make().open_async() as app:
                await part(app)
            reason = "the connection broke"
        except Exception as error:
            reason = type(error).__name__
        log.error("%s lost the database (%s) and tries again", name, reason)
        await asyncio.sleep(RECONNECT)


async def _serve(works: Works, hands: Hands, queue: str, app: App, *, concurrency: int) -> None:
    """Do the jobs of one queue, and show that they are done."""
    working = app.run_worker_async(
        queues=[queue],
        name=queue,
        concurrency=concurrency,
        install_signal_handlers=False,
        shutdown_graceful_timeout=GRACE,
        update_heartbeat_interval=HEARTBEAT,
        stalled_worker_timeout=case_jobs.DEAD_AFTER,
        worker_middleware=[hands.hold, jobs.logged],
    )
    await _until_one_ends(working, _beat_always(works, queue))


async def _keep_up(works: Works, hands: Hands, crons: Mapping[str, str], app: App) -> None:
    """Take back what dead workers had, and ask for what comes by the clock."""
    timetable = Timetable((app.tasks[name], cron) for name, cron in crons.items())
    await _until_one_ends(_take_back_always(app, works, hands), timetable.worker())


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


async def _take_back_always(app: App, works: Works, hands: Hands) -> None:
    while True:
        await case_jobs.take_back(app, works, hands)
        await asyncio.sleep(HEARTBEAT)


async def _beat_always(works: Works, queue: str) -> None:
    """Signs of life of a queue, and whether papers can be read, for /readyz."""
    facts: dict[str, Any] = {}
    for turn in itertools.count():
        if queue == QUEUES["read_document"] and turn % READER_EVERY == 0:
            facts = {"tesseract": await asyncio.to_thread(health.reader_version)}
        with suppress(SentraError):  # without the database the queue ends, and begins again
            await asyncio.to_thread(_beat, works, queue, facts)
        await asyncio.sleep(BEAT)


def _beat(works: Works, queue: str, facts: dict[str, Any]) -> None:
    with works.begin(SYSTEM) as work:
        health.beat(work, queue, facts)


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
    asyncio.run(_run_and_leave(settings, works))


async def _run_and_leave(settings: Settings, works: Works) -> NoReturn:
    """A job that still runs in a thread is not waited for, and the processes it started end with this one.

    What they wrote on the disk is taken away by another process, so that no job sees it go.
    """
    tempfile.tempdir = tempfile.mkdtemp(prefix="pekerja-")
    await run(settings, works)
    logging.shutdown()
    subprocess.Popen(["/bin/rm", "-rf", tempfile.tempdir], start_new_session=True)
    os._exit(0)


if __name__ == "__main__":
    sys.exit(main())
