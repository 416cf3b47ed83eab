"""A counter on a database of its own where every transaction really commits."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select

from tests.integration.conftest import PROCESSES, TestClock
from tests.integration.hiring import hire
from tests.integration.open_tasks import task_of
from workflow_app.domain import SYSTEM, Actor
from workflow_app.engine import process_folders
from workflow_app.models import AuditEvent, Case, Draft, Submission, Task
from workflow_app.services.core.unit_of_work import UnitOfWork, Works
from workflow_app.services.demo import seeding
from workflow_app.services.demo.seeding import Stage
from workflow_app.services.workflow import cases, tasks

FILES = process_folders.read_folder(PROCESSES / "sktlk")
NINE = "23 November 2026 09.00 WITA"


@dataclass
class Office:
    """People, the process, the clock, and what was stored."""

    works: Works
    clock: TestClock
    people: dict[str, Actor] = field(default_factory=dict)

    def person(self, name: str, *roles: str, unit: str = "spkt") -> Actor:
        """A member; made when first named."""
        if name not in self.people:
            self.people[name] = hire(self.works, name, *roles, unit=unit)
        return self.people[name]

    def newcomer(self, *roles: str) -> Actor:
        """A member nobody else uses."""
        return self.person(f"baru{uuid4().hex[:8]}", *roles)

    def stage(self) -> Stage:
        """For playing scenarios with Budi and Sari."""

        def advance(span: timedelta) -> None:
            self.clock.at += span

        cast = {"petugas": self.people["budi"], "ka_spkt": self.people["sari"]}
        return Stage(self.works, cast, "http://127.0.0.1:8000", b"", advance)

    def play(self, name: str, steps: int | None = None) -> UUID:
        """A case at this point of a scenario."""
        scenario = process_folders.read_scenario(name, FILES[f"scenarios/{name}.yaml"])
        return seeding.play(self.stage(), "sktlk", scenario, steps=steps)

    def begin(self) -> UUID:
        """A case that Budi has just started; he holds its first task."""
        with self.works.begin(self.people["budi"]) as work:
            return cases.start(work, "sktlk").case_id

    def task(self, case_id: UUID, element: str | None = None) -> Task:
        """The open task of a case, or the newest of an element."""
        return task_of(self.works, case_id, element)

    def task_case(self, task_id: UUID) -> UUID:
        """The case of a task."""
        with self.works.begin(SYSTEM) as work:
            return work.session.get_one(Task, task_id).case_id

    def case(self, case_id: UUID) -> Case:
        """The stored case."""
        with self.works.begin(SYSTEM) as work:
            found = work.session.get_one(Case, case_id)
            work.session.expunge(found)
            return found

    def submissions(self, task_id: UUID) -> list[Submission]:
        """Answers stored for a task."""
        with self.works.begin(SYSTEM) as work:
            found = list(
                work.session.scalars(select(Submission).where(Submission.task_id == task_id))
            )
            work.session.expunge_all()
            return found

    def drafts(self, task_id: UUID) -> int:
        """How many drafts of a task there are."""
        with self.works.begin(SYSTEM) as work:
            return len(
                work.session.scalars(select(Draft.user_id).where(Draft.task_id == task_id)).all()
            )

    def events(self, case_id: UUID) -> list[str]:
        """Actions of a case, oldest first."""
        query = (
            select(AuditEvent.action)
            .where(AuditEvent.case_id == case_id)
            .order_by(AuditEvent.position)
        )
        with self.works.begin(SYSTEM) as work:
            return list(work.session.scalars(query))


def approving(task_id: UUID) -> Callable[[UnitOfWork], Any]:
    """A Ka SPKT approves."""
    return lambda work: tasks.complete(work, task_id, {"keputusan": "setuju"}, str(uuid4()))


def answers_of(scenario: str, element: str) -> Any:
    """What a scenario answers at a task."""
    steps = process_folders.read_scenario(scenario, FILES[f"scenarios/{scenario}.yaml"]).steps
    return next(step.answers for step in steps if getattr(step, "element", "") == element)
