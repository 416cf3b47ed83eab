"""Where the machine acts: one open connection, its people, and the rules of the counter written down a second time."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID, uuid4

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule
from hypothesis.strategies import SearchStrategy
from sqlalchemy import Connection, select
from sqlalchemy.orm import sessionmaker

from tests.integration.conftest import TestClock
from tests.integration.stateful import repertoire
from tests.integration.stateful.checks import Snapshot
from workflow_app.errors import LoopLimitReached, SentraError
from workflow_app.models.case import Case
from workflow_app.models.effect import PendingEffect
from workflow_app.models.letter import Letter
from workflow_app.models.submission import Submission
from workflow_app.models.task import Draft, Task
from workflow_app.permissions import OVERSEERS
from workflow_app.services import (
    drafts,
    incidents,
    letters,
    tasks,
)
from workflow_app.services.processes import definition_of
from workflow_app.services.unit_of_work import UnitOfWork, Works
from workflow_app.types import PUBLIC, SYSTEM, Actor


@dataclass
class Ground:
    """What all examples of one test share: an open connection whose transaction is never committed, and the people."""

    connection: Connection
    works: Works
    clock: TestClock
    people: dict[str, Actor] = field(default_factory=dict)


def deed(**drawn: SearchStrategy[Any]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Something that may happen, with what is drawn for it."""

    def mark(act: Callable[..., None]) -> Callable[..., None]:
        act.__dict__["drawn"] = drawn
        return act

    return mark


@dataclass(frozen=True)
class Sent:
    """A form as it was sent."""

    actor: str
    task: Task
    answers: dict[str, Any]
    token: str
    seen_draft: str
    """The draft on the page it came from."""

    def arrives(self, work: UnitOfWork) -> object:
        """At the counter, for the first time or again."""
        return tasks.complete(work, self.task.id, self.answers, self.token, self.seen_draft)


class Hall(RuleBasedStateMachine):
    """What the machine needs to act, to look, and to know the rules on its own."""

    ground: Ground
    tally: Counter[tuple[str, bool]]
    """How often each verb was done and refused, over all examples."""

    def __init__(self) -> None:
        super().__init__()
        self.people = {**self.ground.people, "masyarakat": PUBLIC}
        self.begins_at = self.ground.clock.at
        self.savepoint = self.ground.connection.begin_nested()
        factory = sessionmaker(self.ground.connection, join_transaction_mode="create_savepoint")
        self.works = Works(factory, self.ground.works.blobs, self.ground.works.vault, self.ground.clock)
        self.holders: dict[UUID, UUID | None] = {}
        """Open task to who holds it, as the model has it."""
        self.roles = {name: who.roles for name, who in self.people.items()}
        """What each account holds now; its owner may still act under the roles of an older session."""
        self.closed: set[str] = set()
        """Whose accounts are closed."""
        self.marks = uuid4().hex
        """Makes the tokens of this example its own."""
        self.begun: dict[str, str] = {}
        """Token of a page to who started a case with it."""
        self.cancelled: dict[UUID, str] = {}
        """Case to who cancelled it."""
        self.sent: Sent | None = None
        """The last form that was taken."""

    @rule(data=st.data())
    def something_happens(self, data: Any) -> None:
        """One of the deeds, each as likely as any other. Rules of their own would be left out of whole examples by turns."""
        deeds = sorted(name for name in dir(type(self)) if hasattr(getattr(type(self), name), "drawn"))
        act = getattr(self, data.draw(st.sampled_from(deeds), label="deed"))
        act(**{name: data.draw(strategy, label=name) for name, strategy in act.drawn.items()})

    def teardown(self) -> None:
        """Nothing of an example remains."""
        self.savepoint.rollback()
        self.ground.clock.at = self.begins_at

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
            draft = work.session.scalars(
                select(Draft.saved_at).where(
                    Draft.task_id == task.id, Draft.user_id == self.people[actor].user_id
                )
            ).first()
        sent = Sent(actor, task, dict(given or {}), str(uuid4()), drafts.version(draft))
        if self.act(actor, legal, lambda work: sent.arrives(work), may=LoopLimitReached):
            self.holders.pop(task.id, None)
            self.sent = sent
            if turn % 3 == 0:  # a double click, or a colleague at the same page
                self.send_again(actor if turn % 2 else "petugas", sent, False)

    def send_again(self, actor: str, sent: Sent, is_changed: bool) -> None:
        """A form that was taken comes a second time, as it was or with other answers: nothing happens twice."""
        again = replace(sent, answers={}) if is_changed else sent
        legal = actor == sent.actor and not is_changed and self.sees(self.people[actor], sent.task)
        before = self.snapshot()
        self.act(actor, legal, lambda work: again.arrives(work))
        assert self.snapshot() == before, "one form has had two effects"

    def act(
        self,
        actor: str,
        legal: bool | None,
        verb: Callable[[UnitOfWork], object],
        *,
        is_recorded: bool = True,
        may: type[SentraError] | tuple[()] = (),
    ) -> bool:
        """Do it. Legal must succeed (None: may), illegal must be refused with a sentence and change nothing at all.

        Whose account is closed, or has lost a role since the session began, changes nothing, legal or not.
        """
        before = self.snapshot()
        name = verb.__qualname__.split(".")[1]
        if legal and self.is_outdated(actor):
            legal, name = None, "outdated"
        try:
            with incidents.unit_of_work(self.works, self.people[actor]) as work:
                verb(work)
        except SentraError as error:
            assert error.sentence
            assert not legal or isinstance(error, may), (
                f"{actor} may do this: {error.sentence} {getattr(error, 'fields', '')}"
            )
            assert self.snapshot() == before, "what was refused has changed something"
            self.tally[name, False] += 1
            return False
        assert legal is not False, f"{actor} may not do this"
        after = self.snapshot()
        assert after == before or not self.is_outdated(actor), f"{actor} may not do anything any more"
        self.tally[name, True] += 1
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
        """Mostly an open task; else any."""
        with self.reading() as work:
            query = select(Task).order_by(Task.status != "open", Task.created_at, Task.id)
            found = work.session.scalars(query).all()
        opened = [task for task in found if task.status == "open"]
        if opened and chosen % 5:
            return opened[chosen % len(opened)]
        return found[chosen % len(found)] if found else None

    def case(self, chosen: int) -> Case | None:
        with self.reading() as work:
            found = work.session.scalars(select(Case).order_by(Case.number)).all()
        return found[chosen % len(found)] if found else None

    def case_of(self, case_id: UUID) -> Case:
        with self.reading() as work:
            return work.session.get_one(Case, case_id)

    def reason_of(self, letter: Letter) -> str | None:
        """Why a letter was withdrawn."""
        with self.reading() as work:
            issued = letters.issued(work, letter.case_id)
            return next(view.void_reason for view in issued if view.id == letter.id)

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

    def is_outdated(self, name: str) -> bool:
        """The account is closed, or no longer holds what its owner acts under."""
        return name in self.closed or not self.people[name].roles <= self.roles[name]

    def suited(self, task: Task, *, is_free: bool = True) -> str | None:
        """Somebody who may do a task; `is_free`: that nobody else holds."""
        for name in ("petugas", "petugas2", "ka_spkt", "ka_spkt2", "pamapta", "ganda"):
            who = self.people[name]
            is_right = self.is_open_for(who, task) and not self.is_barred(who, task)
            has_it = task.assignee_id in (None, who.user_id) or not is_free
            if is_right and has_it and not self.is_outdated(name):
                return name
        return None

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
