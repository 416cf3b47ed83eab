"""Background jobs: how one is declared, and the row that asks for one in the caller's transaction.

A job is one decorated function beside the code that it runs. Its declaration says in which queue
it waits, when it is tried again, what happens when nobody tries any more, and what an operator
reads of it. Worker, clock, figures and checks read the declarations; there is no other list.
"""

import inspect
import logging
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from importlib import import_module
from typing import Any, ParamSpec
from uuid import UUID

from procrastinate import App, BaseRetryStrategy, RetryDecision, SyncPsycopgConnector
from procrastinate.jobs import Job as Row
from sqlalchemy import text

from workflow_app import logs
from workflow_app.domain import SYSTEM, Away, Busy, Unavailable
from workflow_app.services.core.unit_of_work import UnitOfWork, Works
from workflow_app.settings import Settings

log = logging.getLogger(__name__)

_shape = App(connector=SyncPsycopgConnector())
"""Never opened: it shapes rows, which go through the caller's connection. The worker has its own.
"""

COUNTER = "counter"
"""What a waiting citizen needs."""
READING = "reading"
"""Reading of documents, which is slow."""
KEEPING = "keeping"
"""Work on the whole archive, and on many cases one after the other."""
INTAKE = "intake"
"""Folders and mail servers of others, which may hang."""
MESSAGE_QUEUES = {"surel": "messages", "telepon": "phones"}
"""Channel of a message -> its queue: a server that does not answer keeps no other one waiting."""

REQUEST = "request"
"""Argument that names the request a job comes from. The worker puts it into the log lines."""

PASSING = (Unavailable, Busy)
"""Errors that another try may not meet."""


@dataclass(frozen=True)
class Retry(BaseRetryStrategy):
    """When a job that failed for a passing reason is tried again.

    While a dependency as a whole is away no try is the last: the job waits until it is back.
    """

    tries: int
    """Further tries at most."""
    first: int
    """Seconds before the first further try; each wait is twice the one before."""
    longest: int
    """Seconds between two tries at most."""

    def get_retry_decision(self, *, exception: BaseException, job: Row) -> RetryDecision | None:
        """Return when to try again; None when it is enough or the failure will not pass."""
        if self.is_over(exception, job.attempts):
            return None
        waits = SOON if isinstance(exception, Away) else self
        # Each death of a worker lowered the priority; a try that ended, however badly, is none.
        seconds = min(waits.first << min(job.attempts, 20), waits.longest)
        return RetryDecision(retry_in={"seconds": seconds}, priority=0)

    def is_over(self, error: BaseException, attempts: int) -> bool:
        """True if no further try follows this error after so many tries before."""
        if not isinstance(error, PASSING):
            return True
        return attempts >= self.tries and not isinstance(error, Away)


SOON = Retry(tries=70, first=1, longest=15)
"""For what a citizen waits for: about 17 minutes in all, then a person is told. He waits 15 seconds
at most after the dependency is back."""
PATIENT = Retry(tries=32, first=2, longest=3600)
"""For what nobody at the counter waits for, such as readings and messages: about a day."""


@dataclass(frozen=True)
class Running:
    """What a job gets beside its own arguments."""

    works: Works
    settings: Settings
    transports: Mapping[str, Any]
    """By channel, how a message leaves the office."""
    open_mailbox: Callable[[], Any]
    """Returns the mailbox that the settings name."""


def leave_to_the_clock(works: Works, error: Exception) -> None:
    """Give a periodic job up: the clock asks for it again."""


