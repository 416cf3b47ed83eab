"""Jobs: rows written in the caller's transaction. What is rolled back was never asked for."""

import logging
import time
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from procrastinate import App, JobContext, SyncPsycopgConnector
from procrastinate.worker import Worker
from sqlalchemy import text

from workflow_app import logs
from workflow_app.services.unit_of_work import UnitOfWork

log = logging.getLogger(__name__)

app = App(connector=SyncPsycopgConnector())
"""Never opened: it only shapes job rows, which go through the caller's own connection. The worker has its own app."""

QUEUES = {"read_document": "reading"}
"""Reading papers is slow; everything a waiting citizen needs goes to the queue `counter`."""

REQUEST = "request"
"""Argument that names the request a job comes from. The worker takes it off and writes it into the job's log lines."""


def defer(work: UnitOfWork, name: str, *, at: datetime | None = None, **arguments: str | int | None) -> None:
    """Write a job that the worker takes after commit, not before `at`. Arguments are ids, never personal data."""
    connection = work.session.connection().connection.driver_connection
    if origin := logs.request_id():
        arguments[REQUEST] = origin
    app.configure_task(
        name,
        allow_unknown=True,
        queue=QUEUES.get(name, "counter"),
        schedule_at=at,
        connection=connection,
    ).defer(**arguments)


def is_waiting(work: UnitOfWork, name: str, argument: str, value: str) -> bool:
    """True while such a job with this argument is being done, or is due and waits for the worker."""
    query = text(
        "select exists (select from procrastinate_jobs where task_name = :name and status in ('todo', 'doing')"
        " and (scheduled_at is null or scheduled_at <= now()) and args ->> :argument = :value)"
    )
    return bool(work.session.scalar(query, {"name": name, "argument": argument, "value": value}))


async def logged(call_next: Callable[[], Awaitable[Any]], context: JobContext, _worker: Worker) -> Any:
    """Around every job of the worker: its lines carry its number and the request it comes from; one line says how it went."""
    job = context.job
    origin = job.task_kwargs.pop(REQUEST, None)
    began = time.perf_counter()
    with logs.bound(request=None if origin is None else str(origin), job=job.id, task=job.task_name):
        try:
            result = await call_next()
        except Exception as error:
            facts = {"status": "failed", "duration_ms": _milliseconds(began), "attempt": job.attempts + 1}
            log.warning("job failed: %s", logs.words_of(error), extra={"facts": facts}, exc_info=True)
            raise
        log.info("job done", extra={"facts": {"status": "done", "duration_ms": _milliseconds(began)}})
        return result


def _milliseconds(began: float) -> float:
    return round((time.perf_counter() - began) * 1000, 1)
