"""What the site acknowledged, written down outside of it; and whether all of it is there, once."""

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from sqlalchemy import text

from workflow_app.services.ground.unit_of_work import UnitOfWork
from workflow_app.services.watching.faults import Fault
from workflow_app.trials.typed import Hashes

Kind = Literal["start", "complete", "approve", "hand over", "cancel", "paper"]

FOUND: dict[Kind, str] = {
    "start": "select start_token from service_case where start_token = any(:keys)",
    "complete": """
        select submission.token from submission join task on task.id = submission.task_id
        where task.status = 'done' and submission.token = any(:keys)""",
    "approve": """
        select submission.token from submission
        where submission.token = any(:keys) and exists (
            select from letter where letter.case_id = submission.case_id and letter.issued_at >= submission.submitted_at
            and letter.document_id is not null)""",
    "hand over": """
        select submission.token from submission join service_case one on one.id = submission.case_id
        where submission.token = any(:keys) and one.status = 'done'""",
    "cancel": "select id::text from service_case where status = 'cancelled' and id::text = any(:keys)",
    "paper": """
        select document.blob_sha256 from archive.document document
        where document.blob_sha256 = any(:keys)
        and exists (select from case_document link where link.document_id = document.id)""",
}
"""Where what was acknowledged must be found: one row for each key."""


@dataclass
class Ledger:
    """Receipts of several officers, in the order they came."""

    receipts: list[tuple[Kind, str]] = field(default_factory=list)
    typed: dict[str, Hashes] = field(default_factory=dict)
    """What stood in each acknowledged form of a task, by the form's key."""
    complaints: list[str] = field(default_factory=list)
    """Answers that no officer should ever get."""
    resent: int = 0
    """Forms that were sent again because the first answer was an error or none."""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def acknowledge(self, kind: Kind, key: str) -> None:
        """The site said that it has this."""
        with self._lock:
            self.receipts.append((kind, key))

    def write_down(self, key: str, typed: Hashes) -> None:
        """The site said that it has the form with this key; this was typed in it."""
        with self._lock:
            self.typed[key] = typed

    def complain(self, sentence: str) -> None:
        """The site said something it should not."""
        with self._lock:
            self.complaints.append(sentence)

    def resend(self) -> None:
        """A form goes out once more."""
        with self._lock:
            self.resent += 1

    def count(self, kind: Kind) -> int:
        """Receipts of one kind."""
        return len(self.keys(kind))

    def keys(self, kind: Kind) -> list[str]:
        """What was acknowledged of one kind."""
        return [key for known, key in self.receipts if known == kind]


def compare(work: UnitOfWork, receipts: Sequence[tuple[Kind, str]]) -> Iterator[Fault]:
    """`lost` for each receipt of which nothing is there, `doubled` for each of which there is more than one."""
    for kind, query in FOUND.items():
        keys = [key for known, key in receipts if known == kind]
        found: dict[str, int] = {}
        for key in work.session.scalars(text(query), {"keys": keys}):
            found[key] = found.get(key, 0) + 1
        for key in keys:
            if not found.get(key):
                yield Fault("lost", f"{kind} {key}", "This was acknowledged and is not there.")
            elif found[key] > 1:
                yield Fault("doubled", f"{kind} {key}", f"This was done {found[key]} times.")


UNREAD = text("""
    select blob_sha256, status from archive.document
    where blob_sha256 = any(:keys) and status <> 'readable' order by blob_sha256""")


def unread(work: UnitOfWork, papers: Sequence[str]) -> Iterator[Fault]:
    """Papers that were taken in and, when all jobs have ended, are not read: each of a trial can be."""
    for sha256, status in work.session.execute(UNREAD, {"keys": papers}):
        yield Fault("reading", f"paper {sha256}", f"All jobs have ended, and this paper is {status}.")


TWICE = {
    "select case_id from letter where status = 'valid' group by case_id, kind having count(*) > 1": (
        "case",
        "This case has more than one valid letter of a kind.",
    ),
    "select task_id from submission group by task_id having count(*) > 1": (
        "task",
        "This task was completed more than once.",
    ),
}


def doubles(work: UnitOfWork) -> Iterator[Fault]:
    """What may exist once only, whoever asked for it."""
    for query, (noun, sentence) in TWICE.items():
        for found in work.session.scalars(text(query)):
            yield Fault("doubled", f"{noun} {found}", sentence)
