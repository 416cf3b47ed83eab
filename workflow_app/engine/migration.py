"""Moving a stored case to another version of its process (decision 0048).

The library's own `migrate_workflow` restarts everything that waits: timers would count from now,
and the receiver of a handed-over case would be lost. This module keeps every task that was reached,
with its id. Only predicted tasks are predicted again from the new model.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from SpiffWorkflow.bpmn.specs.defaults import BoundaryEvent
from SpiffWorkflow.bpmn.specs.mixins.events.event_types import CatchingEvent
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from workflow_app.domain import ProcessFault, Step
from workflow_app.engine import runner
from workflow_app.engine.definitions import Definition
from workflow_app.engine.runner import Run
from workflow_app.engine.specs import (
    DueTimer,
    DurationTimer,
    Scope,
    Specs,
    next_wake,
    waiting_until,
)
from workflow_app.engine.state import SPLIT, content_of, pack, restored

FORESEEN = TaskState.PREDICTED_MASK | TaskState.FUTURE
INTERNAL = (SPLIT, ".BoundaryEventJoin", ".EndJoin")
"""Suffixes of task names that the library creates itself."""


@dataclass(frozen=True)
class Part:
    """The tasks of a case on one level: the process, a subprocess or a called process."""

    spec: str
    """Name of the specification; empty for the process itself."""
    tasks: dict[str, dict[str, Any]]
    """Stored tasks by id; parents before children."""

    @property
    def live(self) -> list[dict[str, Any]]:
        """Tasks that were reached and are not finished, without those the library
        creates itself.
        """
        return [t for t in self.tasks.values() if is_live(t) and not is_internal(t["task_spec"])]

    def children(self, task: dict[str, Any]) -> list[dict[str, Any]]:
        """Return the tasks that directly follow a task."""
        return [self.tasks[child] for child in task["children"] if child in self.tasks]

    def parents_of(self, name: str) -> set[str]:
        """Return the elements after which tasks of this name were reached."""
        found = (
            t for t in self.tasks.values() if t["task_spec"] == name and not t["state"] & FORESEEN
        )
        return {self.tasks[task["parent"]]["task_spec"] for task in found}

    @property
    def shape(self) -> tuple[tuple[str, int, int], ...]:
        """The reached tasks without their ids: name, state and distance from the root."""
        depths: dict[str | None, int] = {None: -1}
        for id, task in self.tasks.items():
            depths[id] = depths[task["parent"]] + 1
        reached = (
            (t["task_spec"], t["state"], depths[id])
            for id, t in self.tasks.items()
            if not t["state"] & FORESEEN
        )
        return tuple(reached)

    def has_live(self, task: dict[str, Any]) -> bool:
        """Return whether a task below this one is not finished."""
        queue = self.children(task)
        while queue:
            other = queue.pop()
            if is_live(other) and not is_internal(other["task_spec"]):
                return True
            queue += self.children(other)
        return False


def is_live(task: dict[str, Any]) -> bool:
    """Return whether a task was reached and is not finished."""
    return not task["state"] & (FORESEEN | TaskState.FINISHED_MASK)


def is_internal(name: str) -> bool:
    """Return whether this task name is not an element of the model."""
    return name in ("Start", "End") or name.endswith(INTERNAL)


def parts_of(content: dict[str, Any]) -> Iterator[Part]:
    """Yield the levels of a stored case (`state.content_of`)."""
    workflow = content["workflow"]
    yield Part("", workflow["tasks"])
    for inner in workflow["subprocesses"].values():
        yield Part(inner["spec"], inner["tasks"])


def move(old: Definition, new: Definition, state: bytes, now: datetime) -> Step:
    """Return the state of a case after the change of its version.

    Raises `ProcessFault` if the new version cannot continue the case.
    """
    run = Run(new)
    with run.guarded():
        content = content_of(state)
        for part in parts_of(content):
            _trim(part, _spec(new.specs, part.spec))
        for stored in (content["workflow"], *content["workflow"]["subprocesses"].values()):
            if stored["last_task"] not in stored["tasks"]:
                stored["last_task"] = stored["root"]
        content["variables"] = {**new.initial, **content["variables"]}
        run.case = restored(new.specs, content, Scope({}, now))
        workflow = run.case.workflow
        for part in (workflow, *workflow.subprocesses.values()):
            name = "" if part is workflow else part.spec.name
            _surround(part)
            _count_again(part, _spec(old.specs, name))
            _foresee(part)
        next_wake(run.case.workflow.event_manager.tasks.values())
        moved = pack(run.case)
    step = runner.standing(new, moved, now)
    if step.completed:
        raise ProcessFault(step.completed[0], "the case would run on by itself")
    return step


def _spec(specs: Specs, name: str) -> Any:
    found = specs.process if not name else specs.subprocesses.get(name)
    if found is None:
        raise ProcessFault(name, "the new version has no such subprocess")
    return found


def _trim(part: Part, spec: Any) -> None:
    """Remove predicted tasks, and finished tasks that the new version does not have."""
    for id, task in list(part.tasks.items()):
        if id in part.tasks and task["state"] & FORESEEN:
            _drop(part, id)
    for task in [t for t in part.tasks.values() if t["task_spec"].endswith(SPLIT)]:
        split = spec.task_specs.get(task["task_spec"])
        kept = {output.name for output in split.outputs} if split is not None else set()
        for child in part.children(task):
            name = child["task_spec"]
            if name + SPLIT != task["task_spec"] and name not in kept:
                if part.has_live(child):
                    raise ProcessFault(name, "what followed on this boundary event still goes on")
                _drop(part, child["id"])
    for id, task in list(part.tasks.items()):
        if task["task_spec"] in spec.task_specs:
            continue
        if is_live(task) and not is_internal(task["task_spec"]):
            raise ProcessFault(
                task["task_spec"], "the case waits at an element that the new version does not have"
            )
        _splice(part, id)


def _drop(part: Part, id: str) -> None:
    task = part.tasks[id]
    if task["parent"] in part.tasks:
        part.tasks[task["parent"]]["children"].remove(id)
    queue = [id]
    while queue:
        if gone := part.tasks.pop(queue.pop(), None):
            queue += gone["children"]


def _splice(part: Part, id: str) -> None:
    """Remove one finished task and attach its children to its parent."""
    task = part.tasks.pop(id)
    parent = part.tasks[task["parent"]]
    at = parent["children"].index(id)
    parent["children"][at : at + 1] = task["children"]
    for child in part.children(task):
        child["parent"] = parent["id"]


def _surround(part: Any) -> None:
    """Give every waiting task the boundary events of the new version."""
    is_changed = False
    for task in [
        t
        for t in part.tasks.values()
        if t.has_state(TaskState.READY | TaskState.WAITING | TaskState.STARTED)
    ]:
        split_spec = part.spec.task_specs.get(f"{task.task_spec.name}{SPLIT}")
        if split_spec is None:
            continue
        split = task.parent
        if split.task_spec is not split_spec:
            split = _put_before(part, task, split_spec)
            is_changed = True
        known = {child.task_spec for child in split.children}
        for spec in split_spec.outputs:
            if isinstance(spec, BoundaryEvent) and spec not in known:
                event = Task(part, spec, split, state=TaskState.WAITING)
                part.top_workflow.event_manager.add_task(event)
    if is_changed:
        part.tasks = {task.id: task for task in _from_root(part)}


def _put_before(part: Any, task: Any, spec: Any) -> Any:
    before = task.parent
    split = Task(part, spec, before, state=TaskState.COMPLETED)
    before._children.remove(split.id)
    before._children[before._children.index(task.id)] = split.id
    split._children.append(task.id)
    task.parent = split
    return split


def _from_root(part: Any) -> Iterator[Any]:
    """Yield every task, parents first."""
    queue = [part.task_tree]
    while queue:
        task = queue.pop(0)
        yield task
        queue += task.children


def _count_again(part: Any, old: Any) -> None:
    """Recompute the due instants of changed timers. A timer with another duration counts it from
    its original start; a timer of another kind starts now.
    """
    for task in part.tasks.values():
        timer = (
            task.task_spec.event_definition if isinstance(task.task_spec, CatchingEvent) else None
        )
        if not isinstance(timer, DueTimer) or task.state != TaskState.WAITING:
            continue
        spec = old.task_specs.get(task.task_spec.name)
        before = getattr(spec, "event_definition", None)
        due = waiting_until(task)
        if type(before) is not type(timer):
            task.internal_data = {}
        elif isinstance(timer, DurationTimer) and before.expression != timer.expression:
            began = None if due is None else due - _length(before, task, due)
            task.internal_data = {}
            if (
                began is not None
                and (length := timer.due_at(_asked(timer, task), began)) is not None
            ):
                task.internal_data["due"] = length.isoformat()


def _asked(timer: DueTimer, task: Any) -> object:
    return task.workflow.script_engine.evaluate(task, timer.expression)


def _length(timer: DurationTimer, task: Any, due: datetime) -> timedelta:
    length: timedelta = timer.get_timedelta_from_end(
        timer.parse_iso_duration(str(_asked(timer, task))), due
    )
    return length


def _foresee(part: Any) -> None:
    """Let the library predict the tasks that may follow the waiting ones."""
    for task in list(part.tasks.values()):
        if not task.has_state(TaskState.FINISHED_MASK | FORESEEN) and not task.children:
            if isinstance(task.task_spec, BoundaryEvent):
                task._sync_children(task.task_spec.outputs, TaskState.MAYBE)
            else:
                task.task_spec._predict_hook(task)
            for child in task.children:
                child.task_spec._predict(child, mask=FORESEEN)
