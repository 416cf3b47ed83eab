"""The persistent officer of a chaos trial, and the ledger of what the site acknowledged.

After an error page or a broken connection the officer sends the same form again. The ledger is kept
outside the site. The audit checks that everything acknowledged exists exactly once, and that the
stored answers, sealed ones included, equal the hashes of what was typed.
"""

import base64
import hashlib
import io
import random
import re
import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.client import HTTPException
from typing import Any, Literal

from PIL import Image
from sqlalchemy import text

from workflow_app.services.core.unit_of_work import UnitOfWork
from workflow_app.services.core.vault import SealBroken
from workflow_app.services.operations.consistency_cases import Fault
from workflow_app.tools.load import officer
from workflow_app.tools.load.officer import Fields, Officer, Page, Scan, Unexpected

Hashes = dict[str, str]
"""Hash of the typed text, by field name."""

DAY = re.compile(r"(\d{2})-(\d{2})-(\d{4})")
"""A day as people write it; it is stored in ISO order."""
MINUTE = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}")
"""An instant as browsers send it: local time of the counter without offset."""

DRAWING = "data:image/png;base64,"
"""Prefix of a drawn signature, which is written anew with the same pixels before it is stored."""

STORED = text("""
    select submission.token, submission.id, submission.answers, one.data_key, sealed.field_group,
        sealed.sealed
    from submission
    join service_case one on one.id = submission.case_id
    left join sealed_answers sealed on sealed.submission_id = submission.id
    where submission.token = any(:keys)""")


def hashes(fields: Fields) -> Hashes:
    """Return the hash of what was typed, by field."""
    return {name: _hash(value) for name, value in fields.items()}


def compare(work: UnitOfWork, typed: Mapping[str, Hashes]) -> Iterator[Fault]:
    """Yield `lost` for each form (by its key) with a field that is not stored as typed, or with a
    seal that does not open.
    """
    stored: dict[str, Hashes] = {key: {} for key in typed}
    for key, submission, answers, data_key, group, sealed in work.session.execute(
        STORED, {"keys": [*typed]}
    ):
        stored[key] |= _hashes_of(answers)
        if sealed is None:
            continue
        try:
            opened = work.vault.open(
                bytes(data_key), bytes(sealed), f"answers:{submission}:{group}"
            )
        except SealBroken:
            yield Fault(
                "lost", f"complete {key}", f"The sealed answers of the group {group} do not open."
            )
        else:
            stored[key] |= _hashes_of(opened)
    for key, wanted in typed.items():
        if differing := sorted(
            name for name, value in wanted.items() if stored[key].get(name) != value
        ):
            sentence = f"What was typed is not what is stored: {', '.join(differing)}."
            yield Fault("lost", f"complete {key}", sentence)


def _hashes_of(answers: Mapping[str, Any], prefix: str = "") -> Hashes:
    """Return the hashes of answers by their field names in the form, including parts of checklist
    lines.
    """
    found: Hashes = {}
    for name, value in answers.items():
        if isinstance(value, dict):
            found |= _hashes_of(value, f"{prefix}{name}.")
        else:
            found[f"{prefix}{name}"] = _hash(value)
    return found


def _hash(value: Any) -> str:
    parts = value if isinstance(value, list) else [value]
    return hashlib.sha256("\n".join(_as_stored(part) for part in parts).encode()).hexdigest()


def _as_stored(value: Any) -> str:
    """Return a value in one notation, whether typed or stored."""
    if isinstance(value, bool):
        return "ya" if value else "tidak"
    words = str(value)
    if words.startswith(DRAWING):
        return _pixels(words.removeprefix(DRAWING))
    if day := DAY.fullmatch(words):
        return f"{day[3]}-{day[2]}-{day[1]}"
    return f"{words}:00+08:00" if MINUTE.fullmatch(words) else words


def _pixels(picture: str) -> str:
    with Image.open(io.BytesIO(base64.b64decode(picture))) as drawn:
        return f"{drawn.size} {drawn.convert('RGBA').tobytes().hex()}"


Kind = Literal["start", "complete", "approve", "hand over", "cancel", "paper"]

FOUND: dict[Kind, str] = {
    "start": "select start_token from service_case where start_token = any(:keys)",
    "complete": """
        select submission.token from submission join task on task.id = submission.task_id
        where task.status = 'done' and submission.token = any(:keys)""",
    "approve": """
        select submission.token from submission
        where submission.token = any(:keys) and exists (
            select from letter where letter.case_id = submission.case_id and letter.issued_at >=
                submission.submitted_at
            and letter.document_id is not null)""",
    "hand over": """
        select submission.token from submission join service_case one on one.id = submission.case_id
        where submission.token = any(:keys) and one.status = 'done'""",
    "cancel": (
        "select id::text from service_case where status = 'cancelled' and id::text = any(:keys)"
    ),
    "paper": """
        select document.blob_sha256 from archive.document document
        where document.blob_sha256 = any(:keys)
        and exists (select from case_document link where link.document_id = document.id)""",
}
"""Queries that find what was acknowledged; exactly one row per key is expected."""


