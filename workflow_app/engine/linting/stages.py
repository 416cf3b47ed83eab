"""Linter rules on stages: steps whose time counts, with its source, and who may record them for somebody else."""

from collections.abc import Iterator

from workflow_app.engine.forms import STAGE_SOURCES
from workflow_app.engine.linting.source import Finding, Rule, Source
from workflow_app.engine.model import Node


def stages(source: Source) -> Iterator[Finding]:
    """A stage names the field with its time, and asks where that time comes from in a field `sumber`."""
    known = {n.properties["clock"] for n in source.of_kind("serviceTask") if "clock" in n.properties}
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


def stand_ins(source: Source) -> Iterator[Finding]:
    """Who stands in is another known role."""
    for node in source.model.nodes.values():
        for role in _words(node, "standIn"):
            if node.kind != "userTask" or role not in source.roles or role == node.role:
                yield Finding("stand-in", node.id, f"Peran {role} tidak dapat mencatat untuk tugas ini.")


def _words(node: Node, name: str) -> list[str]:
    return node.properties.get(name, "").split()


RULES: tuple[Rule, ...] = (stages, stand_ins)
