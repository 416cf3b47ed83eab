"""Jobs: rows written in the caller's transaction. What is rolled back was never asked for."""

import logging
import time
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from procrastinate import App, JobContext, SyncPsycopgConnector
from procrastinate.worker import Worker
from sqlalchemy import text

from workflow_app import logs
from workflow_app.services.ground.unit_of_work import UnitOfWork, Works
from workflow_app.types import SYSTEM

log = logging.getLogger(__name__)

app = App(connector=SyncPsycopgConnector())
"""Never opened: it only shapes job rows, which go through the caller's own connection. The worker has its own app."""

QUEUES = {
    "read_document": "reading",
    "split_stack": "reading",
    "make_version": "reading",
    "open_mail": "reading",
    "move_cases": "keeping",
    "make_bag": "keeping",
    "settle_holds": "keeping",
    "prove_lock": "keeping",
    "check_fixity": "keeping",
    "complete_lines": "keeping",
    "tally_stays": "keeping",
    "recount_clocks": "keeping",
    "take_scans": "intake",
    "take_mails": "intake",
}
"""Reading papers is slow, and so are servers and folders that hang and a look at the whole archive; everything a waiting citizen needs goes to the queue `counter`."""

LANES = {"surel": "messages", "telepon": "phones"}
"""Messages go out in a queue for each way: a server that is mute keeps nobody waiting but its own."""

REQUEST = "request"
"""Argument that names the request a job comes from. The worker takes it off and writes it into the job's log lines."""

CLOCKED = (
    "wake_overdue",
    "change_roles",
    "checkpoint",
    "sweep",
    "find_stranded",
    "publish_counts",
    "settle_holds",
    "prove_lock",
    "check_fixity",
    "complete_lines",
    "tally_stays",
    "recount_clocks",
    "take_scans",
    "take_mails",
)
"""Jobs that the clock asks for, again and again; nobody waits for a certain one of them."""
KEPT = timedelta(days=30)
CLOCKED_KEPT = timedelta(days=1)
"""How long jobs that are done can be looked at. Those that failed stay, except what the clock asks for again."""
SWEPT_AT_ONCE = 10_000

PUT_BACK = (
    # One that the clock has asked for again meanwhile may not wait beside the new one.
    text(
        "delete from procrastinate_jobs where id = any(:ids) and status = 'doing' and queueing_lock is not null"
    ),
    text(
        "update procrastinate_jobs set status = 'todo', worker_id = null where id = any(:ids) and status = 'doing'"
    ),
)
SWEEP = text("""
    delete from procrastinate_jobs where id in (
        select job.id from procrastinate_jobs job
        where (job.status = 'succeeded' or job.status in ('failed', 'aborted') and job.task_name = any(:clocked))
        and not exists (select from procrastinate_events event where event.job_id = job.id
            and event.at > now() - case when job.task_name = any(:clocked) then :clocked_kept else :kept end)
        limit :most)""")


def defer(
    work: UnitOfWork,
    name: str,
    *,
    at: datetime | None = None,
    queue: str | None = None,
    **arguments: str | int | None,
) -> None:
    """Write a job that the worker takes after commit, not before `at`; in `queue`, or the one of its kind. Arguments are ids,
    never personal data.
    """
    connection = work.session.connection().connection.driver_connection
    if origin := logs.request_id():
        arguments[REQUEST] = origin
    app.configure_task(
        name,
        allow_unknown=True,
        queue=queue or QUEUES.get(name, "counter"),
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


def put_back(works: Works, ids: list[int]) -> None:
    """Jobs that were begun and not ended, through no fault of theirs, wait again as if nobody had taken them."""
    if not ids:
        return
    with works.begin(SYSTEM) as work:
        for statement in PUT_BACK:
            work.session.execute(statement, {"ids": ids})


def sweep(work: UnitOfWork) -> None:
    """Delete jobs that were done long ago; of very many, some each time."""
    values = {"clocked": list(CLOCKED), "clocked_kept": CLOCKED_KEPT, "kept": KEPT, "most": SWEPT_AT_ONCE}
    work.session.execute(SWEEP, values)


@dataclass
class Hands:
    """The jobs that this process has in hand: while their queue has lost the database nobody else sees that they are."""

    doing: set[int] = field(default_factory=set)
    done: deque[int] = field(default_factory=lambda: deque(maxlen=100))
    """The last ones whose try ended; it may not have been possible to write that down."""

    async def hold(
        self, call_next: Callable[[], Awaitable[Any]], context: JobContext, _worker: Worker
    ) -> Any:
        """Around every job of the worker."""
        number = context.job.id or 0
        self.doing.add(number)
        try:
            return await call_next()
        finally:
            self.done.append(number)
            self.doing.discard(number)


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
