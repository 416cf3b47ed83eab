"""The counter as a machine of random actions. Beside it runs a model: who holds which task, who may do what, what was numbered."""

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from PIL import Image
from sqlalchemy import Connection, select, text
from sqlalchemy.orm import sessionmaker

from tests.integration.conftest import TestClock
from tests.integration.stateful import repertoire
from tests.integration.stateful.checks import CHECKS, Snapshot
from workflow_app.errors import LoopLimitReached, NotFound, SentraError
from workflow_app.models.case import Case
from workflow_app.models.effect import PendingEffect
from workflow_app.models.incident import Incident
from workflow_app.models.letter import Letter
from workflow_app.models.submission import Submission
from workflow_app.models.task import Task
from workflow_app.permissions import CASE_STARTERS, INCIDENT_RETRIERS, LEADS, OVERSEERS
from workflow_app.services import (
    cases,
    documents,
    drafts,
    inbox,
    incidents,
    letters,
    performing,
    tasks,
    wakes,
)
from workflow_app.services.letters import WITHDRAWERS
from workflow_app.services.processes import definition_of
from workflow_app.services.unit_of_work import UnitOfWork, Works
from workflow_app.types import PUBLIC, SYSTEM, Actor

SITE = "http://127.0.0.1:8000"
REASON = "Contoh: alasan yang cukup panjang"

anybody = st.sampled_from(
    ["petugas", "petugas2", "ka_spkt", "ka_spkt2", "pamapta", "ganda", "auditor", "pimpinan", "arsiparis", "unit_lain", "masyarakat"]
)  # fmt: skip
insiders = st.sampled_from(["petugas", "petugas2", "ka_spkt", "pamapta", "ganda"])
which = st.integers(0, 30)
turns = st.integers(0, 11)


@dataclass
class Ground:
    """What all examples of one test share: an open connection whose transaction is never committed, and the people."""

    connection: Connection
    works: Works
    clock: TestClock
    people: dict[str, Actor] = field(default_factory=dict)


