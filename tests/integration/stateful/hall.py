"""Where the machine acts: one open connection, its people, and what is known of them beside the
product.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule
from hypothesis.strategies import SearchStrategy
from sqlalchemy import Connection, select
from sqlalchemy.orm import sessionmaker

from tests.integration.conftest import TestClock
from tests.integration.stateful import repertoire, rules
from tests.integration.stateful.privacy import Ear
from tests.integration.stateful.rules import Sight
from tests.integration.stateful.snapshots import Snapshot
from workflow_app.domain import PUBLIC, SYSTEM, Actor, SentraError
from workflow_app.engine.process_folders import Scenario
from workflow_app.models import Case, Task
from workflow_app.services.cases import incidents
from workflow_app.services.core.unit_of_work import UnitOfWork, Works


@dataclass
class Ground:
    """What all examples of one test share: an open connection whose transaction is never committed,
    the people, the processes.
    """

    connection: Connection
    works: Works
    clock: TestClock
    ear: Ear
    """Hears everything that is logged."""
    people: dict[str, Actor] = field(default_factory=dict)
    processes: list[str] = field(default_factory=list)
    """Keys of those that can be started."""
    scenarios: list[tuple[str, Scenario]] = field(default_factory=list)
    """What is told of each process: its key and one way through it."""


def deed(
    weight: int = 1, **drawn: SearchStrategy[Any]
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Something that may happen, with what is drawn for it; of a `weight` that says how often
    beside the others.
    """

    def mark(act: Callable[..., None]) -> Callable[..., None]:
        act.__dict__["drawn"], act.__dict__["weight"] = drawn, weight
        return act

    return mark