@dataclass
class Ledger:
    """Acknowledgements received by several officers, in order."""

    receipts: list[tuple[Kind, str]] = field(default_factory=list)
    typed: dict[str, Hashes] = field(default_factory=dict)
    """Hashes of the content of each acknowledged form, by the key of the form."""
    complaints: list[str] = field(default_factory=list)
    """Answers that no officer should ever receive."""
    resent: int = 0
    """Number of forms that were sent again after an error or no answer."""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def acknowledge(self, kind: Kind, key: str) -> None:
        """Record that the site has confirmed this key."""
        with self._lock:
            self.receipts.append((kind, key))

    def write_down(self, key: str, typed: Hashes) -> None:
        """Record the typed content of the confirmed form with this key."""
        with self._lock:
            self.typed[key] = typed

    def complain(self, sentence: str) -> None:
        """Record an answer that the site should not give."""
        with self._lock:
            self.complaints.append(sentence)

    def resend(self) -> None:
        """Count a form that is sent again."""
        with self._lock:
            self.resent += 1

    def count(self, kind: Kind) -> int:
        """Return the number of acknowledgements of one kind."""
        return len(self.keys(kind))

    def keys(self, kind: Kind) -> list[str]:
        """Return the acknowledged keys of one kind."""
        return [key for known, key in self.receipts if known == kind]


def compare_ledger(work: UnitOfWork, receipts: Sequence[tuple[Kind, str]]) -> Iterator[Fault]:
    """Yield `lost` for each acknowledgement without a row, `doubled` for each with
    more than one.
    """
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
    """Yield the added documents that are unread after all jobs have ended; every document of a
    trial is readable.
    """
    for sha256, status in work.session.execute(UNREAD, {"keys": papers}):
        yield Fault(
            "reading", f"paper {sha256}", f"All jobs have ended, and this paper is {status}."
        )


TWICE = {
    (
        "select case_id from letter where status = 'valid' group by case_id, kind having count(*) "
        "> 1"
    ): (
        "case",
        "This case has more than one valid letter of a kind.",
    ),
    "select task_id from submission group by task_id having count(*) > 1": (
        "task",
        "This task was completed more than once.",
    ),
}


def doubles(work: UnitOfWork) -> Iterator[Fault]:
    """Yield objects that exist more than once although they must be unique."""
    for query, (noun, sentence) in TWICE.items():
        for found in work.session.scalars(text(query)):
            yield Fault("doubled", f"{noun} {found}", sentence)


CASE = re.compile(r"/berkas/([0-9a-f-]{36})")
PATIENCE = 120.0
"""Seconds after which a person would ask for help."""
PAUSE = 0.5
WHILE_AWAY = "Contoh: warga menunggu selama layanan terganggu."
"""Reason for a changed time: between opening and sending the first form the site may have been
down.
"""
PAPER = "unggah.persyaratan.ktp_03.documents"
CHECKLIST = officer.DESK[-1]
SIGNING, HANDING_OVER = officer.HAND_OVER
RETURN: Fields = {
    "keputusan": "kembalikan",
    "bagian": "uraian",
    "alasan": "Contoh: uraian belum jelas.",
}
MISTAKE: Fields = {
    "sudah_dibaca": "ya",
    "isi_surat": "salah",
    "bagian": "uraian",
    "kesalahan": "Contoh: nama barang keliru.",
}


class Unanswered(Exception):
    """The site gave no usable answer for as long as a person waits."""


