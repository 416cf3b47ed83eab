"""Every job ends once in effect: what waits for a job has one that will run, or an incident that a person sees."""

from collections.abc import Iterator
from datetime import timedelta

from sqlalchemy import text

from workflow_app.services.ground.unit_of_work import UnitOfWork
from workflow_app.services.watching.faults import Fault

LATE = timedelta(minutes=3)
"""A timer is looked for every minute; one that is due for longer than this was forgotten."""
SILENT = timedelta(minutes=1)
"""A worker without a heartbeat for this long is dead, and its jobs should have been taken back."""

ALIVE = "job.status in ('todo', 'doing')"

EFFECTS = f"""
    select waiting.task_id from pending_effect waiting
    where not exists (select from procrastinate_jobs job where {ALIVE}
        and job.task_name = 'perform_effect' and job.args->>'task_id' = waiting.task_id::text)
    and not exists (select from incident where incident.task_id = waiting.task_id and resolved_at is null)
    order by waiting.task_id"""  # noqa: S608 - our own words

READINGS = f"""
    select document.id from archive.document document
    where document.status in ('received', 'reading')
    and not exists (select from procrastinate_jobs job where {ALIVE}
        and job.task_name = 'read_document' and job.args->>'document_id' = document.id::text)
    order by document.id"""  # noqa: S608 - our own words

UNREAD = f"""
    select document.id from archive.document document
    where document.status = 'unreadable'
    and not exists (select from procrastinate_jobs job where {ALIVE}
        and job.task_name = 'read_document' and job.args->>'document_id' = document.id::text)
    and not exists (select from audit_event event where event.action = 'document.read'
        and event.details->>'document_id' = document.id::text)
    order by document.id"""  # noqa: S608 - our own words
"""A paper that waits for the reader is marked as unreadable too, but only a reading that came to an end is on record."""

PRINTINGS = f"""
    select letter.id from letter
    where letter.document_id is null
    and not exists (select from procrastinate_jobs job where {ALIVE}
        and job.task_name = 'reprint_letter' and job.args->>'letter_id' = letter.id::text)
    and not exists (select from pending_effect waiting where waiting.operation = 'render_letter'
        and waiting.parameters->>'letter_id' = letter.id::text)
    and not exists (select from incident where incident.task_id = letter.id and resolved_at is null)
    order by letter.id"""  # noqa: S608 - our own words

MESSAGES = f"""
    select message.id from message
    where message.status = 'waiting' and message.channel <> 'slip'
    and not exists (select from procrastinate_jobs job where {ALIVE}
        and job.task_name = 'send_message' and job.args->>'message_id' = message.id::text)
    and not exists (select from incident where incident.task_id = message.id and resolved_at is null)
    order by message.id"""  # noqa: S608 - our own words

MOVES = f"""
    select distinct item.order_id from case_move item
    where item.status = 'waiting'
    and not exists (select from procrastinate_jobs job where {ALIVE}
        and job.task_name = 'move_cases' and job.args->>'order_id' = item.order_id::text)
    order by item.order_id"""  # noqa: S608 - our own words

BAGS = f"""
    select ordered.id from bag_order ordered
    where ordered.status in ('waiting', 'making')
    and not exists (select from procrastinate_jobs job where {ALIVE}
        and job.task_name = 'make_bag' and job.args->>'order_id' = ordered.id::text)
    order by ordered.id"""  # noqa: S608 - our own words

STALLED = """
    select job.id from procrastinate_jobs job
    left join procrastinate_workers worker on worker.id = job.worker_id
    where job.status = 'doing'
    and (worker.id is null or worker.last_heartbeat < now() - :silent)
    order by job.id"""

FAILED = """
    select job.id from procrastinate_jobs job
    where job.status in ('failed', 'aborted') and job.task_name = 'perform_effect'
    and not exists (select from incident where incident.task_id::text = job.args->>'task_id')
    and exists (select from pending_effect waiting where waiting.task_id::text = job.args->>'task_id')
    order by job.id"""

LATE_TIMERS = """
    select id from service_case
    where status = 'running' and next_wake_at < :latest
    order by id"""

CHECKS: tuple[tuple[str, str, str, str], ...] = (
    ("effect", "effect", EFFECTS, "No job will perform this effect, and no incident tells of it."),
    ("reading", "document", READINGS, "No job will read this paper."),
    ("reading", "document", UNREAD, "No job will read this paper, and no reading of it has come to an end."),
    (
        "printing",
        "letter",
        PRINTINGS,
        "This letter is not printed, no job will print it, and no incident tells of it.",
    ),
    ("message", "message", MESSAGES, "No job will send this message, and no incident tells of it."),
    ("move", "order", MOVES, "No job will move the cases of this order."),
    ("bag", "order", BAGS, "No job will make the bag of this order."),
    ("job", "job", STALLED, "The worker of this job is dead, and nobody has taken the job back."),
    ("job", "job", FAILED, "This job failed, and no incident tells of it."),
    ("timer", "case", LATE_TIMERS, "A timer of this case is overdue, and nobody has woken it."),
)
"""Kind of fault, what the id belongs to, query, sentence."""


def check(work: UnitOfWork) -> Iterator[Fault]:
    """Look for what was forgotten. Jobs that the clock asks for again need no look."""
    values = {"silent": SILENT, "latest": work.clock() - LATE}
    for kind, noun, query, sentence in CHECKS:
        statement = text(query)
        known = {name: values[name] for name in statement.compile().params}
        for found in work.session.scalars(statement, known):
            yield Fault(kind, f"{noun} {found}", sentence)