class Hall(RuleBasedStateMachine):
    """What the machine needs to act and to look."""

    ground: Ground
    tally: Counter[tuple[str, bool]]
    """How often each verb was done and refused, over all examples."""
    reached: Counter[tuple[str, str]]
    """How often a case of each process stood at the end of an example: its outcome, or that it was
    open.
    """

    def __init__(self) -> None:
        super().__init__()
        self.people = {**self.ground.people, "masyarakat": PUBLIC}
        self.begins_at = self.ground.clock.at
        self.savepoint = self.ground.connection.begin_nested()
        factory = sessionmaker(self.ground.connection, join_transaction_mode="create_savepoint")
        self.works = Works(
            factory, self.ground.works.blobs, self.ground.works.vault, self.ground.clock
        )
        self.holders: dict[UUID, UUID | None] = {}
        """Open task to who holds it, as the model has it."""
        self.roles = {name: who.roles for name, who in self.people.items()}
        """What each account holds now; its owner may still act under the roles of an older session.
        """
        self.has_absences = False
        """Was anybody entered as absent in this example?"""
        self.closed: set[str] = set()
        """Whose accounts are closed."""
        self.marks = uuid4().hex
        """Makes the tokens of this example its own."""

    @rule(data=st.data())
    def something_happens(self, data: Any) -> None:
        """One of the deeds. Rules of their own would be left out of whole examples by turns."""
        known = [(name, getattr(type(self), name)) for name in sorted(dir(type(self)))]
        deeds = [name for name, act in known if hasattr(act, "drawn") for _ in range(act.weight)]
        act = getattr(self, data.draw(st.sampled_from(deeds), label="deed"))
        act(**{name: data.draw(strategy, label=name) for name, strategy in act.drawn.items()})

    def teardown(self) -> None:
        """Nothing of an example remains but how far it came."""
        with self.reading() as work:
            rows = work.session.execute(select(Case.process_key, Case.outcome))
            self.reached.update((key, outcome or "open") for key, outcome in rows)
        self.savepoint.rollback()
        self.ground.clock.at = self.begins_at

    def act(
        self,
        actor: str,
        legal: bool | None,
        verb: Callable[[UnitOfWork], object],
        *,
        is_recorded: bool = True,
        may: type[SentraError] | tuple[type[SentraError], ...] = (),
    ) -> bool:
        """Somebody does something. What is refused, or raises what it `may`, must change nothing at
        all.

        Whose account is closed, or has lost a role since the session began, changes nothing, legal
        or not.
        """
        before = self.snapshot()
        name = verb.__qualname__.split(".")[1]
        if legal and self.is_outdated(actor):
            legal, name = None, "outdated"
        try:
            with incidents.unit_of_work(self.works, self.standing(actor)) as work:
                verb(work)
        except SentraError as error:
            assert error.sentence
            assert not legal or isinstance(error, may), (
                f"{actor} may do this: {error.sentence} {error.detail} "
                f"{getattr(error, 'fields', '')}"
            )
            assert self.snapshot() == before, "what was refused has changed something"
            self.tally[name, False] += 1
            return False
        assert legal is not False, f"{actor} may not do this"
        after = self.snapshot()
        assert after == before or not self.is_outdated(actor), (
            f"{actor} may not do anything any more"
        )
        self.tally[name, True] += 1
        assert after == before or not is_recorded or after.events > before.events, (
            "a change without an event"
        )
        return True

    @contextmanager
    def reading(self, actor: Actor = SYSTEM) -> Iterator[UnitOfWork]:
        """For looking; what is loaded stays readable."""
        session = self.works.session_factory(expire_on_commit=False)
        session.info[rules.NOBODY_AWAY] = not self.has_absences
        with session:
            yield UnitOfWork(session, actor, self.works.blobs, self.works.vault, self.ground.clock)
            session.expunge_all()

    def snapshot(self) -> Snapshot:
        with self.reading() as work:
            return Snapshot.take(work)

    def task(self, chosen: int) -> Task | None:
        """Mostly an open task; else any."""
        with self.reading() as work:
            found = repertoire.tasks(work)
        opened = [task for task in found if task.status == "open"]
        if opened and chosen % 5:
            return opened[chosen % len(opened)]
        return found[chosen % len(found)] if found else None

    def sights(self) -> list[Sight]:
        with self.reading() as work:
            return list(rules.sights(work).values())

    def sight(self, chosen: int) -> Sight | None:
        found = self.sights()
        return found[chosen % len(found)] if found else None

    def sight_of(self, case_id: UUID) -> Sight:
        with self.reading() as work:
            return rules.sights(work)[case_id]

    # What people may do.

    def standing(self, name: str) -> Actor:
        """The person as a request of this moment finds him: with those for whom he works."""
        if not self.has_absences:
            return self.people[name]
        with self.reading() as work:
            return rules.standing(work, self.people[name])

    def absent_for(self, who: Actor, task: Task) -> set[UUID]:
        """The absent in whose place somebody might do a task."""
        if not self.has_absences:
            return set()
        with self.reading() as work:
            return rules.absent_for(work, who, task)

    def is_outdated(self, name: str) -> bool:
        """The account is closed, or no longer holds what its owner acts under."""
        return name in self.closed or not self.people[name].roles <= self.roles[name]

    def is_open_for(self, who: Actor, task: Task) -> bool:
        """It is there for this person, who may do such tasks."""
        with self.reading() as work:
            may = rules.may_do(work, who, task)
        return may and task.status == "open" and self.sight_of(task.case_id).is_for(who)

    def is_barred(self, who: Actor, task: Task) -> bool:
        with self.reading() as work:
            return rules.is_barred(work, who, task)

    def may_complete(self, who: Actor, task: Task) -> bool:
        free = task.assignee_id in {None, who.user_id, *self.absent_for(who, task)}
        return free and self.is_open_for(who, task) and not self.is_barred(who, task)

    def suited(self, task: Task, *, is_free: bool = True) -> str | None:
        """Somebody who may do a task; `is_free`: that nobody else holds. Who holds its role rather
        than who stands in.
        """
        found = [
            name
            for name, who in self.people.items()
            if who.unit == task.unit
            and (
                not is_free or task.assignee_id in {None, who.user_id, *self.absent_for(who, task)}
            )
            and not self.is_outdated(name)
            and self.is_open_for(who, task)
            and not self.is_barred(who, task)
        ]
        return min(found, key=lambda name: task.role not in self.people[name].roles, default=None)
