"""Papers that come by themselves: each look into the scanner's folder and the mailbox leaves word of how it went."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from workflow_app.domain import SYSTEM, SentraError
from workflow_app.services.core.unit_of_work import Works
from workflow_app.services.intake import mailboxes, scan_folder
from workflow_app.services.intake.mailboxes import Mailbox, MailboxAway
from workflow_app.services.intake.scan_folder import ScanFolder
from workflow_app.services.operations import health

log = logging.getLogger(__name__)


def take_scans(works: Works, folder: ScanFolder, *, max_megabytes: int) -> None:
    """Take in what lies complete in the scanner's folder."""
    with _told(works, health.FOLDER) as facts:
        found = scan_folder.take_in(works, folder, max_megabytes=max_megabytes)
        facts |= {"is_sound": not found.faults, "refused": found.refused}


def take_mails(works: Works, mailbox: Mailbox, *, max_megabytes: int) -> None:
    """Take in the mails that nobody has taken yet."""
    with _told(works, health.MAILBOX) as facts:
        left = mailboxes.take_in(works, mailbox, max_megabytes=max_megabytes)
        facts |= {"is_sound": not left, "left": left}


@contextmanager
def _told(works: Works, name: str) -> Iterator[dict[str, Any]]:
    """The way in is away until the block has said otherwise. What we lack ourselves says nothing about it."""
    facts: dict[str, Any] = {"is_sound": False}
    try:
        yield facts
    except (OSError, MailboxAway) as error:
        detail = error.detail if isinstance(error, SentraError) else type(error).__name__
        log.warning("%s is away: %s", name, detail)
    with works.begin(SYSTEM) as work:
        health.beat(work, name, facts)
