"""Playing the complaint of the release on the services."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from uuid import UUID

import pytest
from sqlalchemy import select

from tests.integration.conftest import PROCESSES
from workflow_app.domain import SYSTEM, Actor, Answers
from workflow_app.engine import process_folders
from workflow_app.engine.process_folders import Complete, Scenario
from workflow_app.models import Task
from workflow_app.services.core.unit_of_work import Works
from workflow_app.services.demo import seeding
from workflow_app.services.demo.seeding import Stage
from workflow_app.services.processes import definitions

FILES = process_folders.read_folder(PROCESSES / "complaint")
Play = Callable[..., UUID]


def told(name: str) -> Scenario:
    """A scenario of the complaint."""
    return process_folders.read_scenario(name, FILES[f"scenarios/{name}.yaml"])


def answering(scenario: Scenario, element: str, answers: Answers) -> Scenario:
    """The scenario with these answers at an element in place of its own of the same name; None
    takes one away.
    """
    steps = [
        replace(step, answers=_merged(step.answers, answers))
        if isinstance(step, Complete) and step.element == element
        else step
        for step in scenario.steps
    ]
    return replace(scenario, steps=tuple(steps))


def _merged(own: Answers, other: Answers) -> Answers:
    return {name: value for name, value in {**own, **other}.items() if value is not None}


@pytest.fixture
def complain(stage: Stage, works: Works, person: Callable[..., Actor]) -> Play:
    """Plays a scenario of the complaint, or its first steps; `answers` of elements take the place
    of the scenario's.
    """
    person("tamu", "arsiparis")  # somebody to be named
    with works.begin(SYSTEM) as work:
        for name in ("lp", "complaint"):
            definitions.deploy(work, PROCESSES / name)

    def play(
        name: str, steps: int | None = None, answers: Mapping[str, Answers] | None = None
    ) -> UUID:
        scenario = told(name)
        for element, given in (answers or {}).items():
            scenario = answering(scenario, element, given)
        return seeding.play(stage, "complaint", scenario, steps=steps)

    return play


def open_tasks(works: Works, case_id: UUID) -> dict[str, UUID]:
    """The open tasks of a case by their elements."""
    with works.begin(SYSTEM) as work:
        query = select(Task).where(Task.case_id == case_id, Task.status == "open")
        return {task.element: task.id for task in work.session.scalars(query)}
