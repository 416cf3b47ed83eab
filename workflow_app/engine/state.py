"""The stored state of a case: SpiffWorkflow's task tree without specs and data, with a few facts of
our own, and the delivery of messages to its tasks.

The bytes are zlib-compressed JSON in insertion order. They are stored in a `bytea` column, because
a `jsonb` column or sorted keys would put children before their parents, which SpiffWorkflow cannot
restore.
"""

import json
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import UUID

from SpiffWorkflow.bpmn import BpmnEvent, BpmnWorkflow
from SpiffWorkflow.bpmn.serializer.default.workflow import (
    BpmnEventConverter,
    BpmnSubWorkflowConverter,
    BpmnWorkflowConverter,
    TaskConverter,
    WorkflowConverter,
)
from SpiffWorkflow.bpmn.serializer.helpers import DefaultRegistry
from SpiffWorkflow.bpmn.specs.mixins.events.event_types import CatchingEvent
from SpiffWorkflow.bpmn.util.subworkflow import BpmnSubWorkflow
from SpiffWorkflow.spiff.specs.defaults import CallActivity
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from workflow_app.engine.definitions import Element
from workflow_app.engine.specs import Scope, Specs

FORMAT = 1
COMPRESSION = 1
"""zlib level; a higher one takes up to three times as long and saves a fourteenth of the bytes."""
IDS = 4096
"""Size of the cache of parsed ids: enough for one large case or many small ones."""
_WAITS = frozenset({TaskState.READY, TaskState.WAITING, TaskState.STARTED})
SPLIT = ".BoundaryEventSplit"
"""Suffix that the library appends to the name of an element with boundary events, for the task that
opens the element and the events.
"""


@dataclass
class CaseState:
    """A case in memory during one step."""

    workflow: Any
    visits: dict[str, int]
    """Number of visits of each bounded task."""
    outcome: str | None
    """Outcome of the last top-level end event reached, also while other branches still run."""


class _SpeclessConverter(BpmnWorkflowConverter):
    """Converter that leaves the specs out of the state; `restored` adds those of the definition."""

    def to_dict(self, workflow: Any) -> dict[str, Any]:
        state: dict[str, Any] = WorkflowConverter.to_dict(self, workflow)
        state["subprocesses"] = self.mapping_to_dict(workflow.subprocesses)
        return state


class _OrderedTaskConverter(TaskConverter):
    """Task converter that refuses a task whose parent has not been restored, because the order was
    lost.

    Our tasks carry no data. For such tasks it skips the library's search through the data, with the
    same result; a task with data takes the library's way. Ids are parsed once, although each occurs
    four times in the state.
    """

    def to_dict(self, task: Any) -> dict[str, Any]:
        parent = task.parent
        if task.data or (parent is not None and parent.data):
            state: dict[str, Any] = super().to_dict(task)
            return state
        return {
            "id": _written(task.id),
            "parent": None if parent is None else _written(parent.id),
            "children": [_written(child) for child in task._children],
            "last_state_change": task.last_state_change,
            "state": task.state,
            "task_spec": task.task_spec.name,
            "triggered": task.triggered,
            "internal_data": self.registry.convert(task.internal_data)
            if task.internal_data
            else {},
            "data": {},
            "delta": {} if parent is None else {"updates": {}, "deletions": []},
        }

    def from_dict(self, dct: dict[str, Any], workflow: Any) -> Any:
        parent = None if dct["parent"] is None else workflow.tasks.get(_id(dct["parent"]))
        if parent is None and dct["parent"] is not None:
            raise ValueError("the state has lost the order of its tasks")
        if (
            dct["data"]
            or any(dct.get("delta", {}).values())
            or (parent is not None and parent.data)
        ):
            return super().from_dict(dct, workflow)
        task_spec = workflow.spec.task_specs.get(dct["task_spec"])
        task = self.target_class(workflow, task_spec, state=dct["state"], id=_id(dct["id"]))
        task._parent = None if parent is None else parent.id
        task._children = [_id(child) for child in dct["children"]]
        task.last_state_change = dct["last_state_change"]
        task.triggered = dct["triggered"]
        task.internal_data = (
            self.registry.restore(dct["internal_data"]) if dct["internal_data"] else {}
        )
        if isinstance(task_spec, CatchingEvent) and task.has_state(TaskState.WAITING):
            workflow.top_workflow.event_manager.add_task(task)
        return task


