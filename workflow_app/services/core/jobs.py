"""Jobs: rows written in the caller's transaction. What is rolled back was never asked for.

When a job that failed is tried again.
When the periodic jobs are asked for, also after somebody has set the clock.
"""

import logging
import time
from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from procrastinate import App, BaseRetryStrategy, JobContext, RetryDecision, SyncPsycopgConnector
from procrastinate.jobs import Job
from procrastinate.periodic import PeriodicDeferrer, PeriodicRegistry, TaskAtTime
from procrastinate.tasks import Task
from procrastinate.worker import Worker
from sqlalchemy import text

from workflow_app import logs
from workflow_app.domain import SYSTEM, Away, Busy, Unavailable
from workflow_app.services.core.unit_of_work import UnitOfWork, Works

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
    values = {
        "clocked": list(CLOCKED),
        "clocked_kept": CLOCKED_KEPT,
        "kept": KEPT,
        "most": SWEPT_AT_ONCE,
    }
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


async def logged(
    call_next: Callable[[], Awaitable[Any]], context: JobContext, _worker: Worker
) -> Any:
    """Around every job of the worker: its lines carry its number and the request it comes from; one line says how it went."""
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


RETRIES = 70
"""Further tries of what a waiting citizen needs, when it fails for a reason that may pass: about 17 minutes in all. Then an
incident waits for a person."""

PATIENT = 32
"""Further tries of what nobody at the counter waits for, about a day: to read a paper on which the reader fails (it stays marked
as not read meanwhile), to send a message (it stays in the outbox)."""

LONGEST_WAIT = 15
"""Seconds between two of these tries, at most: the citizen waits as long again after the dependency is back."""

LONGEST_PATIENT_WAIT = 3600

WAITS = {
    "perform_effect": LONGEST_WAIT,
    "reprint_letter": LONGEST_WAIT,
    "read_document": LONGEST_PATIENT_WAIT,
    "split_stack": LONGEST_PATIENT_WAIT,
    "open_mail": LONGEST_PATIENT_WAIT,
    "send_message": LONGEST_PATIENT_WAIT,
}
"""Jobs that only wait for their next try, and how long at most. A timer's job rightly waits for days."""
STRANDED = text(
    "update procrastinate_jobs set scheduled_at = now() where status = 'todo' and task_name = :name"
    " and scheduled_at > now() + make_interval(secs => 2 * :longest + 60)"
)

PASSING = (Unavailable, Busy)


class Waiting(BaseRetryStrategy):
    """Tries again after 1, 2, 4, 8 seconds, then at a steady pace."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        """When to try again; None when it is enough or the failure will not pass.

        While a dependency as a whole is away there is no last try: the job goes on by itself when it is back.
        """
        is_away = isinstance(exception, Away)
        if not isinstance(exception, PASSING) or (job.attempts >= RETRIES and not is_away):
            return None
        return _after(min(1 << min(job.attempts, 10), LONGEST_WAIT))


class WaitingLonger(Waiting):
    """For readings and messages: nobody at the counter waits for one, and each try may cost minutes."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        """As above when a dependency as a whole is away; else 2 to 512 seconds apart, then every hour for a day."""
        if isinstance(exception, Away) or not isinstance(exception, PASSING):
            return super().get_retry_decision(exception=exception, job=job)
        if job.attempts >= PATIENT:
            return None
        return _after(2 << job.attempts if job.attempts < 9 else LONGEST_PATIENT_WAIT)


def pull_in(work: UnitOfWork) -> None:
    """Tries that were put off while the clock showed a time far ahead do not wait until it shows that again."""
    for name, longest in WAITS.items():
        work.session.execute(STRANDED, {"name": name, "longest": longest})


def _after(seconds: int) -> RetryDecision:
    """A try that ended, however badly, has not killed its worker: deaths before it (kept as priority) are forgotten."""
    return RetryDecision(retry_in={"seconds": seconds}, priority=0)


JUMP = 60.0
"""Seconds by which the clock and the time that really passed may differ between two looks; more is a jump."""


class Timetable(PeriodicDeferrer):
    """Asks for each periodic job whenever its time comes.

    The one it is made from remembers until which instant it has asked. After a jump that instant means nothing: set back, it
    would ask for nothing until the clock is there again; set forward, for everything in between.
    """

    def __init__(self, crons: Iterable[tuple[Task[Any, Any, Any], str]]) -> None:
        registry = PeriodicRegistry()  # type: ignore[no-untyped-call]  # procrastinate leaves its constructor untyped
        for task, cron in crons:
            registry.register_task(task, cron=cron, periodic_id="", configure_kwargs={})
        super().__init__(registry)
        self._ahead = time.time() - time.monotonic()

    def get_previous_tasks(self, at: float) -> Iterable[TaskAtTime]:
        """What is due at `at` and was not asked for yet. After a jump of the clock it begins anew, with what was due last."""
        ahead = at - time.monotonic()
        if abs(jumped := ahead - self._ahead) > JUMP:
            log.warning(
                "the clock was set by %.0f seconds; periodic jobs go by the new time", jumped
            )
            self.last_defers.clear()
        self._ahead = ahead
        return super().get_previous_tasks(at)
