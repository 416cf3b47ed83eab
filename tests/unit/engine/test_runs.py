"""A step that is kept open: effects are told their results one after the other, and the state is
written once.
"""

import random
from collections.abc import Callable, Iterable
from typing import Any

import pytest

from tests.unit.engine.counter import service_counter
from tests.unit.engine.folder import Folder
from tests.unit.engine.play import DUE, NOW, Play, line
from workflow_app.domain import LoopLimitReached, ProcessFault, Step, TaskNotReady
from workflow_app.engine import runner, state
from workflow_app.engine.model import Value

ANSWERS: dict[str, Value] = {"jenis": "sim", "keputusan": "kembali"}


def effects_in_a_row(count: int) -> Folder:
    names = [f"jam_{n}" for n in range(count)]
    folder = Folder().start().user("kerja")
    for name in names:
        folder.service(name, "start_clock", "batas", clock=f'"{name}"')
    return folder.user("lihat").end().flow("mulai", "kerja", *names, "lihat", "selesai")


def test_the_state_is_read_and_written_once_however_many_effects_a_step_has(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    play = Play(effects_in_a_row(12))
    used: list[str] = []

    def counted(name: str) -> Callable[..., Any]:
        original = getattr(state, name)

        def call(*given: Any) -> Any:
            used.append(name)
            return original(*given)

        return call

    for name in ("pack", "unpack"):
        monkeypatch.setattr(runner, name, counted(name))
    run = runner.open_case(play.definition, play.step.state, NOW)
    run.complete_task(play.step.open_tasks[0].id, {})
    while run.effects:
        run.resolve_effect(run.effects[0].task_id, DUE)
    step = run.close()

    assert used == ["unpack", "pack"]
    assert [task.element for task in step.open_tasks] == ["lihat"]
    assert step.completed == ("kerja", *(f"jam_{n}" for n in range(12)))
    assert step.variables["batas"] == DUE


def seen(step: Step) -> Iterable[object]:
    places = [task.element for task in step.open_tasks], [effect.element for effect in step.effects]
    return *places, step.outcome, step.next_wake_at, dict(step.variables)


@pytest.mark.parametrize("seed", range(15))
def test_an_open_step_ends_where_single_steps_end(seed: int) -> None:
    """The same random things happen to two cases; one resolves its effects in the open step."""
    choices = random.Random(seed)
    single, whole = Play(service_counter()), Play(service_counter())
    for _ in range(30):
        if single.step.outcome is not None:
            break
        element = choices.choice(single.open)
        answers = {**ANSWERS, "keputusan": choices.choice(["setuju", "kembali"])}
        completed: list[str] = []
        try:
            single.done(element, **answers)
            completed += single.step.completed
            while single.waiting:
                single.resolve(single.waiting[0], DUE)
                completed += single.step.completed
        except LoopLimitReached:
            with pytest.raises(LoopLimitReached):
                whole.done(element, **answers)
            break
        run = runner.open_case(whole.definition, whole.step.state, whole.now)
        run.complete_task(
            next(t.id for t in whole.step.open_tasks if t.element == element), answers
        )
        while run.effects:
            run.resolve_effect(run.effects[0].task_id, DUE)
        whole.step = run.close()
        assert (seen(whole.step), whole.step.completed) == (seen(single.step), tuple(completed))
        minutes = choices.choice([0, 6])
        single.after(minutes=minutes)
        whole.after(minutes=minutes)


def test_the_first_step_of_a_case_can_be_kept_open() -> None:
    folder = (
        Folder().start().service("jam", "start_clock", "batas", clock='"a"').user("kerja").end()
    )
    run = runner.begin(folder.flow("mulai", "jam", "kerja", "selesai").definition(), {}, NOW)
    run.resolve_effect(run.effects[0].task_id, DUE)
    assert [task.element for task in run.close().open_tasks] == ["kerja"]


def test_an_effect_is_told_its_result_once() -> None:
    play = Play(effects_in_a_row(2))
    run = runner.open_case(play.definition, play.step.state, NOW)
    run.complete_task(play.step.open_tasks[0].id, {})
    effect = run.effects[0]
    run.resolve_effect(effect.task_id, DUE)
    with pytest.raises(TaskNotReady):
        run.resolve_effect(effect.task_id, DUE)


def test_a_fault_in_an_open_step_leaves_the_stored_state_as_it_was() -> None:
    play = Play(effects_in_a_row(1))
    before = play.step.state
    run = runner.open_case(play.definition, before, NOW)
    run.complete_task(play.step.open_tasks[0].id, {})
    with pytest.raises(ProcessFault, match="not allowed"):
        run.resolve_effect(run.effects[0].task_id, 1.5)  # type: ignore[arg-type]  # what a broken operation would give
    assert play.step.state == before
    assert Play(line()).done("kerja").step.outcome == "selesai"


def test_an_endless_round_of_effects_is_a_fault_and_never_hangs() -> None:
    folder = (
        Folder().start().service("jam", "start_clock", "batas", clock='"a"').choice("putar",
            "jam").end()
        .flow("mulai", "jam", "putar", "jam").when("putar", "batas == None", "selesai")
    )  # fmt: skip
    run = runner.begin(folder.definition(), {}, NOW)
    with pytest.raises(ProcessFault, match="automatic steps"):
        while run.effects:
            run.resolve_effect(run.effects[0].task_id, DUE)
