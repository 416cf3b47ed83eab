"""Periodic work of several packages: sweeping, and the ways in that are looked into.

Each look into the scanner's folder and into the mailbox leaves a heartbeat that says how it went.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache, partial
from pathlib import Path
from typing import Any

from workflow_app.domain import SYSTEM, SentraError
from workflow_app.services.accounts import sessions
from workflow_app.services.core import jobs
from workflow_app.services.core.jobs import COUNTER, INTAKE, Running, periodic
from workflow_app.services.core.unit_of_work import Works
from workflow_app.services.exports import bag_orders
from workflow_app.services.intake import capture_pages, captures, mailboxes, scan_folder
from workflow_app.services.intake.mailboxes import Mailbox, MailboxAway
from workflow_app.services.intake.scan_folder import ScanFolder
from workflow_app.services.operations import health

log = logging.getLogger(__name__)


@periodic("sweep", label="Membuang yang sudah kedaluwarsa", queue=COUNTER, cron="7 * * * *")
def sweep_job(running: Running) -> None:
    """Delete ended sessions, old counts of attempts, unsent photos, old bags and ended jobs.

    Raises the first failure after the others were swept.
    """
    works = running.works
    acts: dict[str, Callable[[], object]] = {
        "sessions": jobs.in_transaction(works, sessions.sweep),
        "attempts": jobs.in_transaction(works, sessions.sweep_attempts),
        "captures": jobs.in_transaction(works, captures.sweep),
        "jobs": jobs.in_transaction(works, jobs.sweep),
        "photos": partial(capture_pages.sweep, works),
        "bags": partial(bag_orders.sweep, works),
    }
    for error in jobs.do_each("sweep of", acts):
        raise error


@periodic(
    "take_scans",
    label="Mengambil pindaian dari folder pemindai",
    queue=INTAKE,
    cron="* * * * * */20",
    is_needed=lambda settings: bool(settings.scan_folder),
    is_alone=True,
)
def take_scans_job(running: Running) -> None:
    """Look into the scanner's folder."""
    settings = running.settings
    folder = _scan_folder(settings.scan_folder, settings.scan_folder_taken == "move")
    take_scans(running.works, folder, max_megabytes=settings.max_upload_mb)


@cache
def _scan_folder(path: str, is_kept: bool) -> ScanFolder:
    """Return the folder of this process: it remembers the last look, and what is still being
    written differs from that.
    """
    return ScanFolder(Path(path), is_kept=is_kept)


@periodic(
    "take_mails",
    label="Mengambil surat dari kotak surat",
    queue=INTAKE,
    cron="* * * * *",
    is_needed=lambda settings: bool(settings.imap_host),
    is_alone=True,
)
def take_mails_job(running: Running) -> None:
    """Look into the mailbox."""
    most = running.settings.max_upload_mb
    take_mails(running.works, running.open_mailbox(), max_megabytes=most)


def take_scans(works: Works, folder: ScanFolder, *, max_megabytes: int) -> None:
    """Take in what lies complete in the scanner's folder."""
    with _noted(works, health.FOLDER) as facts:
        found = scan_folder.take_in(works, folder, max_megabytes=max_megabytes)
        facts |= {"is_sound": not found.faults, "refused": found.refused}


def take_mails(works: Works, mailbox: Mailbox, *, max_megabytes: int) -> None:
    """Take in the mails that nobody has taken yet."""
    with _noted(works, health.MAILBOX) as facts:
        left = mailboxes.take_in(works, mailbox, max_megabytes=max_megabytes)
        facts |= {"is_sound": not left, "left": left}


@contextmanager
def _noted(works: Works, name: str) -> Iterator[dict[str, Any]]:
    """The way in is away until the block has said otherwise. What we lack ourselves says nothing
    about it.
    """
    facts: dict[str, Any] = {"is_sound": False}
    try:
        yield facts
    except (OSError, MailboxAway) as error:
        detail = error.detail if isinstance(error, SentraError) else type(error).__name__
        log.warning("%s is away: %s", name, detail)
    with works.begin(SYSTEM) as work:
        health.beat(work, name, facts)