class Counter(RuleBasedStateMachine):
    """Random legal and illegal actions of random people; after each the checks must hold."""

    ground: Ground

    def __init__(self) -> None:
        super().__init__()
        self.people = {**self.ground.people, "masyarakat": PUBLIC}
        self.begins_at = self.ground.clock.at
        self.savepoint = self.ground.connection.begin_nested()
        factory = sessionmaker(self.ground.connection, join_transaction_mode="create_savepoint")
        self.works = Works(factory, self.ground.works.blobs, self.ground.works.vault, self.ground.clock)
        self.holders: dict[UUID, UUID | None] = {}
        """Open task to who holds it, as the model has it."""

    def teardown(self) -> None:
        """Nothing of an example remains."""
        self.savepoint.rollback()
        self.ground.clock.at = self.begins_at

    # What people do.

    @initialize(actor=st.sampled_from(["petugas", "pamapta"]), steps=st.integers(0, 9), turn=turns)
    def a_case_is_under_way(self, actor: str, steps: int, turn: int) -> None:
        self.start(actor)
        for _ in range(steps):
            self.proceed(0, turn)
            self.run_job(0)

    @rule(actor=anybody.filter(lambda name: name != "unit_lain"))
    def start(self, actor: str) -> None:
        who = self.people[actor]
        self.act(
            actor, bool(who.roles & CASE_STARTERS), lambda work: cases.start(work, "sktlk", str(uuid4()))
        )

    @rule(actor=anybody, chosen=which)
    def claim(self, actor: str, chosen: int) -> None:
        task = self.task(chosen)
        if task is None:
            return
        who = self.people[actor]
        legal = (
            self.is_open_for(who, task)
            and task.assignee_id in (None, who.user_id)
            and not self.is_barred(who, task)
        )
        if self.act(actor, legal or self.has(who, task), lambda work: tasks.claim(work, task.id)):
            self.holders[task.id] = who.user_id

    @rule(actor=anybody, chosen=which)
    def release(self, actor: str, chosen: int) -> None:
        task = self.task(chosen)
        if task is None:
            return
        who = self.people[actor]
        free = task.assignee_id is None or self.has(who, task) or bool(who.roles & LEADS)
        if self.act(
            actor,
            self.sees(who, task) and self.is_open(task) and free,
            lambda work: tasks.release(work, task.id),
        ):
            self.holders[task.id] = None

    @rule(actor=anybody, to=anybody, chosen=which)
    def reassign(self, actor: str, to: str, chosen: int) -> None:
        task, receiver = self.task(chosen), self.people[to]
        if task is None:
            return
        who = self.people[actor]
        fits = task.role in receiver.roles and receiver.unit == "spkt" and not self.is_barred(receiver, task)
        legal = bool(who.roles & LEADS) and self.sees(who, task) and self.is_open(task) and fits
        if self.act(actor, legal, lambda work: tasks.reassign(work, task.id, receiver.user_id or uuid4())):
            self.holders[task.id] = receiver.user_id

    @rule(actor=anybody, chosen=which)
    def autosave(self, actor: str, chosen: int) -> None:
        task = self.task(chosen)
        if task is None:
            return
        legal = self.is_open_for(self.people[actor], task)
        self.act(
            actor,
            legal,
            lambda work: drafts.save(work, task.id, {"nama": repertoire.PERSONAL[0]}),
            is_recorded=False,
        )

    @rule(
        actor=insiders,
        chosen=which,
        turn=turns,
        refused=st.sampled_from([None, None, None, *repertoire.REFUSED]),
    )
    def complete(self, actor: str, chosen: int, turn: int, refused: dict[str, Any] | None) -> None:
        task = self.task(chosen)
        if task is None:
            return
        who = self.people[actor]
        legal = (
            self.is_open_for(who, task)
            and task.assignee_id in (None, who.user_id)
            and not self.is_barred(who, task)
        )
        self.completing(actor, task, turn, legal and refused is None, refused)

    @rule(chosen=which, turn=turns)
    def proceed(self, chosen: int, turn: int) -> None:
        """Somebody who may does what is next."""
        with self.reading() as work:
            waiting = repertoire.open_tasks(work)
        if not waiting:
            return
        task = waiting[chosen % len(waiting)]
        for name in ("petugas", "petugas2", "ka_spkt", "ka_spkt2", "pamapta"):
            who = self.people[name]
            if (
                self.is_open_for(who, task)
                and task.assignee_id in (None, who.user_id)
                and not self.is_barred(who, task)
            ):
                self.completing(name, task, turn, True, None)
                return

    @rule(actor=anybody, chosen=which, reason=st.sampled_from(["", REASON, REASON]))
    def cancel(self, actor: str, chosen: int, reason: str) -> None:
        if chosen % 4:  # else no case would live long
            return
        case = self.case(chosen)
        if case is None:
            return
        who = self.people[actor]
        seen = self.sees_case(who, case) and bool(who.roles & (CASE_STARTERS | LEADS))
        legal = seen and bool(reason) and case.closed_at is None and not self.has_letter(case.id)
        self.act(actor, None if legal else False, lambda work: cases.cancel(work, case.id, reason))

    @rule(actor=anybody, chosen=which, shade=st.integers(0, 3))
    def upload(self, actor: str, chosen: int, shade: int) -> None:
        case = self.case(chosen)
        if case is None:
            return
        who = self.people[actor]
        picture = io.BytesIO()
        Image.new("L", (8, 8), shade).save(picture, "PNG")
        with self.reading() as work:
            roles = set(work.session.scalars(select(Task.role).where(Task.case_id == case.id)))
        legal = case.closed_at is None and who.unit == "spkt" and bool(roles & who.roles)
        self.act(
            actor,
            None if legal else False,
            lambda work: documents.upload(
                work, case.id, element="", label="Dokumen lain", data=picture.getvalue()
            ),
        )

    @rule(actor=anybody, chosen=which, reason=st.sampled_from(["pendek", REASON]))
    def withdraw(self, actor: str, chosen: int, reason: str) -> None:
        with self.reading() as work:
            issued = work.session.scalars(select(Letter).order_by(Letter.number)).all()
        if not issued:
            return
        letter = issued[chosen % len(issued)]
        case = self.case_of(letter.case_id)
        who = self.people[actor]
        is_again = letter.status == "void" and (letter.voided_by, letter.void_reason) == (who.user_id, reason)
        legal = (
            self.sees_case(who, case) and bool(who.roles & WITHDRAWERS) and reason == REASON
            and case.closed_at is not None and (letter.status == "valid" or is_again)
        )  # fmt: skip
        self.act(actor, legal, lambda work: letters.withdraw(work, letter.id, reason))

    # What the system does.

    @rule(chosen=which)
    def run_job(self, chosen: int) -> None:
        """The worker does one of the jobs; whoever comes twice changes nothing."""
        waiting = self.waiting()
        if not waiting:
            return
        performing.perform(self.works, waiting[chosen % len(waiting)], public_url=SITE)
        before = self.snapshot()
        performing.perform(self.works, waiting[chosen % len(waiting)], public_url=SITE)
        assert self.snapshot() == before

    @rule(chosen=which)
    def fail_job(self, chosen: int) -> None:
        """The worker gives a job up: an incident waits for a person."""
        waiting = self.waiting()
        if waiting:
            performing.give_up(self.works, waiting[chosen % len(waiting)], SentraError(detail="worker died"))
            with self.reading() as work:
                work.session.execute(text("update procrastinate_jobs set status = 'failed'"))
                work.session.commit()

    @rule(actor=anybody, chosen=which)
    def retry(self, actor: str, chosen: int) -> None:
        with self.reading() as work:
            found = work.session.scalars(select(Incident.id).where(Incident.resolved_at.is_(None))).all()
        if found:
            who = self.people[actor]
            allowed = bool(who.roles & INCIDENT_RETRIERS) and who.unit == "spkt"
            self.act(
                actor,
                None if allowed else False,
                lambda work: incidents.retry(work, found[chosen % len(found)]),
            )

    @rule(minutes=st.integers(1, 8))
    def time_passes(self, minutes: int) -> None:
        self.ground.clock.at += timedelta(minutes=minutes)
        with self.works.begin(SYSTEM) as work:
            due = wakes.overdue(work)
        for case_id in due:
            with incidents.unit_of_work(self.works, SYSTEM) as work:
                wakes.wake(work, case_id)

    # What must hold after every action.

    @invariant()
    def everything_holds(self) -> None:
        with self.reading() as work:
            found = {task.id: task.assignee_id for task in repertoire.open_tasks(work)}
            for task_id, holder in self.holders.items():
                assert task_id not in found or found[task_id] == holder, "the task is with somebody else"
            self.holders = found
            for check in CHECKS:
                assert check(work) == [], check.__doc__

    @rule(chosen=which)
    def strangers_look(self, chosen: int) -> None:
        """Nobody outside the unit sees anything; who has no part in a case does not either."""
        case, task = self.case(chosen), self.task(chosen)
        for name in ("unit_lain", "masyarakat", "arsiparis"):
            with self.works.begin(self.people[name]) as work:
                assert [tab for tab in inbox.TABS if inbox.page(work, tab).rows] == [], f"{name} has an inbox"
                assert cases.search(work, "B-2026") == []
                for look in self.looks(case, task):
                    try:
                        look(work)
                    except NotFound:
                        continue
                    raise AssertionError(f"{name} sees something")

    def looks(self, case: Case | None, task: Task | None) -> Iterator[Callable[[UnitOfWork], object]]:
        if case is not None and task is not None:
            yield lambda work: cases.get(work, case.id)
            yield lambda work: tasks.get(work, task.id)
            yield lambda work: documents.for_case(work, case.id)
            yield lambda work: letters.for_case(work, case.id)

    # How.

    def completing(
        self, actor: str, task: Task, turn: int, legal: bool, refused: dict[str, Any] | None
    ) -> None:
        with self.reading(self.people["ka_spkt"]) as work:
            now = work.session.get_one(Task, task.id)
            given = (
                refused
                if refused is not None or not self.is_open(now)
                else repertoire.answers(work, now, turn)
            )
        if self.act(
            actor,
            legal,
            lambda work: tasks.complete(work, task.id, given or {}, str(uuid4()), ""),
            may=LoopLimitReached,
        ):
            self.holders.pop(task.id, None)

    def act(
        self,
        actor: str,
        legal: bool | None,
        verb: Callable[[UnitOfWork], object],
        *,
        is_recorded: bool = True,
        may: type[SentraError] | tuple[()] = (),
    ) -> bool:
        """Do it. Legal must succeed (None: may), illegal must be refused with a sentence and change nothing at all."""
        before = self.snapshot()
        try:
            with incidents.unit_of_work(self.works, self.people[actor]) as work:
                verb(work)
        except SentraError as error:
            assert error.sentence
            assert not legal or isinstance(error, may), (
                f"{actor} may do this: {error.sentence} {getattr(error, 'fields', '')}"
            )
            assert self.snapshot() == before, "what was refused has changed something"
            return False
        assert legal is not False, f"{actor} may not do this"
        after = self.snapshot()
        assert after == before or not is_recorded or after.events > before.events, "a change without an event"
        return True

    @contextmanager
    def reading(self, actor: Actor = SYSTEM) -> Iterator[UnitOfWork]:
        """For looking; what is loaded stays readable."""
        session = self.works.session_factory(expire_on_commit=False)
        with session:
            yield UnitOfWork(session, actor, self.works.blobs, self.works.vault, self.ground.clock)
            session.expunge_all()

    def snapshot(self) -> Snapshot:
        with self.reading() as work:
            return Snapshot.take(work)

    def task(self, chosen: int) -> Task | None:
        """Any task, open ones first."""
        with self.reading() as work:
            query = select(Task).order_by(Task.status != "open", Task.created_at, Task.id)
            found = work.session.scalars(query).all()
        return found[chosen % len(found)] if found else None

    def case(self, chosen: int) -> Case | None:
        with self.reading() as work:
            found = work.session.scalars(select(Case).order_by(Case.number)).all()
        return found[chosen % len(found)] if found else None

    def case_of(self, case_id: UUID) -> Case:
        with self.reading() as work:
            return work.session.get_one(Case, case_id)

    def waiting(self) -> list[UUID]:
        with self.reading() as work:
            return list(
                work.session.scalars(select(PendingEffect.task_id).order_by(PendingEffect.deferred_at))
            )

    def has_letter(self, case_id: UUID) -> bool:
        with self.reading() as work:
            query = select(Letter.id).where(Letter.case_id == case_id, Letter.status == "valid")
            return work.session.scalars(query).first() is not None

    # The rules, written down a second time and otherwise than in the product.

    def is_open(self, task: Task) -> bool:
        return task.status == "open"

    def has(self, who: Actor, task: Task) -> bool:
        return (
            who.user_id is not None
            and task.assignee_id == who.user_id
            and self.is_open(task)
            and self.sees(who, task)
        )

    def is_open_for(self, who: Actor, task: Task) -> bool:
        return self.is_open(task) and who.unit == "spkt" and task.role in who.roles

    def sees(self, who: Actor, task: Task) -> bool:
        return self.sees_case(who, self.case_of(task.case_id))

    def sees_case(self, who: Actor, case: Case) -> bool:
        with self.reading() as work:
            roles = set(work.session.scalars(select(Task.role).where(Task.case_id == case.id)))
        return who.unit == "spkt" and bool(who.roles & (OVERSEERS | roles) or who.user_id == case.opened_by)

    def is_barred(self, who: Actor, task: Task) -> bool:
        """Four eyes: who ever recorded this case."""
        with self.reading() as work:
            definition = definition_of(work, work.session.get_one(Case, task.case_id).definition_id)
            named = definition.elements[task.element].properties.get("fourEyes", "").split()
            query = select(Submission.submitted_by).where(
                Submission.case_id == task.case_id, Submission.element.in_(named)
            )
            return who.user_id in set(work.session.scalars(query))