class Clerk:
    """One officer who works until told to stop. Every acknowledgement is recorded in the ledger."""

    def __init__(
        self, officer: Officer, ledger: Ledger, chance: random.Random, stop: threading.Event
    ) -> None:
        self.officer = officer
        self.ledger = ledger
        self.chance = chance
        self.stop = stop
        self.skipped: set[str] = set()
        self.citizen = chance.randrange(10_000) * 10
        self._csrf: str | None = None

    def work(self, shift: Callable[["Clerk"], None]) -> None:
        """Repeat `shift`. A permanent failure is recorded as a complaint, and the next case
        follows.
        """
        with self.officer:
            while not self.stop.is_set():
                try:
                    shift(self)
                except Exception as error:  # nobody sees a thread that ends
                    self.ledger.complain(f"{self.officer.username}: {type(error).__name__} {error}")
                self.stop.wait(self.chance.uniform(0.05, 0.4))

    def desk(self) -> None:
        """Do the next task of the desk, or start a case for a new citizen."""
        task = self._next("saya")
        page = self._open(task) if task else self._start()
        self._fill(page)

    def approval(self) -> None:
        """Approve the next case."""
        task = self._next("saya")
        if task is None and (task := self._next("antrean")) is not None:
            found = task
            listed = self.persist(lambda: self.officer.get("/?daftar=antrean"), {200})
            token: Fields = {"csrf_token": listed.hidden["csrf_token"]}
            taken = self.persist(
                lambda: self.officer.post(f"/tugas/{found}/ambil", self._fresh(token)), {302, 409}
            )
            if taken.status == 409:
                self.skipped.add(found)
                return
        if task is not None:
            self._fill(self._open(task))

    def persist(self, send: Callable[[], Page], usable: Collection[int]) -> Page:
        """Send until the answer has one of these statuses; sign in again after a lost session."""
        limit = time.monotonic() + PATIENCE
        told = "no answer"
        while time.monotonic() < limit:
            try:
                page = send()
                if page.status == 302 and (page.location or "").startswith("/masuk"):
                    self._renew()
                elif page.status in usable:
                    return page
                told = f"{page.path.partition('?')[0]}: {page.status} {page.heading}"
            except (OSError, HTTPException, Unexpected) as error:
                told = f"{type(error).__name__} {error}"
            self.ledger.resend()
            time.sleep(PAUSE)
        raise Unanswered(told)

    def _next(self, tab: str) -> str | None:
        listed = self.persist(lambda: self.officer.get(f"/?daftar={tab}"), {200})
        return next((task for task in listed.tasks if task not in self.skipped), None)

    def _open(self, task: str) -> Page:
        return self.persist(lambda: self.officer.get(f"/tugas/{task}"), {200})

    def _start(self) -> Page:
        choice = self.persist(lambda: self.officer.get("/mulai"), {200})
        fields: Fields = dict(choice.hidden)
        begun = self.persist(
            lambda: self.officer.post(f"/mulai/{officer.PROCESS}", self._fresh(fields)), {302}
        )
        self.ledger.acknowledge("start", choice.hidden["kunci"])
        location = begun.location or "/"
        return self.persist(lambda: self.officer.get(location), {200})

    def _fill(self, page: Page) -> None:
        """Answer the form of a task for this citizen, or leave an unknown form: the demo has other
        cases too.
        """
        if (
            self.chance.random() < 0.03
            and page.heading in officer.DESK
            and (found := CASE.search(page.text))
        ):
            self._cancel(page, found[1])
            return
        try:
            answers, kind = self._answers(page.heading)
        except KeyError:
            answers, kind = {}, None
        if not answers or any(f'name="{name}"' not in page.text for name in answers):
            self.skipped.add(page.path.rpartition("/")[2])
            return
        scan = self._scan() if page.heading == CHECKLIST and self.chance.random() < 0.3 else None
        if not self._send(page, answers, scan):
            self.skipped.add(page.path.rpartition("/")[2])
        elif kind is not None:
            self.ledger.acknowledge(kind, page.hidden["kunci"])

    def _answers(self, heading: str) -> tuple[Fields, Kind | None]:
        if heading == officer.APPROVAL:
            return (
                (RETURN, None) if self.chance.random() < 0.1 else (self._typed(heading), "approve")
            )
        if heading == SIGNING and self.chance.random() < 0.05:
            return MISTAKE, None
        return self._typed(heading), "hand over" if heading == HANDING_OVER else None

    def _typed(self, heading: str) -> Fields:
        self.citizen += 1
        answers = officer.answers(heading, datetime.now(UTC), self.citizen)
        return {**answers, "alasan_waktu": WHILE_AWAY} if heading == officer.DESK[0] else answers

    def _scan(self) -> Scan:
        return Scan(
            PAPER, officer.scan(f"CONTOH SURAT PENGANTAR {self.chance.getrandbits(48):012x}")
        )

    def _send(self, page: Page, answers: Fields, scan: Scan | None = None) -> bool:
        """Send the form with its own key until it is acknowledged, and record that. A refusal is a
        complaint and returns False, because all typed content is valid.
        """
        fields: Fields = {**page.hidden, "tombol": "selesai", **answers}
        answer = self.persist(
            lambda: self.officer.submit(page.path, self._fresh(fields), scan), {302, 400}
        )
        if not answer.is_taken:
            self.ledger.complain(
                f"{self.officer.username}: {page.heading} was refused with {answer.status}"
            )
            return False
        self.ledger.acknowledge("complete", page.hidden["kunci"])
        self.ledger.write_down(page.hidden["kunci"], hashes(answers))
        if scan is not None:
            self.ledger.acknowledge("paper", officer.hash_of(scan.data))
        return True

    def _renew(self) -> None:
        self.officer.sign_in()
        self._csrf = self.officer.inbox().hidden["csrf_token"]

    def _fresh(self, fields: Fields) -> Fields:
        """Return the form with the token of a renewed session; the form's own key stays."""
        return {**fields, "csrf_token": self._csrf} if self._csrf else fields

    def _cancel(self, page: Page, case: str) -> None:
        """Cancel the case. If it is sent again after a lost answer, the case has ended already and
        the answer is 409.
        """
        fields: Fields = {
            "csrf_token": page.hidden["csrf_token"],
            "alasan": "Contoh: warga mengurungkan niatnya",
        }
        self.persist(
            lambda: self.officer.post(f"/berkas/{case}/batal", self._fresh(fields)), {302, 409}
        )
        self.ledger.acknowledge("cancel", case)
