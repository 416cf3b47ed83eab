"""Linter rules on stages: steps whose time counts, with its source; those from which a clock counts, which nobody moves without
a reason; and who may record a step for somebody else.
"""

import ast
from collections.abc import Iterator

from workflow_app.engine import form_starts
from workflow_app.engine.forms import STAGE_SOURCES
from workflow_app.engine.linting.source import Finding, Rule, Source
from workflow_app.engine.model import Node


def stages(source: Source) -> Iterator[Finding]:
    """A stage names the field with its time, and asks where that time comes from in a field `sumber`."""
    known = {name for node in source.of_kind("serviceTask") for name in _clocks(node)}
    for node in source.model.nodes.values():
        edges = [*_words(node, "startsClock"), *_words(node, "stopsClock")]
        if "stage" not in node.properties:
            if edges:
                yield Finding("stage", node.id, "Tepi jam hanya dapat disebut pada tahap (stage).")
            continue
        form = source.forms.get(node.id)
        time = form.fields.get(node.properties["stage"]) if form else None
        if node.kind != "userTask" or time is None or time.widget != "datetime":
            yield Finding(
                "stage", node.id, "Tahap (stage) harus menyebut isian waktu pada formulir tugas ini."
            )
        elif form and (asked := form.fields.get("sumber")) and set(asked.options) != set(STAGE_SOURCES):
            yield Finding("stage", node.id, f"Pilihan sumber harus {' dan '.join(STAGE_SOURCES)}.")
        for clock in edges:
            if clock not in known:
                yield Finding("stage", node.id, f"Jam {clock} tidak dimulai oleh tugas mana pun.")


def starts(source: Source) -> Iterator[Finding]:
    """A form that asks for the time from which a clock counts is a stage, and asks why when that time is moved; the source of a
    moment at a button is asked instead (`sumber`).
    """
    counted = {n.parameters["at"].strip() for n in source.of_kind("serviceTask") if _is_told(n)}
    for element, form in source.forms.items():
        for name in sorted(counted & {field.name for field in form.fields.values() if field.control}):
            node = source.model.nodes[element]
            if node.properties.get("stage") != name or not _words(node, "startsClock"):
                message = f"Dari {name} sebuah jam dihitung, jadi tugas ini tahap (stage, startsClock)."
                yield Finding("clock-start", element, message)
            if not form_starts.asks_why(form, name) and "sumber" not in form.fields:
                message = f"Dari {name} sebuah jam dihitung, jadi formulir menanyakan alasan bila waktunya diubah (reason_for)."
                yield Finding("clock-start", element, message)


def stand_ins(source: Source) -> Iterator[Finding]:
    """Who stands in is another known role."""
    for node in source.model.nodes.values():
        for role in _words(node, "standIn"):
            if node.kind != "userTask" or role not in source.roles or role == node.role:
                yield Finding("stand-in", node.id, f"Peran {role} tidak dapat mencatat untuk tugas ini.")


def _is_told(node: Node) -> bool:
    return node.operation == "start_clock" and "at" in node.parameters


def _clocks(node: Node) -> Iterator[str]:
    """The clocks that a service task starts: the one it shows, and those between which an expression chooses."""
    yield from _words(node, "clock")
    if node.operation == "start_clock":
        try:
            expression = ast.parse(node.parameters.get("clock", ""), mode="eval")
        except SyntaxError:
            return
        yield from (
            part.value
            for part in ast.walk(expression)
            if isinstance(part, ast.Constant) and isinstance(part.value, str)
        )


def _words(node: Node, name: str) -> list[str]:
    return node.properties.get(name, "").split()


RULES: tuple[Rule, ...] = (stages, starts, stand_ins)