@dataclass(frozen=True)
class Job:
    """The declaration of one background job."""

    name: str
    """Stored in the rows of the queue; it never changes."""
    label: str
    """What it does, in Indonesian, for operators."""
    queue: str
    on_give_up: Callable[..., object]
    """Called with works, the error and the arguments of the job when nobody tries any more: after
    its last try, or when it has taken its worker down too often. Called twice it does the same."""
    run: Callable[..., object]
    retry: Retry | None = None
    """None for a periodic job."""
    queues: tuple[str, ...] = ()
    """Other queues in which it may be asked for."""
    is_scheduled: bool = False
    """Whether it is asked for ahead of its time, so that a long wait is right."""
    incident: str = ""
    """Operation of the incidents that are retried by this job (`Incident.operation`)."""
    cron: str = ""
    """When the clock asks for it; a sixth field counts seconds. Empty: somebody asks for it."""
    is_needed: Callable[[Settings], bool] = lambda _: True
    """Whether a site has anything to do for a periodic job."""
    is_alone: bool = False
    """Whether two of it may never run at the same time."""

    def __post_init__(self) -> None:
        """Raises `ValueError` for a declaration that lacks something."""
        if not (self.name and self.label and self.queue):
            raise ValueError(f"the job {self.name!r} lacks a name, a label or a queue")
        if (self.retry is None) == (not self.cron):
            raise ValueError(f"the job {self.name} is either tried again or asked for by the clock")
        given_up = len(inspect.signature(self.on_give_up).parameters)
        if given_up != 2 + len(self.arguments):
            raise ValueError(f"the job {self.name} cannot be given up with its arguments")

    @property
    def arguments(self) -> dict[str, type]:
        """The arguments that are stored with a row, with their types."""
        found = inspect.signature(self.run).parameters
        return {name: each.annotation for name, each in list(found.items())[1:]}

    def typed(self, stored: Mapping[str, Any]) -> dict[str, Any]:
        """Return stored arguments in the types of the declaration; others are left out."""
        return {
            name: UUID(str(stored[name])) if kind is UUID else stored[name]
            for name, kind in self.arguments.items()
        }

    def perform(self, running: Running, attempts: int, stored: Mapping[str, Any]) -> None:
        """Run it once. What it raises is raised, and it is given up first where that is final."""
        try:
            self.run(running, **self.typed(stored))
        except Exception as error:
            if self.retry is not None and self.retry.is_over(error, attempts):
                self.give_up(running.works, error, stored)
            raise

    def give_up(self, works: Works, error: Exception, stored: Mapping[str, Any]) -> None:
        """Say where people look that nobody tries any more."""
        self.on_give_up(works, error, **self.typed(stored))


DECLARED: dict[str, Job] = {}
"""Name -> job, of the modules imported so far; ask `declared` or `all_jobs`."""

P = ParamSpec("P")
Handler = Callable[P, None]


def job(
    name: str,
    *,
    label: str,
    queue: str,
    retry: Retry,
    on_give_up: Callable[..., object],
    queues: tuple[str, ...] = (),
    is_scheduled: bool = False,
    incident: str = "",
) -> Callable[[Handler[P]], Handler[P]]:
    """Declare a job that somebody asks for. It takes `Running`, then the arguments it stores."""

    def declare(run: Handler[P]) -> Handler[P]:
        _add(Job(name, label, queue, on_give_up, run, retry, queues, is_scheduled, incident))
        return run

    return declare


def periodic(
    name: str,
    *,
    label: str,
    queue: str,
    cron: str,
    is_needed: Callable[[Settings], bool] = lambda _: True,
    is_alone: bool = False,
) -> Callable[[Handler[P]], Handler[P]]:
    """Declare a job that the clock asks for; a second one never waits. It takes `Running` only."""

    def declare(run: Handler[P]) -> Handler[P]:
        given_up = leave_to_the_clock
        more = {"cron": cron, "is_needed": is_needed, "is_alone": is_alone}
        _add(Job(name, label, queue, given_up, run, **more))  # type: ignore[arg-type]  # by name
        return run

    return declare


def _add(declared: Job) -> None:
    if declared.name in DECLARED:
        raise ValueError(f"the job {declared.name} is declared twice")
    DECLARED[declared.name] = declared


@cache
def _import_declarations() -> None:
    """Import every module of the services: what declares a job is known then."""
    package = import_module("workflow_app.services")
    for found in pkgutil.walk_packages(package.__path__, "workflow_app.services."):
        import_module(found.name)


def all_jobs() -> dict[str, Job]:
    """Return every declared job by name."""
    _import_declarations()
    return dict(sorted(DECLARED.items()))


def declared(name: str) -> Job:
    """Return the declaration of a job. Raises `LookupError` for a name that nobody declares."""
    if name not in DECLARED:
        _import_declarations()
    try:
        return DECLARED[name]
    except KeyError:
        raise LookupError(f"no job is called {name}") from None


def retrying(operation: str) -> Job:
    """Return the job that retries incidents of an operation. Raises `LookupError`."""
    for each in all_jobs().values():
        if operation and each.incident == operation:
            return each
    raise LookupError(f"no job retries the operation {operation}")


def queue_names() -> list[str]:
    """Return every queue in which a job may wait."""
    return sorted({name for each in all_jobs().values() for name in (each.queue, *each.queues)})


