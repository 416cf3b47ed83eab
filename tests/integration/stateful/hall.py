"""Where the machine acts: one open connection, its people, and the rules of the counter written down a second time."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from hypothesis.stateful import RuleBasedStateMachine
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
from workflow_app.models.task import Task
from workflow_app.permissions import OVERSEERS
from workflow_app.services import (
    incidents,
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


class Hall(RuleBasedStateMachine):
    """What the machine needs to act, to look, and to know the rules on its own."""

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
