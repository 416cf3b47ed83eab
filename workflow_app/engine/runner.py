"""The engine: a state and something that happened in, the next state out. No database, no network, no clock of its own.

A step either returns a whole new state or raises; the given state is never changed, so a caller that meets an error has
nothing to undo. `Step.open_tasks` and `Step.effects` describe the whole state, not only what is new.

Who performs effects at once keeps the step open (`begin`, `open_case`), tells the `Run` one result after the other and
closes it: the state is read and written once. The functions for what happens alone open a run and close it.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from workflow_app.engine.definitions import Definition
from workflow_app.engine.functions import Value
from workflow_app.engine.run import Run
from workflow_app.engine.state import content_of
from workflow_app.types import Step, Variables


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


def resolve_effect(definition: Definition, state: bytes, task_id: UUID, result: Value, now: datetime) -> Step:
    """Tell a service task its result. Raises `TaskNotReady`, `LoopLimitReached` or `ProcessFault`."""
    run = open_case(definition, state, now)
    run.resolve_effect(task_id, result)
    return run.close()


def wake(definition: Definition, state: bytes, now: datetime) -> Step:
    """Let timers fire that are due. Raises `LoopLimitReached` or `ProcessFault`."""
    run = open_case(definition, state, now)
    run.wake()
    return run.close()


def receive_message(
    definition: Definition, state: bytes, name: str, variables: Variables, now: datetime
) -> Step:
    """Deliver a message. Raises `TaskNotReady` when the case does not wait for it (any more)."""
    run = open_case(definition, state, now)
    run.receive_message(name, variables)
    return run.close()


def standing(definition: Definition, state: bytes, now: datetime) -> Step:
    """Where a stored case stands. Nothing happens: a state that could run on by itself shows it in `completed`."""
    run = open_case(definition, state, now)
    run.advance()
    return run.close()


def variables(definition: Definition, state: bytes) -> dict[str, Any]:
    """The control variables of a stored case, which is not restored for them. Raises `ProcessFault`."""
    with Run(definition).guarded():
        known: dict[str, Any] = content_of(state)["variables"]
        return known
