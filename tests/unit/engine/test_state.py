"""The stored state is what the library itself would write and read, though tasks without data take
a shorter way.
"""

import gc
import json
import zlib
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.serializer.default.workflow import TaskConverter
from SpiffWorkflow.bpmn.util.subworkflow import BpmnSubWorkflow
from SpiffWorkflow.task import Task

from tests.unit.engine.calls import complaint
from tests.unit.engine.counter import service_counter
from tests.unit.engine.folder import Folder
from tests.unit.engine.play import DUE, NOW, Play, handing_on, line
from workflow_app.engine import runner
from workflow_app.engine import state as engine_state
from workflow_app.engine.specs import Scope

FOLDERS = (line, handing_on, complaint, service_counter)


def unpacked(play: Play, state: bytes) -> engine_state.CaseState:
    return engine_state.unpack(play.definition.specs, state, Scope({}, NOW))


def of_library() -> Any:
    """The registry with the library's own way for tasks."""
    registry = engine_state._registry()
    TaskConverter(Task, registry)
    return registry


def written_by_library(case: engine_state.CaseState) -> dict[str, Any]:
    content: dict[str, Any] = of_library().convert(case.workflow)
    return content


def facts_of(case: engine_state.CaseState) -> list[dict[str, Any]]:
    names = (
        "id",
        "_parent",
        "_children",
        "_state",
        "triggered",
        "internal_data",
        "data",
        "last_state_change",
    )
    return [
        {name: getattr(task, name) for name in names}
        for task in engine_state.all_tasks(case.workflow)
    ]


@pytest.mark.parametrize("folder", FOLDERS)
def test_tasks_are_written_as_the_library_writes_them(folder: Callable[[], Folder]) -> None:
    play = Play(folder())
    content = json.loads(zlib.decompress(play.step.state))
    library = written_by_library(unpacked(play, play.step.state))
    assert json.dumps(content["workflow"]) == json.dumps(library)


@pytest.mark.parametrize("folder", FOLDERS)
def test_tasks_are_read_as_the_library_reads_them(
    folder: Callable[[], Folder], monkeypatch: pytest.MonkeyPatch
) -> None:
    play = Play(folder())
    ours = unpacked(play, play.step.state)
    monkeypatch.setattr(engine_state, "_REGISTRY", of_library())
    library = unpacked(play, play.step.state)
    assert facts_of(ours) == facts_of(library)
    waiting = [list(case.workflow.event_manager.tasks) for case in (ours, library)]
    assert waiting[0] == waiting[1]


def left() -> int:
    """Objects of the library in memory: workflows, those within others, and their tasks."""
    return sum(type(each) in (BpmnWorkflow, BpmnSubWorkflow, Task) for each in gc.get_objects())


@pytest.fixture
def uncollected() -> Iterator[None]:
    """Garbage that only the collector finds stays."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("uncollected")
def test_a_closed_step_leaves_nothing_that_only_the_collector_of_garbage_finds() -> None:
    """Also where a called process begins and ends."""
    play, before = Play(complaint()), left()
    steps: list[Callable[[], Play]] = [
        lambda: play.done("isi"),
        lambda: play.done("serah_kirim", tujuan="piket_lantas"),
        lambda: play.resolve("start_clock", DUE),
        lambda: play.done("serah_terima"),
        lambda: play.done("serah_kabari"),
        lambda: play.resolve("issue_letter", "surat-1"),
        lambda: play.done("putuskan", keputusan="setuju"),
    ]
    found = []
    for step in steps:
        step()
        found.append(left() - before)
    assert runner.variables(play.definition, play.step.state)["keputusan"] == "setuju"
    assert [*found, left() - before] == [0] * 8


def test_a_task_with_data_keeps_it_and_what_differs_from_its_parent() -> None:
    play = Play(line())
    case = unpacked(play, play.step.state)
    root, *others = engine_state.all_tasks(case.workflow)
    root.data = {"satu": 1, "dua": [2]}
    others[-1].data = {"dua": [3]}
    again = unpacked(play, engine_state.pack(case))
    assert [task.data for task in engine_state.all_tasks(again.workflow)] == [
        root.data,
        *[task.data for task in others],
    ]
