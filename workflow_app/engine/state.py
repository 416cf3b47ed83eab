"""The stored state of a case: SpiffWorkflow's task tree without specs and data, beside our own few
facts.

The bytes are zlib-compressed JSON in insertion order. They go into a `bytea` column: a `jsonb`
column or sorted keys would put children before their parents, which SpiffWorkflow does not survive.

Who hears a message that a case receives.
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
"""Of zlib: a higher one takes up to three times as long and saves a fourteenth of the bytes."""
IDS = 4096
"""So many ids are known by how they are written: those of a large case, or of many small ones."""
_WAITS = frozenset({TaskState.READY, TaskState.WAITING, TaskState.STARTED})
SPLIT = ".BoundaryEventSplit"
"""What the library puts behind the name of an element with boundary events, for the task that opens
both.
"""


@dataclass
class CaseState:
    """A case in memory while one step is computed."""

    workflow: Any
    visits: dict[str, int]
    """How often each bounded task has been entered."""
    outcome: str | None
    """Outcome of the last top-level end event reached, also while other branches still run."""


class _SpeclessConverter(BpmnWorkflowConverter):
    """Leaves the specs out of the state: `restored` puts those of the definition in."""

    def to_dict(self, workflow: Any) -> dict[str, Any]:
        state: dict[str, Any] = WorkflowConverter.to_dict(self, workflow)
        state["subprocesses"] = self.mapping_to_dict(workflow.subprocesses)
        return state


class _OrderedTaskConverter(TaskConverter):
    """Refuses a task whose parent has not been restored: the order was lost somewhere.

    Our tasks carry no data, which is most of what the library's converter looks for: without data
    it is passed over. What is written and read is the same, and a task with data goes the library's
    way. An id stands in the state four times and is read once.
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
    """A fresh case."""
    return CaseState(
        BpmnWorkflow(specs.process, dict(specs.subprocesses), script_engine=scope), {}, None
    )


def pack(case: CaseState) -> bytes:
    """The bytes to store."""
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
    """What these bytes hold, as plain data."""
    content: dict[str, Any] = json.loads(zlib.decompress(state))
    if content["format"] != FORMAT:
        raise ValueError(f"state of format {content['format']}")
    return content


def unpack(specs: Specs, state: bytes, scope: Scope) -> CaseState:
    """The case stored in these bytes; its control variables go into the scope."""
    return restored(specs, content_of(state), scope)


def restored(specs: Specs, content: dict[str, Any], scope: Scope) -> CaseState:
    """As `unpack`, of plain data."""
    known = {"spec": specs.process, "subprocess_specs": dict(specs.subprocesses)}
    workflow = _REGISTRY.restore(content["workflow"] | known)
    scope.variables = content["variables"]
    workflow.script_engine = scope
    return CaseState(workflow, content["visits"], content["outcome"])


def visits_of(state: bytes) -> dict[str, int]:
    """How often each bounded task of a stored case has been entered, without restoring the case."""
    visits: dict[str, int] = json.loads(zlib.decompress(state))["visits"]
    return visits


def all_tasks(workflow: Any) -> Iterator[Any]:
    """Every task of the case and its subprocesses, at any depth (the library's iterators stop at
    1000).
    """
    for part in (workflow, *workflow.subprocesses.values()):
        yield from part.tasks.values()


def entered(workflow: Any) -> Iterator[str]:
    """Call activities whose process is under way."""
    for task in all_tasks(workflow):
        if task.state == TaskState.STARTED and isinstance(task.task_spec, CallActivity):
            yield task.task_spec.name


def standing(workflow: Any, elements: Mapping[str, Element]) -> Iterator[tuple[UUID, str]]:
    """Tasks that wait, each with its element: what a person or a job does, a timer, and what is
    around them.
    """
    for task in all_tasks(workflow):
        element = elements.get(task.task_spec.name) if task.state in _WAITS else None
        if element is not None and not element.kind.endswith(("Gateway", "boundaryEvent")):
            yield task.id, element.id


def followers(task: Any) -> Iterator[str]:
    """Elements that a completed task led to; what the library only foresees is none of them."""
    for child in task.children:
        if not child.has_state(TaskState.PREDICTED_MASK | TaskState.FUTURE):
            yield child.task_spec.name.removesuffix(SPLIT)


def take_apart(workflow: Any) -> None:
    """A workflow that is not needed any more. The library's objects name each other in rings, by
    the hundred in every step: left to the collector of garbage, they stop all that a process does
    for as long as two requests take.
    """
    for part in (workflow, *workflow.subprocesses.values()):
        _empty(part)
    workflow.subprocesses.clear()
    workflow.event_manager = None


def _empty(part: Any) -> None:
    """A workflow, or one within it, without its tasks."""
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
"""Keeps nothing from one state to the next."""


def _compact(workflow: Any) -> None:
    """Forget finished rounds of rework and finished subprocesses, so that a case does not grow.

    On the way from the root to where the case stands, a completed task takes the place of an
    earlier completed task of the same element when everything else below the earlier one is
    finished.
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
    """Cut repeated elements on each unbranched run of live tasks below `root`."""
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
    """The waiting tasks to which the message is delivered.

    What interrupts an activity hears it instead of what waits inside: else both would go on. What a
    process interrupts by a message when it stands alone (its cancellation) is deaf while another
    process calls it: who calls, cancels.
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
    """The subprocesses and calls that a task lies in, the nearest first."""
    while (parent := task.workflow.parent_task_id) is not None:
        task = workflow.get_task_from_id(parent)
        yield task
