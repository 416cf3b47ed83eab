"""Workers that died: their jobs are done again by another one, soon, but not for ever."""

import asyncio
import logging
from contextlib import suppress
from datetime import UTC, datetime
from uuid import UUID

from procrastinate import App
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Job, Status

from workflow_app.errors import SentraError
from workflow_app.services.arranging import version_copies
from workflow_app.services.bringing import stacks
from workflow_app.services.correspondence import sending
from workflow_app.services.ground import jobs
from workflow_app.services.ground.jobs import Hands
from workflow_app.services.ground.unit_of_work import Works
from workflow_app.services.keeping import bag_making
from workflow_app.services.papers import reading
from workflow_app.services.running import performing

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
        performing.give_up(works, UUID(given["task_id"]), died)
    elif job.task_name == "wake_case":
        performing.give_up_waking(works, UUID(given["case_id"]), died)
    elif job.task_name == "reprint_letter":
        performing.give_up_printing(works, UUID(given["letter_id"]), died)
    elif job.task_name == "send_message":
        sending.give_up(works, UUID(given["message_id"]), died)
    elif job.task_name == "read_document":
        reading.give_up(works, UUID(given["document_id"]), reading.UNREAD)
    elif job.task_name == "make_version":
        version_copies.give_up(works, UUID(given["document_id"]), int(given["version"]))
    elif job.task_name == "make_bag":
        bag_making.give_up(works, UUID(given["order_id"]))
    elif job.task_name in stacks.OPENERS.values():
        stacks.give_up(works, UUID(given["stack_id"]))
