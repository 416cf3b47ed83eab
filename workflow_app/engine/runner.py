"""The runner: a stored state and one event give the next state, without database, network or clock.

A step either returns a whole new state or raises; the given state is never changed, so a caller has
nothing to undo after an error. `Step.open_tasks` and `Step.effects` describe the whole state, not
only what is new. A caller that performs effects immediately keeps the step open (`begin`,
`open_case`), passes the results to the `Run` one by one and closes it, so that the state is read
and written only once. The other functions open a run and close it.

Rework is bounded by stretches (decision 0028). `maxVisits` of a user task is the length of a
stretch. One more visit opens the task as *held*: the state is stored, and the task cannot be
completed until a lead releases the case, which begins a new stretch for all its steps. Automatic
events (timers, results of jobs) cannot enter a held step again, because no person acts in that
loop.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

from SpiffWorkflow.bpmn import BpmnEvent
from SpiffWorkflow.bpmn.exceptions import WorkflowTaskException
from SpiffWorkflow.exceptions import WorkflowException
from SpiffWorkflow.spiff.specs.defaults import UserTask
from SpiffWorkflow.spiff.specs.event_definitions import MessageEventDefinition
from SpiffWorkflow.util.task import TaskState

from workflow_app.domain import (
    Effect,
    LoopLimitReached,
    OpenTask,
    ProcessFault,
    SentraError,
    Step,
    TaskNotReady,
    Variables,
)
from workflow_app.engine import state
from workflow_app.engine.definitions import Definition, Element
from workflow_app.engine.model import Value
from workflow_app.engine.specs import EffectTask, Scope, next_wake
from workflow_app.engine.state import (
    CaseState,
    all_tasks,
    catchers,
    content_of,
    entered,
    followers,
    fresh,
    pack,
    unpack,
    visits_of,
)

Visits = dict[str, int]
"""Visits of each bounded step in this stretch, by element."""


def enter(element: Element, visits: Visits, stopped: Collection[str] = ()) -> None:
    """Count a visit of this element. Raises `LoopLimitReached` for the elements `stopped`."""
    if "maxVisits" not in element.properties:
        return
    if element.id in stopped:
        raise LoopLimitReached(detail=element.id)
    visits[element.id] = visits.get(element.id, 0) + 1


def is_stretch_spent(element: Element, visits: Mapping[str, int]) -> bool:
    """Return whether a task of this element is held for a lead."""
    limit = element.properties.get("maxVisits")
    return limit is not None and visits.get(element.id, 0) > int(limit)


def held(definition: Definition, visits: Mapping[str, int]) -> frozenset[str]:
    """Return the elements that were entered once more than a stretch allows."""
    known = definition.elements
    return frozenset(id for id in visits if id in known and is_stretch_spent(known[id], visits))


def held_in(definition: Definition, state: bytes) -> frozenset[str]:
    """Return the held elements of a stored case, from its counts alone."""
    return held(definition, visits_of(state))


def check_free(element: Element, visits: Mapping[str, int]) -> None:
    """Raise `LoopLimitReached` if the task is held for a lead."""
    if is_stretch_spent(element, visits):
        raise LoopLimitReached(detail=element.id)


def begin_stretch(definition: Definition, visits: Visits, opened: Iterable[str]) -> None:
    """Reset the visits of all steps; the open tasks of the elements `opened` count as a first
    visit.

    Raises `TaskNotReady` when nothing is held.
    """
    if not held(definition, visits):
        raise TaskNotReady("Berkas ini sudah berjalan lagi dan tidak menunggu izin.")
    still_counted = visits.keys() & set(opened)
    visits.clear()
    visits.update(dict.fromkeys(still_counted, 1))


MAX_AUTOMATIC = 300
"""Library tasks that may run in one step; more means an endless loop in the model."""


class Run:
    """One step during its computation. After an error it must be discarded; the stored state is
    unchanged.
    """

    case: CaseState

    def __init__(self, definition: Definition) -> None:
        self.definition = definition
        self.element = definition.key
        self.completed: list[str] = []
        self.flows: list[tuple[str, str]] = []
        self.steps = 0
        self.known: set[UUID] = set()
        self.had_effects = False
        self.stopped: frozenset[str] = frozenset()
        """Elements that this step may not enter, because no person acts in it."""

    def begin(self, variables: Variables, now: datetime) -> None:
        """Start a new case."""
        with self.guarded():
            self.case = fresh(self.definition.specs, Scope({}, now))
            self.set_variables({**self.definition.initial, **variables})
            self.advance()

    def load(self, state: bytes, now: datetime) -> None:
        """Restore a stored case."""
        with self.guarded():
            self.case = unpack(self.definition.specs, state, Scope({}, now))
            self.known = {t.id for t in self.open_tasks()}
            self.stopped = held(self.definition, self.case.visits)
            self.had_effects = bool(self.effects)

    def complete_task(self, task_id: UUID, variables: Variables) -> None:
        """Complete an open user task. Raises `TaskNotReady`, `LoopLimitReached` or
        `ProcessFault`.
        """
        with self.guarded():
            task = self.task(task_id, UserTask, TaskState.READY)
            check_free(self.definition.elements[self.element], self.case.visits)
            self.stopped = frozenset()
            self.set_variables(variables)
            task.run()
            self.note(task)
            self.advance()

    def resolve_effect(self, task_id: UUID, result: Value) -> None:
        """Pass the result of a service task. Raises `TaskNotReady`, `LoopLimitReached` or
        `ProcessFault`.
        """
        with self.guarded():
            task = self.task(task_id, EffectTask, TaskState.STARTED)
            if task.task_spec.has_result:
                self.set_variables({task.task_spec.result_variable: result})
            task.complete()
            self.note(task)
            self.advance()

    def wake(self) -> None:
        """Fire due timers. Raises `LoopLimitReached` or `ProcessFault`."""
        with self.guarded():
            self.case.workflow.refresh_timers()
            self.advance()

    def receive_message(self, name: str, variables: Variables) -> None:
        """Deliver a message. Raises `TaskNotReady` when the case does not wait for it."""
        with self.guarded():
            event = BpmnEvent(MessageEventDefinition(name), payload={})
            found = catchers(self.case.workflow, event)
            if not found:
                raise TaskNotReady(
                    "Permintaan ini tidak berlaku lagi pada tahap berkas sekarang.", detail=name
                )
            self.stopped = frozenset()
            self.set_variables(variables)
            for task in found:
                task.task_spec.catch(task, event)
                task.task_spec._update(task)
            self.advance()

    @property
    def effects(self) -> tuple[Effect, ...]:
        """Return the service tasks that wait for their result."""
        return tuple(
            Effect(
                t.id, t.task_spec.name, t.task_spec.operation_name, t.internal_data["parameters"]
            )
            for t in all_tasks(self.case.workflow)
            if t.state == TaskState.STARTED and isinstance(t.task_spec, EffectTask)
        )

    def close(self) -> Step:
        """Return the new state, ready to be stored. The run cannot be used afterwards. Raises
        `ProcessFault`.
        """
        with self.guarded():
            workflow, effects = self.case.workflow, self.effects
            open_tasks = tuple(self.describe(task) for task in self.open_tasks())
            events = [
                t for t in workflow.event_manager.tasks.values() if t.state == TaskState.WAITING
            ]
            if not (workflow.completed or effects or open_tasks or events):
                raise ProcessFault(self.element, "the case is not over but waits for nothing")
            if workflow.completed and self.case.outcome is None:
                raise ProcessFault(self.element, "the case ends without an outcome")
            step = Step(
                state=pack(self.case),
                open_tasks=open_tasks,
                effects=effects,
                next_wake_at=next_wake(events),
                outcome=self.case.outcome if workflow.completed else None,
                completed=tuple(self.completed),
                entered=tuple(entered(workflow)),
                standing=tuple(state.standing(workflow, self.definition.elements)),
                variables=dict(workflow.script_engine.variables),
                had_effects=self.had_effects,
                flows=tuple(self.flows),
                rows=tuple(workflow.script_engine.rows),
            )
            state.take_apart(workflow)
            return step

    @contextmanager
    def guarded(self) -> Iterator[None]:
        """Convert any error inside the library into a `ProcessFault` that names the element."""
        try:
            yield
        except SentraError:
            raise
        except Exception as error:
            element = self.element
            if isinstance(error, WorkflowTaskException):
                element = error.task.task_spec.name
            elif isinstance(error, WorkflowException):
                element = getattr(error.task_spec, "name", element)
            notes = " ".join(filter(None, getattr(error, "__notes__", [])))
            raise ProcessFault(
                element, f"{type(error).__name__}: {error} {notes}".strip()
            ) from error

    def task(self, task_id: UUID, kind: type[Any], state: int) -> Any:
        """Return the task of this kind and state. Raises `TaskNotReady`."""
        task: Any = next((t for t in all_tasks(self.case.workflow) if t.id == task_id), None)
        if task is None or not isinstance(task.task_spec, kind) or task.state != state:
            raise TaskNotReady(detail=str(task_id))
        self.element = task.task_spec.name
        return task

    def set_variables(self, variables: Mapping[str, Any]) -> None:
        """Change control variables."""
        for name, value in variables.items():
            self.case.workflow.script_engine.set(name, value)

    def advance(self) -> None:
        """Run all automatic tasks, then record the arrival of newly opened tasks."""
        with self.guarded():
            workflow = self.case.workflow
            while any(
                t.state == TaskState.READY and not t.task_spec.manual for t in all_tasks(workflow)
            ):
                before = self.steps
                workflow.do_engine_steps(will_complete_task=self.enter, did_complete_task=self.note)
                if self.steps == before:
                    raise ProcessFault(
                        self.element, "the library runs no further although tasks are ready"
                    )
            for task in self.open_tasks():
                if task.id not in self.known:
                    self.known.add(task.id)
                    self.arrive(task)

    def enter(self, task: Any) -> None:
        """Remember which element runs, to name it if it fails, and stop an endless loop."""
        if self.steps > MAX_AUTOMATIC:
            raise ProcessFault(
                self.element, f"more than {MAX_AUTOMATIC} automatic steps without a person"
            )
        if task.task_spec.name in self.definition.elements:
            self.element = task.task_spec.name

    def note(self, task: Any) -> None:
        """Record that a task ran."""
        self.steps += 1
        element = self.definition.elements.get(task.task_spec.name)
        if element is None or task.state != TaskState.COMPLETED:
            return
        self.completed.append(element.id)
        self.flows += [(element.id, target) for target in followers(task)]
        if element.kind == "endEvent" and element.parent is None:
            self.case.outcome = element.properties.get("outcome", self.case.outcome)

    def arrive(self, task: Any) -> None:
        """Record that a task was opened and fix its role. Raises `LoopLimitReached` when an
        automatic step returns to a held element, and `ProcessFault` when the variable names no
        role.
        """
        element = self.definition.elements[task.task_spec.name]
        if variable := element.properties.get("roleFrom"):
            role = self.case.workflow.script_engine.variables.get(variable)
            if not isinstance(role, str) or not role:
                raise ProcessFault(element.id, f"the variable {variable} names no role")
            task.internal_data["role"] = role
        enter(element, self.case.visits, self.stopped)

    def let_on(self) -> None:
        """Begin a new stretch of rework on behalf of a lead. Raises `TaskNotReady` when nothing is
        held.
        """
        opened = (task.task_spec.name for task in self.open_tasks())
        begin_stretch(self.definition, self.case.visits, opened)

    def open_tasks(self) -> list[Any]:
        """Return the user tasks that wait for a person, in the order of the model."""
        tasks = all_tasks(self.case.workflow)
        ready = [
            t for t in tasks if t.state == TaskState.READY and isinstance(t.task_spec, UserTask)
        ]
        if len(ready) < 2:  # the usual case
            return ready
        order = {element: n for n, element in enumerate(self.definition.elements)}
        return sorted(ready, key=lambda t: (order[t.task_spec.name], str(t.id)))

    def describe(self, task: Any) -> OpenTask:
        """Return an open task for the inbox."""
        element = self.definition.elements[task.task_spec.name]
        role = task.internal_data.get("role", element.role)
        is_held = is_stretch_spent(element, self.case.visits)
        return OpenTask(task.id, element.id, element.name, role, element.properties, is_held)


def begin(definition: Definition, variables: Variables, now: datetime) -> Run:
    """Start a case and keep its first step open. Raises `ProcessFault`."""
    run = Run(definition)
    run.begin(variables, now)
    return run


def open_case(definition: Definition, state: bytes, now: datetime) -> Run:
    """Open a step of a stored case. Raises `ProcessFault`."""
    run = Run(definition)
    run.load(state, now)
    return run


def start(definition: Definition, variables: Variables, now: datetime) -> Step:
    """Start a case. Raises `ProcessFault`."""
    return begin(definition, variables, now).close()


def complete_task(
    definition: Definition, state: bytes, task_id: UUID, variables: Variables, now: datetime
) -> Step:
    """Complete an open user task. Raises `TaskNotReady`, `LoopLimitReached` or `ProcessFault`."""
    run = open_case(definition, state, now)
    run.complete_task(task_id, variables)
    return run.close()


def resolve_effect(
    definition: Definition, state: bytes, task_id: UUID, result: Value, now: datetime
) -> Step:
    """Pass the result of a service task. Raises `TaskNotReady`, `LoopLimitReached` or
    `ProcessFault`.
    """
    run = open_case(definition, state, now)
    run.resolve_effect(task_id, result)
    return run.close()


def wake(definition: Definition, state: bytes, now: datetime) -> Step:
    """Fire due timers. Raises `LoopLimitReached` or `ProcessFault`."""
    run = open_case(definition, state, now)
    run.wake()
    return run.close()


def receive_message(
    definition: Definition, state: bytes, name: str, variables: Variables, now: datetime
) -> Step:
    """Deliver a message. Raises `TaskNotReady` when the case does not wait for it."""
    run = open_case(definition, state, now)
    run.receive_message(name, variables)
    return run.close()


def standing(definition: Definition, state: bytes, now: datetime) -> Step:
    """Return the current step of a stored case without changing it. A state that could continue by
    itself shows this in `completed`.
    """
    run = open_case(definition, state, now)
    run.advance()
    return run.close()


def variables(definition: Definition, state: bytes) -> dict[str, Any]:
    """Return the control variables of a stored case without restoring it. Raises `ProcessFault`."""
    with Run(definition).guarded():
        known: dict[str, Any] = content_of(state)["variables"]
        return known
