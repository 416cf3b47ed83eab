"""An officer who does not give up: an error page or a broken connection, and the same form is sent again."""

import random
import re
import threading
import time
from collections.abc import Callable, Collection
from datetime import UTC, datetime
from http.client import HTTPException

from workflow_app.trials import lost_ktp, papers, typed
from workflow_app.trials.ledger import Kind, Ledger
from workflow_app.trials.multipart import Fields, Scan
from workflow_app.trials.officer import Officer, Page, Unexpected

CASE = re.compile(r"/berkas/([0-9a-f-]{36})")
PATIENCE = 120.0
"""Seconds after which a person would go and fetch somebody."""
PAUSE = 0.5
WHILE_AWAY = "Contoh: warga menunggu selama layanan terganggu."
"""Between the opening of the first form and its sending the site may have died more than once."""
PAPER = "unggah.persyaratan.ktp_03.documents"
CHECKLIST = lost_ktp.DESK[-1]
SIGNING, HANDING_OVER = lost_ktp.HAND_OVER
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
    """One person at work until told to stop. Every acknowledgement goes to the ledger."""

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
        """Do `shift` again and again. Whatever goes wrong for good is a complaint, and the next case comes."""
        with self.officer:
            while not self.stop.is_set():
                try:
                    shift(self)
                except Exception as error:  # nobody sees a thread that ends
                    self.ledger.complain(f"{self.officer.username}: {type(error).__name__} {error}")
                self.stop.wait(self.chance.uniform(0.05, 0.4))

    def desk(self) -> None:
        """The next task on the desk, else a new citizen."""
        task = self._next("saya")
        page = self._open(task) if task else self._start()
        self._fill(page)

    def approval(self) -> None:
        """The next case to approve."""
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
        """Send until the answer is one of these; the session is renewed when the site has forgotten it."""
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
            lambda: self.officer.post(f"/mulai/{lost_ktp.PROCESS}", self._fresh(fields)), {302}
        )
        self.ledger.acknowledge("start", choice.hidden["kunci"])
        location = begun.location or "/"
        return self.persist(lambda: self.officer.get(location), {200})

    def _fill(self, page: Page) -> None:
        """Answer the form of a task as this citizen would, or leave it when it asks something else: the demo has other cases."""
        if (
            self.chance.random() < 0.03
            and page.heading in lost_ktp.DESK
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
        if heading == lost_ktp.APPROVAL:
            return (RETURN, None) if self.chance.random() < 0.1 else (self._typed(heading), "approve")
        if heading == SIGNING and self.chance.random() < 0.05:
            return MISTAKE, None
        return self._typed(heading), "hand over" if heading == HANDING_OVER else None

    def _typed(self, heading: str) -> Fields:
        self.citizen += 1
        answers = lost_ktp.answers(heading, datetime.now(UTC), self.citizen)
        return {**answers, "alasan_waktu": WHILE_AWAY} if heading == lost_ktp.DESK[0] else answers

    def _scan(self) -> Scan:
        return Scan(PAPER, papers.scan(f"CONTOH SURAT PENGANTAR {self.chance.getrandbits(48):012x}"))

    def _send(self, page: Page, answers: Fields, scan: Scan | None = None) -> bool:
        """Send the form of a task with its own key until it is acknowledged, and write that down.

        False, and a complaint, when it is refused: everything typed here is in order.
        """
        fields: Fields = {**page.hidden, "tombol": "selesai", **answers}
        answer = self.persist(lambda: self.officer.submit(page.path, self._fresh(fields), scan), {302, 400})
        if not answer.is_taken:
            self.ledger.complain(f"{self.officer.username}: {page.heading} was refused with {answer.status}")
            return False
        self.ledger.acknowledge("complete", page.hidden["kunci"])
        self.ledger.write_down(page.hidden["kunci"], typed.hashes(answers))
        if scan is not None:
            self.ledger.acknowledge("paper", papers.hash_of(scan.data))
        return True

    def _renew(self) -> None:
        self.officer.sign_in()
        self._csrf = self.officer.inbox().hidden["csrf_token"]

    def _fresh(self, fields: Fields) -> Fields:
        """The form with the token of a session that was renewed meanwhile; its own key stays."""
        return {**fields, "csrf_token": self._csrf} if self._csrf else fields

    def _cancel(self, page: Page, case: str) -> None:
        """End the case. Sent again after a lost answer, it has ended already: that is said with 409."""
        fields: Fields = {
            "csrf_token": page.hidden["csrf_token"],
            "alasan": "Contoh: warga mengurungkan niatnya",
        }
        self.persist(lambda: self.officer.post(f"/berkas/{case}/batal", self._fresh(fields)), {302, 409})
        self.ledger.acknowledge("cancel", case)