def fresh(specs: Specs, scope: Scope) -> CaseState:
    """Return a new case."""
    return CaseState(
        BpmnWorkflow(specs.process, dict(specs.subprocesses), script_engine=scope), {}, None
    )


def pack(case: CaseState) -> bytes:
    """Return the bytes to store."""
    _compact(case.workflow)
    content = {
        "format": FORMAT,
        "variables": case.workflow.script_engine.variables,
        "visits": case.visits,
        "outcome": case.outcome,
        "workflow": _REGISTRY.convert(case.workflow),
    }
    return zlib.compress(
        json.dumps(content, separators=(",", ":"), ensure_ascii=False).encode(), COMPRESSION
    )


def content_of(state: bytes) -> dict[str, Any]:
    """Return the content of these bytes as plain data."""
    content: dict[str, Any] = json.loads(zlib.decompress(state))
    if content["format"] != FORMAT:
        raise ValueError(f"state of format {content['format']}")
    return content


def unpack(specs: Specs, state: bytes, scope: Scope) -> CaseState:
    """Return the case stored in these bytes; its control variables are put into the scope."""
    return restored(specs, content_of(state), scope)


def restored(specs: Specs, content: dict[str, Any], scope: Scope) -> CaseState:
    """Return the case from plain data, like `unpack`."""
    known = {"spec": specs.process, "subprocess_specs": dict(specs.subprocesses)}
    workflow = _REGISTRY.restore(content["workflow"] | known)
    scope.variables = content["variables"]
    workflow.script_engine = scope
    return CaseState(workflow, content["visits"], content["outcome"])


def visits_of(state: bytes) -> dict[str, int]:
    """Return the number of visits of each bounded task of a stored case, without restoring the
    case.
    """
    visits: dict[str, int] = json.loads(zlib.decompress(state))["visits"]
    return visits


def all_tasks(workflow: Any) -> Iterator[Any]:
    """Yield every task of the case and its subprocesses, at any depth (the library's iterators stop
    at 1000).
    """
    for part in (workflow, *workflow.subprocesses.values()):
        yield from part.tasks.values()


def entered(workflow: Any) -> Iterator[str]:
    """Yield the call activities whose process is running."""
    for task in all_tasks(workflow):
        if task.state == TaskState.STARTED and isinstance(task.task_spec, CallActivity):
            yield task.task_spec.name


def standing(workflow: Any, elements: Mapping[str, Element]) -> Iterator[tuple[UUID, str]]:
    """Yield the waiting tasks with their elements: tasks of people and jobs, timers, and the
    activities around them.
    """
    for task in all_tasks(workflow):
        element = elements.get(task.task_spec.name) if task.state in _WAITS else None
        if element is not None and not element.kind.endswith(("Gateway", "boundaryEvent")):
            yield task.id, element.id


def followers(task: Any) -> Iterator[str]:
    """Yield the elements to which a completed task led, without predicted ones."""
    for child in task.children:
        if not child.has_state(TaskState.PREDICTED_MASK | TaskState.FUTURE):
            yield child.task_spec.name.removesuffix(SPLIT)


def take_apart(workflow: Any) -> None:
    """Break the reference cycles of a workflow that is no longer needed.

    Each step leaves hundreds of library objects that refer to each other. Without this the garbage
    collector must free them, which pauses the whole operating system process for as long as two
    requests take.
    """
    for part in (workflow, *workflow.subprocesses.values()):
        _empty(part)
    workflow.subprocesses.clear()
    workflow.event_manager = None


def _empty(part: Any) -> None:
    """Remove the tasks of a workflow or subworkflow."""
    part.tasks.clear()
    part.task_tree = part.last_task = None


