"""What the worker does for a case: the work itself and what follows from it in one transaction; what fails for good is told.

Workers that died: their jobs are done again by another one, soon, but not for ever.
"""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from uuid import UUID

from procrastinate import App
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Job, Status

from workflow_app.domain import SYSTEM, Away, Busy, ProcessFault, SentraError, Stranded, Unavailable
from workflow_app.models import Case, Letter, PendingEffect
from workflow_app.services.cases import access, incidents
from workflow_app.services.core import jobs
from workflow_app.services.core.jobs import Hands
from workflow_app.services.core.unit_of_work import UnitOfWork, Works
from workflow_app.services.documents import reading, versions
from workflow_app.services.exports import bag_orders
from workflow_app.services.intake import stacks
from workflow_app.services.letters import printing
from workflow_app.services.messages import messages
from workflow_app.services.operations import consistency_cases
from workflow_app.services.retention import bundles, disposal
from workflow_app.services.workflow import steps

Operation = Callable[[UnitOfWork, PendingEffect, str], object]

OPERATIONS: dict[str, Operation] = {
    "render_letter": lambda work, effect, public_url: printing.render(
        work, UUID(str(effect.parameters["letter_id"])), public_url=public_url
    ),
    "archive_case": lambda work, effect, _: bundles.archive_case(work, effect.case_id),
    "dispose_papers": lambda work, effect, _: disposal.conclude(work, effect.case_id),
}
BEFORE: dict[str, Callable[[Works, UUID], None]] = {"dispose_papers": disposal.dispose}
"""What an operation does for a case in transactions of its own, before the last one in which the case goes on: much, each part of
which holds by itself. Begun again it does the rest.
"""


def perform(works: Works, task_id: UUID, *, public_url: str, is_last_try: bool = True) -> None:
    """Perform the effect of an engine task; an effect that came back already is left alone.

    What fails for good becomes an incident, and so does what is still unavailable at the last try. While a dependency
    as a whole is away nothing does: the job goes on by itself.
    """
    try:
        with works.glance(SYSTEM) as work:
            effect = steps.pending(work, task_id)
            first = BEFORE.get(effect.operation) if effect else None
            case_id = effect.case_id if effect else None
        if first is not None and case_id is not None:
            first(works, case_id)
        with incidents.unit_of_work(works, SYSTEM) as work:
            effect = steps.pending(work, task_id)
            if effect is None:
                return
            OPERATIONS[effect.operation](work, effect, public_url)
            steps.resolve_effect(work, task_id, None)
    except Exception as error:
        if _is_final(error, is_last_try):
            give_up(works, task_id, error)
        raise


def wake(works: Works, case_id: UUID) -> None:
    """Let the timers of a case fire that are due. What another try may mend needs no last one: they are looked for every minute."""
    try:
        with incidents.unit_of_work(works, SYSTEM) as work:
            steps.wake(work, case_id)
    except Exception as error:
        if _is_final(error, is_last_try=False):
            give_up_waking(works, case_id, error)
        raise


def find_stranded(works: Works) -> None:
    """Look for open cases that nothing moves any more, and tell those who can see to it (pitfall 8)."""
    with works.begin(SYSTEM) as work:
        found = consistency_cases.stranded(work)
    for case_id in found:
        with suppress(Busy), works.begin(SYSTEM) as work:  # who holds it is moving it
            case = access.lock_case(work, case_id)
            has_timer = case.next_wake_at is not None
            if has_timer and jobs.is_waiting(work, "wake_case", "case_id", str(case_id)):
                continue  # the worker was away for long, and is about to wake it
            if consistency_cases.stranded(work, case_id):
                incidents.record(work, case_id, "stranded", None, "", Stranded())


def restore(works: Works, case_id: UUID) -> None:
    """Let a stranded case go on, where its engine state tells how."""
    with incidents.unit_of_work(works, SYSTEM) as work:
        steps.restore(work, case_id)


def reprint(works: Works, letter_id: UUID, *, public_url: str, is_last_try: bool = True) -> None:
    """Print a withdrawn letter with its mark. Until that is done nobody can open it, so its failure is an incident too."""
    try:
        with works.begin(SYSTEM) as work:
            printing.reprint(work, letter_id, public_url=public_url)
            case_id = work.session.get_one(Letter, letter_id).case_id
            incidents.resolve(work, work.session.get_one(Case, case_id), letter_id)
    except Exception as error:
        if _is_final(error, is_last_try):
            give_up_printing(works, letter_id, error)
        raise


def _is_final(error: Exception, is_last_try: bool) -> bool:
    """Whether nobody will try again, and nothing tells of it yet."""
    if isinstance(error, ProcessFault) and error.case_id is not None:
        return False
    return (is_last_try and not isinstance(error, Away)) or not isinstance(
        error, Unavailable | Busy
    )


def give_up(works: Works, task_id: UUID, error: Exception) -> None:
    """Stop trying: the effect becomes an incident that a lead can retry."""
    with works.begin(SYSTEM) as work:
        effect = steps.pending(work, task_id)
        if effect is not None:
            incidents.record(work, effect.case_id, "effect", task_id, effect.element, error)


def give_up_waking(works: Works, case_id: UUID, error: Exception) -> None:
    """Stop trying: the case waits for a lead."""
    with works.begin(SYSTEM) as work:
        if work.session.get(Case, case_id) is not None:
            incidents.record(work, case_id, "wake", None, "", error)


def give_up_printing(works: Works, letter_id: UUID, error: Exception) -> None:
    """Stop trying: the withdrawn letter stays unprinted until a lead tries again."""
    with works.begin(SYSTEM) as work:
        letter = work.session.get(Letter, letter_id)
        if letter is not None:
            incidents.record(work, letter.case_id, "reprint", letter_id, printing.ELEMENT, error)


log = logging.getLogger(__name__)

KILLS = 3
"""How often a job may take its worker down before it is given up."""

DEAD_AFTER = 10.0
"""Seconds without a heartbeat after which a worker counts as dead and its jobs are done by another one."""


async def take_back(app: App, works: Works, hands: Hands) -> None:
    """Jobs whose worker died are done again; one that keeps killing its worker is not.

    What this process has in hand has killed nobody: its queue only lost the database for a while.
    """
    for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=DEAD_AFTER):
        if job.id is None or job.id in hands.doing:
            continue
        with suppress(ConnectorException):  # another worker took it back first
            if job.id in hands.done:
                await asyncio.to_thread(jobs.put_back, works, [job.id])
            else:
                await _take_back(app, works, job)


async def _take_back(app: App, works: Works, job: Job) -> None:
    """Each death puts the job one place behind the others: its priority also counts them."""
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
    died = SentraError(detail="worker died")
    given = {name: str(value) for name, value in job.task_kwargs.items()}
    if job.task_name == "perform_effect":
        give_up(works, UUID(given["task_id"]), died)
    elif job.task_name == "wake_case":
        give_up_waking(works, UUID(given["case_id"]), died)
    elif job.task_name == "reprint_letter":
        give_up_printing(works, UUID(given["letter_id"]), died)
    elif job.task_name == "send_message":
        messages.give_up(works, UUID(given["message_id"]), died)
    elif job.task_name == "read_document":
        reading.give_up(works, UUID(given["document_id"]), reading.UNREAD)
    elif job.task_name == "make_version":
        versions.give_up(works, UUID(given["document_id"]), int(given["version"]))
    elif job.task_name == "make_bag":
        bag_orders.give_up(works, UUID(given["order_id"]))
    elif job.task_name in stacks.OPENERS.values():
        stacks.give_up(works, UUID(given["stack_id"]))
