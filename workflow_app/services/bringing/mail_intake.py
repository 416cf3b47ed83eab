"""Mails become stacks: the whole as it was received is locked first, a job takes it apart (R39).

A mail is marked as seen only after it is committed. One that comes again is known by what it is: its own name, who wrote it
when, and its words. Only its name would not do: who guesses it could keep a mail from us.
"""

import hashlib
import logging
from email import message_from_bytes, policy

from sqlalchemy import func, select

from workflow_app import logs
from workflow_app.errors import Away
from workflow_app.models.stack import PaperStack
from workflow_app.services.bringing import stacks
from workflow_app.services.bringing.mailboxes import Line, Mailbox, MailboxAway, WaitingMail
from workflow_app.services.bringing.stacks import Brought
from workflow_app.services.ground.unit_of_work import UnitOfWork, Works
from workflow_app.services.papers import intake
from workflow_app.types import SYSTEM

log = logging.getLogger(__name__)

MOST_AT_ONCE = 30
"""Mails taken in one run. Those that cannot be taken do not count: they would keep all later ones waiting."""
TYPE = "message/rfc822"
LABEL, BEGINNING_ONLY = "Surat elektronik", "Awal surat elektronik"
"""Of a mail, and of one that is too large."""
BEGINNING = 65_536
"""Bytes that are kept of a mail that is too large: who wrote it, and about what."""
HEADERS = ("message-id", "date", "from", "subject")
KIND = "surat elektronik"


def take_in(works: Works, mailbox: Mailbox, *, max_megabytes: int) -> int:
    """Take the mails that wait; returns how many could not be taken. Raises `MailboxAway`, or `Away` when nothing can be kept."""
    limit, taken, left = most_bytes(max_megabytes), 0, 0
    with mailbox.opened() as line:
        for mail in line.waiting():
            if mail is None:
                left += 1
                continue
            try:
                _take(works, line, mail, limit)
            except (Away, MailboxAway):
                raise
            except Exception as error:  # one mail must not keep the others waiting
                log.warning("a mail could not be taken: %s", logs.words_of(error))
                left += 1
            else:
                taken += 1
            if taken == MOST_AT_ONCE:
                break
    return left


def keep(work: UnitOfWork, data: bytes, *, mail: WaitingMail) -> Brought:
    """Keep a mail; what was kept before is not kept again."""
    mark = _mark(work, data)
    work.session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(mark.hex(), 0))))
    # A disposal that is giving it up is waited for: then it is not known any more.
    known = work.session.scalars(
        select(PaperStack).where(PaperStack.mark == mark).with_for_update(read=True)
    ).first()
    if known is not None:
        return Brought(known.id, is_new=False)
    is_whole = len(data) >= mail.size
    added = intake.keep_whole(work, data, TYPE, 1, label=LABEL if is_whole else BEGINNING_ONLY)
    if (same := stacks.of_document(work, added.document_id)) is not None:
        return Brought(same.id, is_new=False)
    return stacks.begin(
        work,
        PaperStack(
            unit=work.actor.unit,
            kind=stacks.MAIL,
            document_id=added.document_id,
            pages=0,
            received_at=mail.received_at,
            mark=mark,
        ),
    )


def most_bytes(max_megabytes: int) -> int:
    """Of a whole mail: attachments are written in 64 letters there, which takes a third more."""
    return max_megabytes * 1_400_000


def _take(works: Works, line: Line, mail: WaitingMail, limit: int) -> None:
    is_whole = mail.size <= limit
    data = line.read(mail, limit if is_whole else BEGINNING)
    if not data:
        raise MailboxAway(detail="mailbox: an empty mail")
    with works.begin(SYSTEM) as work:
        keep(work, data, mail=mail)
    line.settle(mail, is_whole=is_whole)


def _mark(work: UnitOfWork, data: bytes) -> bytes:
    """Servers on the way add lines above a mail; these are left out."""
    head, _, body = data.replace(b"\r\n", b"\n").partition(b"\n\n")
    named = message_from_bytes(head[:BEGINNING], policy=policy.compat32)
    told = [str(named.get(name, "")) for name in HEADERS] + [hashlib.sha256(body).hexdigest()]
    return work.vault.mark(KIND, "\n".join(told))