_id = lru_cache(maxsize=IDS)(UUID)
_written = lru_cache(maxsize=IDS)(str)


def _registry() -> Any:
    registry = DefaultRegistry()
    _SpeclessConverter(BpmnWorkflow, registry)
    BpmnSubWorkflowConverter(BpmnSubWorkflow, registry)
    _OrderedTaskConverter(Task, registry)
    BpmnEventConverter(BpmnEvent, registry)
    return registry


_REGISTRY = _registry()
"""Converter registry; it holds nothing between two states."""


def _compact(workflow: Any) -> None:
    """Remove finished rounds of rework and finished subprocesses, so that a stored case does not
    grow.

    On the way from the root to the waiting tasks, a completed task replaces an earlier completed
    task of the same element if everything else below the earlier one is finished.
    """
    for task_id in [i for i in workflow.subprocesses if _is_over(workflow.get_task_from_id(i))]:
        if (over := workflow.subprocesses.pop(task_id, None)) is not None:
            _empty(over)
    for part in (workflow, *workflow.subprocesses.values()):
        live = {t.id for t in part.tasks.values() if not t.has_state(TaskState.FINISHED_MASK)}
        for task_id in list(live):
            parent = part.tasks[task_id].parent
            while parent is not None and parent.id not in live:
                live.add(parent.id)
                parent = parent.parent
        _splice(part, part.task_tree, live)


def _splice(part: Any, root: Any, live: set[Any]) -> None:
    """Remove repeated elements on each unbranched run of live tasks below `root`."""
    runs = [root]
    while runs:
        path = [runs.pop()]
        while len(following := [t for t in path[-1].children if t.id in live]) == 1:
            path.append(following[0])
        runs.extend(following)
        done = [t for t in path if t.state == TaskState.COMPLETED]
        last = {t.task_spec.name: t for t in done}
        position = 0
        while position < len(done):
            earlier, later = done[position], last[done[position].task_spec.name]
            if later is not earlier and earlier.parent is not None:
                _replace(part, earlier, later)
            position = done.index(later) + 1


def _replace(part: Any, earlier: Any, later: Any) -> None:
    siblings = earlier.parent._children
    siblings[siblings.index(earlier.id)] = later.id
    later.parent._children.remove(later.id)
    later.parent = earlier.parent
    doomed = [earlier]
    while doomed:
        task = doomed.pop()
        doomed.extend(task.children)
        del part.tasks[task.id]
    if part.last_task is not None and part.last_task.id not in part.tasks:
        part.last_task = later


def _is_over(task: Any) -> bool:
    return bool(task.has_state(TaskState.FINISHED_MASK))


def catchers(workflow: Any, event: BpmnEvent) -> list[Any]:
    """Return the waiting tasks to which the message is delivered.

    An event that interrupts an activity receives the message instead of the tasks inside the
    activity; otherwise both would continue. An interrupting message event of a process (its
    cancellation) is ignored while another process calls it: the caller handles the cancellation.
    """
    waiting = [t for t in workflow.event_manager.tasks.values() if t.task_spec.catches(t, event)]
    hearing = [t for t in waiting if not (_interrupts(t) and any(_calls(workflow, t)))]
    interrupted = {t.parent.id for t in hearing if _interrupts(t)}
    return [
        t for t in hearing if interrupted.isdisjoint(e.parent.id for e in _enclosing(workflow, t))
    ]


def _interrupts(task: Any) -> bool:
    return bool(getattr(task.task_spec, "cancel_activity", False))


def _calls(workflow: Any, task: Any) -> Iterator[bool]:
    return (isinstance(activity.task_spec, CallActivity) for activity in _enclosing(workflow, task))


def _enclosing(workflow: Any, task: Any) -> Iterator[Any]:
    """Yield the subprocesses and calls around a task, the nearest first."""
    while (parent := task.workflow.parent_task_id) is not None:
        task = workflow.get_task_from_id(parent)
        yield task
