"""Linter rules on the drawing: a model nobody can look at is not deployed."""

from collections.abc import Iterator

from workflow_app.engine.linting.source import Finding, Rule, Source
from workflow_app.engine.model import find


def shapes(source: Source) -> Iterator[Finding]:
    """Every node, lane and pool has a shape of some size."""
    drawn = {s.get("bpmnElement"): s for s in find(source.model.root, ".//bpmndi:BPMNShape")}
    pools = [p.get("id", "") for p in find(source.model.root, "./bpmn:collaboration/bpmn:participant")]
    if len(pools) != 1:
        yield Finding("pool", "process.bpmn", "Model harus mempunyai tepat satu kolam (pool).")
    for element in [*source.model.nodes, *source.model.lanes, *pools]:
        bounds = find(drawn[element], "./dc:Bounds") if element in drawn else []
        if not bounds:
            yield Finding("not-drawn", element, "Elemen ini tidak digambar.")
        elif _number(bounds[0].get("width")) <= 0 or _number(bounds[0].get("height")) <= 0:
            yield Finding("not-drawn", element, "Elemen ini digambar tanpa ukuran.")
    yield from _strangers(source, set(drawn), {*source.model.nodes, *source.model.lanes, *pools})


def edges(source: Source) -> Iterator[Finding]:
    """Every flow has a line with two points at least."""
    drawn = {e.get("bpmnElement"): e for e in find(source.model.root, ".//bpmndi:BPMNEdge")}
    for flow in source.model.flows:
        points = find(drawn[flow.id], "./di:waypoint") if flow.id in drawn else []
        if len({(p.get("x"), p.get("y")) for p in points}) < 2:
            yield Finding("not-drawn", flow.id, "Alur ini tidak digambar.")


def _strangers(source: Source, drawn: set[str], known: set[str]) -> Iterator[Finding]:
    ids = {
        e.get("id") for e in find(source.model.root, "./bpmn:process//*[@id]|./bpmn:collaboration//*[@id]")
    }
    for element in sorted(name or "?" for name in drawn - known - ids):
        yield Finding("drawn-unknown", element, "Gambar ini menunjuk elemen yang tidak ada.")


def _number(text: str | None) -> float:
    try:
        return float(text or 0)
    except ValueError:
        return 0.0


RULES: tuple[Rule, ...] = (shapes, edges)
