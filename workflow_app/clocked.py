"""What the background process does by the clock, beside what somebody asked for."""

import logging
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from procrastinate import App

from workflow_app import logs
from workflow_app.connections import mailbox
from workflow_app.domain import SYSTEM
from workflow_app.services.accounts import role_changes, sessions
from workflow_app.services.core import jobs
from workflow_app.services.core.jobs import QUEUES
from workflow_app.services.core.unit_of_work import UnitOfWork, Works
from workflow_app.services.exports import bag_orders
from workflow_app.services.intake import capture_pages, captures
from workflow_app.services.intake.scan_folder import ScanFolder
from workflow_app.services.operations import archive_verification, checkpoints, health, intakes
from workflow_app.services.public import publications
from workflow_app.services.reporting import stays
from workflow_app.services.workflow import case_jobs, steps
from workflow_app.settings import Settings

log = logging.getLogger(__name__)

CRONS = {
    "wake_overdue": "* * * * *",
    "change_roles": "* * * * *",
    "find_stranded": "*/5 * * * *",
    "checkpoint": "*/15 * * * *",
    "publish_counts": "*/10 * * * *",
    "tally_stays": "*/10 * * * *",
    "sweep": "7 * * * *",
    "complete_lines": "37 * * * *",
    "recount_clocks": "47 * * * *",
    "settle_holds": "* * * * *",
    "prove_lock": "10 19 * * *",
    "check_fixity": "20 19 * * *",
    "take_scans": "* * * * * */20",
    "take_mails": "* * * * *",
}
"""When the jobs come that the clock asks for; a sixth field counts seconds."""


def crons(settings: Settings) -> dict[str, str]:
    """Those that this site has something to do for."""
    idle = {"take_scans": not settings.scan_folder, "take_mails": not settings.imap_host}
    return {name: cron for name, cron in CRONS.items() if not idle.get(name)}


def add(app: App, settings: Settings, works: Works) -> None:
    """Give the job engine the handlers."""

    @app.task(name="wake_overdue", queue="counter", queueing_lock="wake_overdue")
    def wake_overdue(timestamp: int) -> None:
        with works.begin(SYSTEM) as work:
            health.beat(work, "scheduler")
            jobs.pull_in(work)
            overdue = steps.overdue(work)
        _each(
            "timer of case",
            {case_id: partial(case_jobs.wake, works, case_id) for case_id in overdue},
        )

    @app.task(name="change_roles", queue="counter", queueing_lock="change_roles")
    def change_roles(timestamp: int) -> None:
        """Roles that change on a day, once it has come."""
        with works.begin(SYSTEM) as work:
            due = role_changes.due(work)
        _each(
            "change of roles",
            {each: _in_one(works, partial(role_changes.make, change_id=each)) for each in due},
        )

    @app.task(name="find_stranded", queue="counter", queueing_lock="find_stranded")
    def find_stranded(timestamp: int) -> None:
        case_jobs.find_stranded(works)

    @app.task(name="checkpoint", queue="counter", queueing_lock="checkpoint")
    def checkpoint(timestamp: int) -> None:
        with works.begin(SYSTEM) as work:
            checkpoints.make_checkpoint(work, settings.audit_signing_key_bytes)

    @app.task(name="publish_counts", queue="counter", queueing_lock="publish_counts")
    def publish_counts(timestamp: int) -> None:
        with works.begin(SYSTEM) as work:
            publications.publish_due(work)

    @app.task(name="sweep", queue="counter", queueing_lock="sweep")
    def sweep(timestamp: int) -> None:
        """Sessions that are over, counts that are forgotten, photos nobody sent, bags nobody takes out and jobs done long ago do not pile up."""
        failed = _each(
            "sweep of",
            {
                "sessions": _in_one(works, sessions.sweep),
                "attempts": _in_one(works, sessions.sweep_attempt),
                "captures": _in_one(works, captures.sweep),
                "jobs": _in_one(works, jobs.sweep),
                "photos": partial(capture_pages.sweep, works),
                "bags": partial(bag_orders.sweep, works),
            },
        )
        if failed:
            raise failed[0]

    for name, act in {
        **archive_verification.CARE,
        "tally_stays": stays.keep_up,
        "recount_clocks": steps.carry_out,
        **_intakes(settings),
    }.items():
        app.task(name=name, queue=QUEUES[name], queueing_lock=name, lock=name)(
            partial(_act, works, act)
        )


def _each(what: str, acts: Mapping[Any, Callable[[], object]]) -> list[Exception]:
    """Do each of them, whatever becomes of the others; what failed is in the log, and returned."""
    failed = []
    for name, act in acts.items():
        try:
            act()
        except Exception as error:
            log.error("%s %s: %s", what, name, logs.words_of(error))
            failed.append(error)
    return failed


def _in_one(works: Works, act: Callable[[UnitOfWork], object]) -> Callable[[], None]:
    """In a transaction of its own."""

    def done() -> None:
        with works.begin(SYSTEM) as work:
            act(work)

    return done


def _intakes(settings: Settings) -> Mapping[str, Callable[[Works], object]]:
    """The ways in; one that is not set up is never asked for."""
    folder = ScanFolder(Path(settings.scan_folder), is_kept=settings.scan_folder_taken == "move")
    most = settings.max_upload_mb
    return {
        "take_scans": lambda works: intakes.take_scans(works, folder, max_megabytes=most),
        "take_mails": lambda works: intakes.take_mails(
            works, mailbox(settings), max_megabytes=most
        ),
    }


def _act(works: Works, act: Callable[[Works], object], timestamp: int) -> None:
    act(works)
