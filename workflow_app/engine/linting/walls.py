"""Linter rules on walls: whom they keep out is an answer that chooses members, and no task waits behind one for who cannot see it."""

from collections.abc import Iterator

from workflow_app.engine.linting.source import Finding, Rule, Source, text_written
from workflow_app.engine.model import Node


def walls(source: Source) -> Iterator[Finding]:
    """`wall_off` names a field of a form that chooses members."""
    for node in source.of_kind("serviceTask"):
        if node.operation != "wall_off" or not {"from_element", "field"} <= node.parameters.keys():
            continue
        element, name = (text_written(node.parameters[parameter]) for parameter in ("from_element", "field"))
        form = source.forms.get(element or "")
        field = form.fields.get(name or "") if form else None
        if field is None or field.widget != "members":
            message = f"Pembatas menyebut isian {element}.{name}, yang tidak memilih anggota (members)."
            yield Finding("wall-members", node.id, message)


def confinement(source: Source) -> Iterator[Finding]:
    """`confine` names a role, and whatever task can follow is that role's."""
    for node in source.of_kind("serviceTask"):
        if node.operation != "confine" or "role" not in node.parameters:
            continue
        role = text_written(node.parameters["role"])
        if role not in source.roles:
            message = f"Peran {role} tidak dikenal; tulis langsung, dalam tanda kutip."
            yield Finding("confine-role", node.id, message)
            continue
        for task in _following(source, node):
            if task.kind == "userTask" and task.role != role:
                message = f"Tugas ini dapat menyusul {node.id}, tetapi perannya tidak lagi melihat berkas."
                yield Finding("confine-task", task.id, message)


def _following(source: Source, node: Node) -> Iterator[Node]:
    """What may come after a node: along the flows, out of its subprocesses, and by their boundary events."""
    nodes = source.model.nodes
    seen = {node.id}
    queue = [node.id]
    while queue:
        current = queue.pop()
        around = [current]
        while (parent := nodes[around[-1]].parent) is not None:
            around.append(parent)
        nexts = [flow.target for place in around for flow in source.model.outgoing[place]]
        nexts += [event.id for event in source.of_kind("boundaryEvent") if event.attached_to in around]
        nexts += [inner.id for inner in source.of_kind("startEvent") if inner.parent == current]
        for following in nexts:
            if following in nodes and following not in seen:
                seen.add(following)
                queue.append(following)
                yield nodes[following]


RULES: tuple[Rule, ...] = (walls, confinement)
