"""Linter rules on edges of clocks: what the office may choose from is offered by the diagram, and the choice is there."""

import re
from collections.abc import Iterator

from workflow_app.engine.clock_edges import SIDES, START, STOP
from workflow_app.engine.linting.source import Finding, Rule, Source

STAGES = {"startsClock": START, "stopsClock": STOP}
"""Property of a stage to the operation whose edge its time is."""


def edges(source: Source) -> Iterator[Finding]:
    """An edge stands on a task that starts or stops clocks it names, or on a stage whose time is such an edge."""
    sides: dict[tuple[str, str], list[bool]] = {}
    for node in source.model.nodes.values():
        edge, names = node.properties.get("edge"), node.properties.get("clock", "").split()
        is_stage = {"startsClock", "stopsClock"} & node.properties.keys()
        if edge is not None and not (
            re.fullmatch(r"[a-z_]+", edge) and (is_stage or (names and node.operation in SIDES))
        ):
            message = "Tepi (edge) hanya untuk tugas yang memulai atau menghentikan jam yang disebutnya (clock), atau tahapnya."
            yield Finding("clock-edge", node.id, message)
        for name in names if node.operation in SIDES else ():
            sides.setdefault((name, node.operation or ""), []).append(edge is not None)
            if edge is not None and source.lacks(f"tepi_jam.{name}"):
                message = f"Jam {name} mempunyai tepi, tetapi pengaturan tepi_jam.{name} tidak ada."
                yield Finding("clock-edge", node.id, message)
        recorded = node.properties.get("recordedEdge")
        if recorded is not None and (edge is None or recorded == edge or node.operation != START):
            message = "Tepi saat dicatat (recordedEdge) hanya di samping tepi (edge) lain, pada tugas yang memulai jam."
            yield Finding("clock-edge", node.id, message)
    for (name, operation), marked in sides.items():
        if operation == "start_clock" and any(marked) and not all(marked):
            message = f"Jam {name} dimulai di beberapa tempat; semuanya harus menyebut tepi (edge)."
            yield Finding("clock-edge", name, message)


def stages(source: Source) -> Iterator[Finding]:
    """The time of a stage is one of the edges of its clock: a correction moves the clock only where that edge counts."""
    offered: dict[tuple[str, str], set[str]] = {}
    for node in source.model.nodes.values():
        for name in node.properties.get("clock", "").split() if "edge" in node.properties else ():
            offered.setdefault((name, node.operation or ""), set()).add(node.properties["edge"])
    for node in source.model.nodes.values():
        for side, operation in STAGES.items():
            for name in node.properties.get(side, "").split():
                known = offered.get((name, operation))
                if known and node.properties.get("edge") not in known:
                    message = f"Jam {name} mempunyai tepi; tahap ini harus menyebut tepinya (edge): {', '.join(sorted(known))}."
                    yield Finding("clock-edge", node.id, message)


RULES: tuple[Rule, ...] = (edges, stages)
