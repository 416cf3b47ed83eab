"""Eight people press whatever they like for some seconds: no deadlock, no error that is not a
sentence, a consistent site.
"""

import io
import os
import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

from PIL import Image
from sqlalchemy import select, text

from tests.integration.races.office import Office
from tests.integration.stateful import repertoire
from workflow_app.domain import SYSTEM, SentraError, Unavailable
from workflow_app.models import Case, Incident, Letter, PendingEffect, Task
from workflow_app.services.accounts import users
from workflow_app.services.cases import inbox, incidents
from workflow_app.services.core.unit_of_work import UnitOfWork
from workflow_app.services.documents import documents
from workflow_app.services.letters import letters, printing
from workflow_app.services.operations import checkpoints, consistency
from workflow_app.services.workflow import case_jobs, cases, drafts, steps, tasks
from workflow_app.settings import Settings

SECONDS = float(os.environ.get("RACE_SECONDS", "8"))
THREADS = 8
CASES = 6
"""So few that people meet all the time."""
SITE = "http://127.0.0.1:8000"


class Crowd:
    """Random verbs of random people on few cases."""

    def __init__(self, office: Office, settings: Settings) -> None:
        self.office = office
        self.settings = settings
        self.until = time.monotonic() + SECONDS
        self.done: Counter[str] = Counter()
        self.told: Counter[str] = Counter()
        self.broken: list[BaseException] = []

    def run(self) -> None:
        """All threads to the end."""
        threads = [
            threading.Thread(target=self.one_person, args=(seed,)) for seed in range(THREADS)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=SECONDS + 60)
            assert not thread.is_alive(), "somebody waits without end"

    def one_person(self, seed: int) -> None:
        """Until the time is over."""
        dice = random.Random(seed)
        people = [self.office.people[name] for name in ("budi", "rina", "sari", "dewi", "pama")]
        verbs: list[Callable[[random.Random, UnitOfWork], Any]] = [
            self.start, self.claim, self.release, self.reassign, self.save, self.complete,
                self.complete,
            self.complete, self.complete, self.cancel, self.upload, self.look, self.withdraw,
                self.retry, self.open_letter,
        ]  # fmt: skip
        system: list[Callable[[random.Random], Any]] = [
            self.work_off,
            self.wake,
            self.checkpoint,
            self.sign_in,
        ]
        while time.monotonic() < self.until:
            try:
                if dice.random() < 0.25:
                    chosen = dice.choice(system)
                    chosen(dice)
                    self.done[chosen.__name__] += 1
                    continue
                verb = dice.choice(verbs)
                with incidents.unit_of_work(self.office.works, dice.choice(people)) as work:
                    verb(dice, work)
                self.done[verb.__name__] += 1
            except SentraError as error:
                self.told[type(error).__name__] += 1
                if type(error) in (SentraError,) or "40P01" in error.detail:
                    self.broken.append(error)
            except Exception as error:
                self.broken.append(error)

    def task(self, dice: random.Random, work: UnitOfWork) -> UUID:
        """Any task, mostly an open one."""
        query = (
            select(Task.id).where(Task.status == "open") if dice.random() < 0.9 else select(Task.id)
        )
        return dice.choice(list(work.session.scalars(query)) or [uuid4()])

    def case(self, dice: random.Random, work: UnitOfWork) -> UUID:
        """Any case."""
        return dice.choice(list(work.session.scalars(select(Case.id))) or [uuid4()])

    def start(self, dice: random.Random, work: UnitOfWork) -> None:
        running = work.session.scalars(select(Case.id).where(Case.closed_at.is_(None))).all()
        if len(running) < CASES:
            cases.start(work, "sktlk", f"token-{dice.randrange(1000)}")

    def claim(self, dice: random.Random, work: UnitOfWork) -> None:
        tasks.claim(work, self.task(dice, work))

    def release(self, dice: random.Random, work: UnitOfWork) -> None:
        tasks.release(work, self.task(dice, work))

    def reassign(self, dice: random.Random, work: UnitOfWork) -> None:
        to = dice.choice(list(self.office.people.values())).user_id
        tasks.reassign(work, self.task(dice, work), to or uuid4())

    def save(self, dice: random.Random, work: UnitOfWork) -> None:
        seen = dice.choice([None, ""])
        drafts.save(
            work, self.task(dice, work), {"catatan": "x"}, page=str(dice.randrange(3)), seen=seen
        )

    def complete(self, dice: random.Random, work: UnitOfWork) -> None:
        task = work.session.get(Task, self.task(dice, work))
        if task is None:
            return
        given = repertoire.answers(work, task, dice.randrange(12)) if task.status == "open" else {}
        tasks.complete(
            work, task.id, given, f"form-{dice.randrange(10**6)}", dice.choice([None, ""])
        )

    def cancel(self, dice: random.Random, work: UnitOfWork) -> None:
        if dice.random() < 0.3:
            cases.cancel(work, self.case(dice, work), f"Contoh: sebab nomor {dice.randrange(3)}")

    def upload(self, dice: random.Random, work: UnitOfWork) -> None:
        picture = io.BytesIO()
        Image.new("L", (40 + dice.randrange(3), 30), 255).save(picture, "PNG")
        documents.upload(
            work, self.case(dice, work), element="", label="Dokumen lain", data=picture.getvalue()
        )

    def look(self, dice: random.Random, work: UnitOfWork) -> None:
        inbox.page(work, "all")
        cases.get(work, self.case(dice, work))

    def withdraw(self, dice: random.Random, work: UnitOfWork) -> None:
        letters.withdraw(
            work, self.letter(dice, work), f"Contoh: keterangan tidak benar {dice.randrange(2)}"
        )

    def open_letter(self, dice: random.Random, work: UnitOfWork) -> None:
        printing.pdf(work, self.letter(dice, work))

    def letter(self, dice: random.Random, work: UnitOfWork) -> UUID:
        return dice.choice(list(work.session.scalars(select(Letter.id))) or [uuid4()])

    def retry(self, dice: random.Random, work: UnitOfWork) -> None:
        query = select(Incident.id).where(Incident.resolved_at.is_(None))
        incidents.retry(work, dice.choice(list(work.session.scalars(query)) or [uuid4()]))

    def work_off(self, dice: random.Random) -> None:
        with self.office.works.begin(SYSTEM) as work:
            waiting = list(work.session.scalars(select(PendingEffect.task_id)))
        if waiting:
            chosen = dice.choice(waiting)
            try:
                case_jobs.perform(self.office.works, chosen, public_url=SITE)
            except Unavailable as error:
                if dice.random() < 0.2:
                    case_jobs.give_up_effect(self.office.works, error, chosen)
                raise

    def wake(self, dice: random.Random) -> None:
        with self.office.works.begin(SYSTEM) as work:
            chosen = self.case(dice, work)
        self.office.clock.advance(seconds=dice.randrange(20))
        with incidents.unit_of_work(self.office.works, SYSTEM) as work:
            steps.wake(work, chosen)

    def checkpoint(self, dice: random.Random) -> None:
        if dice.random() < 0.3:
            with self.office.works.begin(SYSTEM) as work:
                checkpoints.make_checkpoint(work, self.settings.audit_signing_key_bytes)

    def sign_in(self, dice: random.Random) -> None:
        name = dice.choice(list(self.office.people))
        with self.office.works.begin(SYSTEM) as work:
            users.authenticate(work, name, dice.choice(["sandi-uji-coba", "salah"]))


def test_a_crowd_on_six_cases_meets_no_deadlock_and_leaves_a_consistent_site(
    own_office: Office, fresh_settings: Settings
) -> None:
    with own_office.works.begin(SYSTEM) as work:
        assert list(work.blobs.named(checkpoints.PREFIX)) == [], "no checkpoints of other sites"
    crowd = Crowd(own_office, fresh_settings)

    crowd.run()

    assert crowd.broken == []
    with own_office.works.begin(SYSTEM) as work:
        deadlocks = work.session.scalar(
            text("select deadlocks from pg_stat_database where datname = current_database()")
        )
    assert deadlocks == 0
    key = checkpoints.public_key_of(fresh_settings.audit_signing_key_bytes)
    assert [str(fault) for fault in consistency.check_site(own_office.works, key)] == []
    assert crowd.done["complete"] > THREADS