def defer(
    work: UnitOfWork,
    name: str,
    *,
    at: datetime | None = None,
    queue: str | None = None,
    **arguments: str | int | UUID,
) -> None:
    """Write a row that the worker takes after commit, not before `at`.

    It waits in `queue`, or in the one declared. Arguments are ids, never personal data. Raises
    `LookupError` for an unknown job, `TypeError` for arguments or a queue it does not declare.
    """
    found = declared(name)
    if arguments.keys() != found.arguments.keys():
        raise TypeError(f"{name} takes {sorted(found.arguments)}, not {sorted(arguments)}")
    if queue is not None and queue not in (found.queue, *found.queues):
        raise TypeError(f"{name} does not wait in the queue {queue}")
    stored: dict[str, Any] = {
        key: str(value) if isinstance(value, UUID) else value for key, value in arguments.items()
    }
    if origin := logs.request_id():
        stored[REQUEST] = origin
    _shape.configure_task(
        name,
        allow_unknown=True,
        queue=queue or found.queue,
        schedule_at=at,
        connection=work.session.connection().connection.driver_connection,
    ).defer(**stored)


def is_waiting(work: UnitOfWork, name: str, argument: str, value: str) -> bool:
    """True while such a job runs, or is due and waits for the worker."""
    query = text(
        "select exists (select from procrastinate_jobs"
        " where task_name = :name and status in ('todo', 'doing')"
        " and (scheduled_at is null or scheduled_at <= now()) and args ->> :argument = :value)"
    )
    given = {"name": declared(name).name, "argument": argument, "value": value}
    return bool(work.session.scalar(query, given))


PUT_BACK = (
    # A periodic job that was asked for again meanwhile may not wait beside the new one.
    text(
        "delete from procrastinate_jobs"
        " where id = any(:ids) and status = 'doing' and queueing_lock is not null"
    ),
    text(
        "update procrastinate_jobs set status = 'todo', worker_id = null"
        " where id = any(:ids) and status = 'doing'"
    ),
)


def put_back(works: Works, ids: list[int]) -> None:
    """Let jobs that ended through no fault of theirs wait as if nobody had taken them."""
    if not ids:
        return
    with works.begin(SYSTEM) as work:
        for statement in PUT_BACK:
            work.session.execute(statement, {"ids": ids})


PULL_IN = text(
    "update procrastinate_jobs set scheduled_at = now() where status = 'todo' and task_name = :name"
    " and scheduled_at > now() + make_interval(secs => 2 * :longest + 60)"
)


def pull_in(work: UnitOfWork) -> None:
    """Let tries be due that were put off while the clock showed a time far ahead.

    Jobs that are asked for ahead of their time keep it: a timer rightly waits for days.
    """
    for each in all_jobs().values():
        if each.retry is not None and not each.is_scheduled:
            work.session.execute(PULL_IN, {"name": each.name, "longest": each.retry.longest})


KEPT = timedelta(days=30)
PERIODIC_KEPT = timedelta(days=1)
"""How long finished jobs can be looked at. Failed ones stay, except periodic ones."""
SWEPT_AT_ONCE = 10_000
SWEEP = text("""
    delete from procrastinate_jobs where id in (
        select job.id from procrastinate_jobs job
        where (job.status = 'succeeded'
            or job.status in ('failed', 'aborted') and job.task_name = any(:periodic))
        and not exists (select from procrastinate_events event where event.job_id = job.id
            and event.at > now()
                - case when job.task_name = any(:periodic) then :periodic_kept else :kept end)
        limit :most)""")


def sweep(work: UnitOfWork) -> None:
    """Delete jobs that ended long ago; of very many, some each time."""
    values = {
        "periodic": [each.name for each in all_jobs().values() if each.cron],
        "periodic_kept": PERIODIC_KEPT,
        "kept": KEPT,
        "most": SWEPT_AT_ONCE,
    }
    work.session.execute(SWEEP, values)


def do_each(what: str, acts: Mapping[Any, Callable[[], object]]) -> list[Exception]:
    """Do each of them, whatever becomes of the others; log what failed, and return it."""
    failed = []
    for name, act in acts.items():
        try:
            act()
        except Exception as error:
            log.error("%s %s: %s", what, name, logs.words_of(error))
            failed.append(error)
    return failed


def in_transaction(works: Works, act: Callable[[UnitOfWork], object]) -> Callable[[], None]:
    """Return the act in a transaction of its own."""

    def done() -> None:
        with works.begin(SYSTEM) as work:
            act(work)

    return done
