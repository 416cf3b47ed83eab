"""Linter rules on clocks: the stages whose time counts and the source of that time, reasons for
changed start times, recording on behalf of somebody else, and the edges among which the office may
choose.
"""

import ast
import re
from collections.abc import Iterator

from workflow_app.engine import forms
from workflow_app.engine.clocks import SIDES, START, STOP
from workflow_app.engine.forms import STAGE_SOURCES
from workflow_app.engine.linting.source import Finding, Rule, Source
from workflow_app.engine.model import Node


def stages(source: Source) -> Iterator[Finding]:
    """A stage names the field with its time, and the form asks for the source of that time
    (`sumber`).
    """
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
                "stage",
                node.id,
                "Tahap (stage) harus menyebut isian waktu pada formulir tugas ini.",
            )
        elif (
            form
            and (asked := form.fields.get("sumber"))
            and set(asked.options) != set(STAGE_SOURCES)
        ):
            yield Finding("stage", node.id, f"Pilihan sumber harus {' dan '.join(STAGE_SOURCES)}.")
        for clock in edges:
            if clock not in known:
                yield Finding("stage", node.id, f"Jam {clock} tidak dimulai oleh tugas mana pun.")


def starts(source: Source) -> Iterator[Finding]:
    """A form that asks for the time from which a clock counts is a stage, and it asks either for a
    reason when that time is changed or for the source of the time (`sumber`).
    """
    counted = {n.parameters["at"].strip() for n in source.of_kind("serviceTask") if _is_told(n)}
    for element, form in source.forms.items():
        for name in sorted(
            counted & {field.name for field in form.fields.values() if field.control}
        ):
            node = source.model.nodes[element]
            if node.properties.get("stage") != name or not _words(node, "startsClock"):
                message = (
                    f"Dari {name} sebuah jam dihitung, jadi tugas ini tahap (stage, startsClock)."
                )
                yield Finding("clock-start", element, message)
            if not forms.asks_why(form, name) and "sumber" not in form.fields:
                message = (
                    f"Dari {name} sebuah jam dihitung, jadi formulir menanyakan alasan bila "
                    "waktunya diubah (reason_for)."
                )
                yield Finding("clock-start", element, message)


def stand_ins(source: Source) -> Iterator[Finding]:
    """The role that may record a step for another role is a known, different role."""
    for node in source.model.nodes.values():
        for role in _words(node, "standIn"):
            if node.kind != "userTask" or role not in source.roles or role == node.role:
                yield Finding(
                    "stand-in", node.id, f"Peran {role} tidak dapat mencatat untuk tugas ini."
                )


def _is_told(node: Node) -> bool:
    return node.operation == "start_clock" and "at" in node.parameters


def _clocks(node: Node) -> Iterator[str]:
    """Yield the clocks that a service task starts: the one it names, and those among which an
    expression chooses.
    """
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


STAGE_RULES: tuple[Rule, ...] = (stages, starts, stand_ins)


STAGES = {"startsClock": START, "stopsClock": STOP}
"""Operation whose edge is the time of a stage, by the property of the stage."""


def edges(source: Source) -> Iterator[Finding]:
    """An edge is declared on a task that starts or stops named clocks, or on a stage whose time is
    such an edge.
    """
    sides: dict[tuple[str, str], list[bool]] = {}
    for node in source.model.nodes.values():
        edge, names = node.properties.get("edge"), node.properties.get("clock", "").split()
        is_stage = {"startsClock", "stopsClock"} & node.properties.keys()
        if edge is not None and not (
            re.fullmatch(r"[a-z_]+", edge) and (is_stage or (names and node.operation in SIDES))
        ):
            message = (
                "Tepi (edge) hanya untuk tugas yang memulai atau menghentikan jam yang disebutnya "
                "(clock), atau tahapnya."
            )
            yield Finding("clock-edge", node.id, message)
        for name in names if node.operation in SIDES else ():
            sides.setdefault((name, node.operation or ""), []).append(edge is not None)
            if edge is not None and source.lacks(f"tepi_jam.{name}"):
                message = f"Jam {name} mempunyai tepi, tetapi pengaturan tepi_jam.{name} tidak ada."
                yield Finding("clock-edge", node.id, message)
        recorded = node.properties.get("recordedEdge")
        if recorded is not None and (edge is None or recorded == edge or node.operation != START):
            message = (
                "Tepi saat dicatat (recordedEdge) hanya di samping tepi (edge) lain, pada tugas "
                "yang memulai jam."
            )
            yield Finding("clock-edge", node.id, message)
    for (name, operation), marked in sides.items():
        if operation == "start_clock" and any(marked) and not all(marked):
            message = f"Jam {name} dimulai di beberapa tempat; semuanya harus menyebut tepi (edge)."
            yield Finding("clock-edge", name, message)


def stage_edges(source: Source) -> Iterator[Finding]:
    """The time of a stage is one of the edges of its clock, because a correction moves the clock
    only if that edge counts.
    """
    offered: dict[tuple[str, str], set[str]] = {}
    for node in source.model.nodes.values():
        for name in node.properties.get("clock", "").split() if "edge" in node.properties else ():
            offered.setdefault((name, node.operation or ""), set()).add(node.properties["edge"])
    for node in source.model.nodes.values():
        for side, operation in STAGES.items():
            for name in node.properties.get(side, "").split():
                known = offered.get((name, operation))
                if known and node.properties.get("edge") not in known:
                    message = (
                        f"Jam {name} mempunyai tepi; tahap ini harus menyebut tepinya (edge): "
                        f"{', '.join(sorted(known))}."
                    )
                    yield Finding("clock-edge", node.id, message)


CLOCK_RULES: tuple[Rule, ...] = (edges, stage_edges)
