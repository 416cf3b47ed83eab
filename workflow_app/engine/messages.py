"""Who hears a message that a case receives."""

from collections.abc import Iterator
from typing import Any

from SpiffWorkflow.bpmn import BpmnEvent
from SpiffWorkflow.spiff.specs.defaults import CallActivity


def catchers(workflow: Any, event: BpmnEvent) -> list[Any]:
    """The waiting tasks to which the message is delivered.

    What interrupts an activity hears it instead of what waits inside: else both would go on. What a process interrupts
    by a message when it stands alone (its cancellation) is deaf while another process calls it: who calls, cancels.
    """
    waiting = [t for t in workflow.event_manager.tasks.values() if t.task_spec.catches(t, event)]
    hearing = [t for t in waiting if not (_interrupts(t) and any(_calls(workflow, t)))]
    interrupted = {t.parent.id for t in hearing if _interrupts(t)}
    return [t for t in hearing if interrupted.isdisjoint(e.parent.id for e in _enclosing(workflow, t))]


def _interrupts(task: Any) -> bool:
    return bool(getattr(task.task_spec, "cancel_activity", False))


def _calls(workflow: Any, task: Any) -> Iterator[bool]:
    return (isinstance(activity.task_spec, CallActivity) for activity in _enclosing(workflow, task))


def _enclosing(workflow: Any, task: Any) -> Iterator[Any]:
    """The subprocesses and calls that a task lies in, the nearest first."""
    while (parent := task.workflow.parent_task_id) is not None:
        task = workflow.get_task_from_id(parent)
        yield task
