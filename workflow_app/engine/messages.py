"""Who hears a message: what interrupts an activity hears it instead of what waits inside."""

from collections.abc import Iterator
from typing import Any

from SpiffWorkflow.bpmn import BpmnEvent


def catchers(workflow: Any, event: BpmnEvent) -> list[Any]:
    """The waiting tasks to which the message is delivered.

    A process that is called, or a subprocess, may wait for the same message as what encloses it. Both would be
    interrupted, and the inner way could end before the outer one cancels it.
    """
    waiting = [t for t in workflow.event_manager.tasks.values() if t.task_spec.catches(t, event)]
    interrupted = {t.parent.id for t in waiting if getattr(t.task_spec, "cancel_activity", False)}
    return [task for task in waiting if interrupted.isdisjoint(_around(workflow, task))]


def _around(workflow: Any, task: Any) -> Iterator[Any]:
    """Ids of what holds each enclosing activity together with the events on its boundary."""
    while (parent := task.workflow.parent_task_id) is not None:
        task = workflow.get_task_from_id(parent)
        yield task.parent.id
