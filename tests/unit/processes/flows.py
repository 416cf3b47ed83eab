"""Which flows of a process its scenarios take, and what can be reached along them."""

from collections.abc import Collection, Iterator
from itertools import pairwise
from typing import Any

import pytest

from workflow_app.domain import Step
from workflow_app.engine import rehearsal, runner
from workflow_app.engine.definitions import Definition
from workflow_app.engine.model import read_model
from workflow_app.engine.process_folders import Scenario


def taken(definition: Definition, scenario: Scenario, patch: pytest.MonkeyPatch) -> Iterator[str]:
    """The flows that a scenario takes: two elements one after the other in what the engine
    reports.
    """
    path: list[str] = []

    def watched(name: str) -> Any:
        step_of = getattr(runner, name)

        def call(*given: Any) -> Step:
            step: Step = step_of(*given)
            path.extend(step.completed)
            waiting = [
                *(task.element for task in step.open_tasks),
                *(effect.element for effect in step.effects),
            ]
            before = {*step.completed, *path[-1:]}  # timers that are due at once pass side by side
            known.update(f"{done}__{element}" for done in before for element in waiting)
            return step

        return call

    known: set[str] = set()
    for name in ("start", "complete_task", "resolve_effect", "wake", "receive_message"):
        patch.setattr(runner, name, watched(name))
    rehearsal.rehearse(definition, scenario)
    for one, other in pairwise(path):
        yield f"{one}__{other}"
        parent = definition.elements[other].parent
        if definition.elements[other].kind == "startEvent" and parent:
            yield f"{one}__{parent}"
    yield from known


def reachable(definition: Definition, start: str, without: Collection[str] = ()) -> set[str]:
    """Elements that can be reached from one without passing others, inside of subprocesses too;
    what only happens on the side (timers that interrupt nothing) left out.
    """
    model = read_model(definition.files["process.bpmn"])
    reached, queue = set(), [start]
    while queue:
        node = queue.pop()
        if node in reached or node in without:
            continue
        reached.add(node)
        inside = [n.id for n in model.nodes.values() if n.parent == node and n.kind == "startEvent"]
        queue += inside or [flow.target for flow in model.outgoing[node]]
        queue += [n.id for n in model.nodes.values() if n.attached_to == node and n.is_interrupting]
        if model.nodes[node].kind == "endEvent" and (parent := model.nodes[node].parent):
            queue += [flow.target for flow in model.outgoing[parent]]
    return reached
