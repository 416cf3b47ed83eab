"""Random people walk through a process that is changed under their hands: a case that may be moved
comes to an end that is legal.
"""

from collections.abc import Callable
from functools import partial
from random import Random
from typing import Any

import pytest

from tests.unit.engine.calls import complaint, hand_off
from tests.unit.engine.folder import Folder
from tests.unit.engine.play import Play
from tests.unit.engine.versions import beside, first, with_check, without_reminder
from workflow_app.domain import Step
from workflow_app.engine import migration, migration_obstacles, runner
from workflow_app.engine.definitions import Definition
from workflow_app.engine.forms import Form

MOST_STEPS = 300


def slower_hand_off() -> Folder:
    called = hand_off()
    called.timer("serah_lewat", '"PT45M"', on="serah_bagian", cancelActivity="false")
    return complaint(called)


def longer_complaint() -> Folder:
    folder = complaint().user("tutup")
    folder.flows = [flow for flow in folder.flows if flow[:2] != ("layanan", "selesai")]
    return folder.flow("layanan", "tutup", "selesai")


FAMILIES: dict[str, list[Callable[[], Folder]]] = {
    "approval": [first, with_check, without_reminder],
    "complaint": [complaint, slower_hand_off, longer_complaint],
    "beside": [beside, lambda: beside(("ukur", "hitung")), lambda: beside(("hitung", "ukur"))],
}


class Walk(Play):
    """One case in the hands of chance."""

    def __init__(self, folder: Folder, chance: Random) -> None:
        super().__init__(folder)
        self.chance = chance
        self.passed: set[str] = {*self.step.completed}
        self.moves = 0

    def go_on(self) -> None:
        """Whatever may happen next: a task, a result, a timer."""
        choices: list[Callable[[], Step]] = [
            partial(self.complete, task) for task in self.step.open_tasks
        ]
        choices += [partial(self.answer, effect) for effect in self.step.effects]
        if self.step.next_wake_at is not None and self.chance.random() < 0.4:
            choices = [self.sleep]
        self.step = self.chance.choice(choices)()
        self.passed |= {*self.step.completed}

    def complete(self, task: Any) -> Step:
        given = chosen(self.definition.form(task.element), self.chance)
        if task.is_held:
            return self.let_on().step
        return runner.complete_task(self.definition, self.step.state, task.id, given, self.now)

    def answer(self, effect: Any) -> Step:
        return runner.resolve_effect(
            self.definition, self.step.state, effect.task_id, None, self.now
        )

    def sleep(self) -> Step:
        assert self.step.next_wake_at is not None
        self.now = max(self.now, self.step.next_wake_at)
        return runner.wake(self.definition, self.step.state, self.now)

    def may_move(self, new: Definition) -> bool:
        """Move, if nothing is in the way; forth and back leaves what was reached as it was."""
        found = migration_obstacles.judge(
            self.definition, new, self.step.state, self.now, done=self.passed, letters=()
        )
        if found.obstacles:
            return False
        moved = migration.move(self.definition, new, self.step.state, self.now)
        back = migration.move(new, self.definition, moved.state, self.now)
        assert reached(back) == reached(self.step)
        self.definition, self.step, self.moves = new, moved, self.moves + 1
        return True


def reached(step: Step) -> tuple[Any, ...]:
    """What others know of where a case stands."""
    tasks = sorted(
        (str(task.id), task.element, task.lane, task.is_held) for task in step.open_tasks
    )
    return tasks, step.effects, step.outcome


def chosen(form: Form, chance: Random) -> dict[str, str]:
    return {f.name: chance.choice(list(f.options)) for f in form.fields.values() if f.control}


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("seed", range(12))
def test_a_case_that_is_moved_at_any_point_comes_to_an_end(family: str, seed: int) -> None:
    chance = Random(f"{family}{seed}")
    versions = FAMILIES[family]
    walk = Walk(chance.choice(versions)(), chance)
    definitions = [version().definition() for version in versions]
    for _ in range(MOST_STEPS):
        if walk.step.outcome is not None:
            break
        if chance.random() < 0.5:
            walk.may_move(chance.choice(definitions))
        walk.go_on()
    outcomes = {element.properties.get("outcome") for element in walk.definition.elements.values()}
    assert walk.step.outcome in outcomes - {None}


@pytest.mark.parametrize("family", FAMILIES)
def test_the_walks_do_move_cases(family: str) -> None:
    """Else the walks above would prove nothing."""
    moved, refused = 0, 0
    others = [version().definition() for version in FAMILIES[family][1:]]
    for seed in range(12):
        chance = Random(seed)
        walk = Walk(FAMILIES[family][0](), chance)
        for _ in range(12):
            if walk.step.outcome is not None:
                break
            is_moved = walk.may_move(chance.choice(others))
            moved, refused = moved + is_moved, refused + (not is_moved)
            walk.go_on()
    assert moved > 10
    assert refused > 0 or family == "complaint"
