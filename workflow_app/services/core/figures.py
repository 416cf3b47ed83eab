"""Figures about the work, read from the tables: what waits, what is done, what is late. Never about
a person.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Select, func, select, text
from sqlalchemy.dialects.postgresql import insert

from workflow_app.models import CaseClock, Incident, Message, Publication, Tally, Task
from workflow_app.services.core import jobs
from workflow_app.services.core.unit_of_work import UnitOfWork

OCR_PAGES, OCR_SECONDS = "ocr_pages", "ocr_seconds"

JOBS = text("""
    select queue_name, task_name, status = 'failed' as failed,
        coalesce(scheduled_at > now(), false) as later, count(*) as number
    from procrastinate_jobs where status in ('todo', 'failed') group by 1, 2, 3, 4""")


@dataclass
class Queue:
    """Jobs of one queue or name: due and not taken, due later (timers, further tries), failed."""

    due: int = 0
    later: int = 0
    failed: int = 0


@dataclass(frozen=True)
class Figures:
    """One reading of all of them."""

    open_tasks: dict[str, int]
    """By role."""
    completed_tasks: int
    late_clocks: dict[str, int]
    """Clocks that ran or run past their target, by clock."""
    open_incidents: int
    messages_waiting: dict[str, int]
    messages_failed: dict[str, int]
    """By channel: not sent or handed over yet, given up."""
    queues: dict[str, Queue]
    jobs: dict[str, Queue]
    """By name."""
    publication_age: float | None
    """Seconds since complaints were last counted for the public; None before the first time."""
    ocr_pages: float
    ocr_seconds: float


def read(work: UnitOfWork) -> Figures:
    """All figures, with a handful of counting queries."""
    count = func.count()
    opened = select(Task.role, count).where(Task.status == "open").group_by(Task.role)
    completed = select(count).select_from(Task).where(Task.status == "done")
    late = (
        select(CaseClock.name, count)
        .where(CaseClock.due_at < func.coalesce(CaseClock.stopped_at, work.clock()))
        .group_by(CaseClock.name)
    )
    incidents = select(count).select_from(Incident).where(Incident.resolved_at.is_(None))
    messages = select(Message.channel, count).group_by(Message.channel)
    totals = {tally.name: tally.total for tally in work.session.scalars(select(Tally))}
    return Figures(
        _counts(work, opened),
        work.session.scalar(completed) or 0,
        _counts(work, late),
        work.session.scalar(incidents) or 0,
        _counts(work, messages.where(Message.status == "waiting")),
        _counts(work, messages.where(Message.status == "failed")),
        queues(work),
        jobs_by_name(work),
        _publication_age(work),
        totals.get(OCR_PAGES, 0.0),
        totals.get(OCR_SECONDS, 0.0),
    )


def _publication_age(work: UnitOfWork) -> float | None:
    last = work.session.scalar(select(func.max(Publication.made_at)))
    return None if last is None else (work.clock() - last).total_seconds()


def queues(work: UnitOfWork) -> dict[str, Queue]:
    """Return the jobs by queue."""
    return _jobs_by(work, 0, jobs.queue_names())


def jobs_by_name(work: UnitOfWork) -> dict[str, Queue]:
    """Return the jobs by the name of their declaration; rows of a name not declared count too."""
    return _jobs_by(work, 1, jobs.all_jobs())


def _jobs_by(work: UnitOfWork, column: int, known: Iterable[str]) -> dict[str, Queue]:
    found = {name: Queue() for name in known}
    for row in work.session.execute(JOBS):
        queue = found.setdefault(row[column], Queue())
        if row.failed:
            queue.failed += row.number
        elif row.later:
            queue.later += row.number
        else:
            queue.due += row.number
    return found


def add(work: UnitOfWork, name: str, amount: float) -> None:
    """Let a total grow. Only for what few transactions do: they wait for each other."""
    statement = insert(Tally).values(name=name, total=amount)
    grown = {"total": Tally.total + statement.excluded.total}
    work.session.execute(statement.on_conflict_do_update(index_elements=[Tally.name], set_=grown))


def _counts(work: UnitOfWork, query: Select[str, int]) -> dict[str, int]:
    return {row[0]: row[1] for row in work.session.execute(query)}
