"""The mailbox that papers are sent to (IMAP): which mails wait there, their bytes, and that one was
taken.

What the server answers is never passed on, for it may repeat an address.

Mails become stacks: the whole as it was received is locked first, a job takes it apart (R39).

A mail is marked as seen only after it is committed. One that comes again is known by what it is:
its own name, who wrote it when, and its words. Only its name would not do: who guesses it could
keep a mail from us.
"""

import hashlib
import imaplib
import logging
import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes, policy
from typing import Any, Literal

from sqlalchemy import func, select

from workflow_app import logs
from workflow_app.domain import SYSTEM, Away, Unavailable
from workflow_app.models import PaperStack
from workflow_app.services.core.unit_of_work import UnitOfWork, Works
from workflow_app.services.documents import ingest
from workflow_app.services.intake import stacks
from workflow_app.services.intake.stacks import Brought

SIZE, RECEIVED = (
    re.compile(rb"RFC822\.SIZE (\d{1,15})"),
    re.compile(rb'INTERNALDATE "([^"]{10,40})"'),
)
WHEN = "%d-%b-%Y %H:%M:%S %z"
MOST_SEEN = 20_000
"""Numbers of waiting mails that are looked at; the rest comes when these are taken."""


class MailboxAway(Unavailable):
    """The mailbox cannot be reached, or refuses us."""

    sentence = "Kotak surat elektronik tidak dapat dihubungi."


@dataclass(frozen=True)
class WaitingMail:
    """A mail that nobody has taken."""

    uid: str
    size: int
    received_at: datetime
    """When the server received it; what the mail itself says can be anything."""


class Line:
    """An open mailbox."""

    def __init__(self, line: imaplib.IMAP4, done_folder: str) -> None:
        self._line = line
        self._done_folder = done_folder

    def waiting(self) -> Iterator[WaitingMail | None]:
        """The mails that were not seen, oldest first; None for one of which the server does not say
        what is needed.
        """
        found = b" ".join(
            part for part in self._asked("SEARCH", "UNSEEN", "UNDELETED") if part
        ).split()
        for uid in found[:MOST_SEEN]:
            yield self._about(uid.decode("ascii", "ignore"))

    def read(self, mail: WaitingMail, limit: int) -> bytes:
        """The mail as it was received, at most so many bytes of it. It stays unseen."""
        answer = self._asked("FETCH", mail.uid, f"(BODY.PEEK[]<0.{limit}>)")
        data = next((part[1] for part in answer if isinstance(part, tuple)), b"")
        return bytes(data[:limit])

    def settle(self, mail: WaitingMail, *, is_whole: bool) -> None:
        """It is taken: marked as seen and, where a folder is named, moved there. One of which we
        have the beginning only stays.
        """
        self._asked("STORE", mail.uid, "+FLAGS.SILENT", r"(\Seen)")
        if not self._done_folder or not is_whole:
            return
        name = _quoted(self._done_folder)
        if "MOVE" in self._line.capabilities:
            self._asked("MOVE", mail.uid, name)
            return
        self._asked("COPY", mail.uid, name)
        self._asked("STORE", mail.uid, "+FLAGS.SILENT", r"(\Deleted)")
        if "UIDPLUS" in self._line.capabilities:
            self._asked("EXPUNGE", mail.uid)

    def _about(self, uid: str) -> WaitingMail | None:
        if not uid.isdigit():
            return None
        answer = b" ".join(
            part if isinstance(part, bytes) else part[0]
            for part in self._asked("FETCH", uid, "(RFC822.SIZE INTERNALDATE)")
            if part
        )
        size, received = SIZE.search(answer), RECEIVED.search(answer)
        if size is None or received is None:
            return None
        try:
            at = datetime.strptime(received[1].decode("ascii").strip(), WHEN).astimezone(UTC)
        except ValueError:
            return None
        return WaitingMail(uid, int(size[1]), at)

    def _asked(self, command: str, *words: str) -> list[Any]:
        try:
            status, answer = self._line.uid(command, *words)
        except (OSError, imaplib.IMAP4.error) as error:
            raise MailboxAway(detail=f"mailbox: {type(error).__name__}") from None
        if status != "OK":
            raise MailboxAway(detail=f"mailbox: {command} refused")
        return list(answer)


@dataclass(frozen=True)
class Mailbox:
    """Where it is and who may read it."""

    host: str
    port: int
    tls: Literal["starttls", "tls", "none"]
    user: str
    password: str = field(repr=False)
    folder: str = "INBOX"
    done_folder: str = ""
    seconds: float = 15.0
    """How long each answer is waited for."""

    @contextmanager
    def opened(self) -> Iterator[Line]:
        """Signed in, the folder chosen. Raises `MailboxAway`."""
        try:
            line = self._connected()
        except (OSError, imaplib.IMAP4.error, UnicodeError) as error:
            raise MailboxAway(detail=f"mailbox: {type(error).__name__}") from None
        try:
            self._sign_in(line)
            yield Line(line, self.done_folder)
        finally:
            try:
                line.logout()
            except (OSError, imaplib.IMAP4.error):
                with suppress(OSError):
                    line.shutdown()

    def _sign_in(self, line: imaplib.IMAP4) -> None:
        try:
            line.login(_plain(self.user), self.password)
            status, _ = line.select(_quoted(self.folder))
        except (OSError, imaplib.IMAP4.error, UnicodeError) as error:
            raise MailboxAway(detail=f"mailbox: {type(error).__name__}") from None
        if status != "OK":
            raise MailboxAway(detail="mailbox: no such folder")

    def _connected(self) -> imaplib.IMAP4:
        secure = ssl.create_default_context()
        if self.tls == "tls":
            return imaplib.IMAP4_SSL(self.host, self.port, ssl_context=secure, timeout=self.seconds)
        line = imaplib.IMAP4(self.host, self.port, timeout=self.seconds)
        try:
            if self.tls == "starttls":
                line.starttls(ssl_context=secure)
        except (OSError, imaplib.IMAP4.error):
            line.shutdown()
            raise
        return line


def _plain(words: str) -> str:
    """Without what would begin another command."""
    return words.replace("\r", "").replace("\n", "")


def _quoted(name: str) -> str:
    escaped = _plain(name).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


log = logging.getLogger(__name__)

MOST_AT_ONCE = 30
"""Mails taken in one run. Those that cannot be taken do not count: they would keep all later ones
waiting.
"""
TYPE = "message/rfc822"
LABEL, BEGINNING_ONLY = "Surat elektronik", "Awal surat elektronik"
"""Of a mail, and of one that is too large."""
BEGINNING = 65_536
"""Bytes that are kept of a mail that is too large: who wrote it, and about what."""
HEADERS = ("message-id", "date", "from", "subject")
KIND = "surat elektronik"


def take_in(works: Works, mailbox: Mailbox, *, max_megabytes: int) -> int:
    """Take the mails that wait; returns how many could not be taken. Raises `MailboxAway`, or
    `Away` when nothing can be kept.
    """
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
    added = ingest.keep_whole(work, data, TYPE, 1, label=LABEL if is_whole else BEGINNING_ONLY)
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
