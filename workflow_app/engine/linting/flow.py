"""Linter rules on how elements are connected: gateways, dead ends, rework."""

from collections.abc import Iterator

from workflow_app.engine.linting.source import Finding, Rule, Source
from workflow_app.engine.model import Node


def ends(source: Source) -> Iterator[Finding]:
    """Flows lead from and to elements of the same level; nothing is left hanging."""
    nodes = source.model.nodes
    for flow in source.model.flows:
        if flow.source not in nodes or flow.target not in nodes:
            yield Finding("flow-broken", flow.id, "Alur ini menunjuk elemen yang tidak ada.")
        elif nodes[flow.source].parent != nodes[flow.target].parent:
            yield Finding("flow-broken", flow.id, "Alur tidak boleh menembus batas subproses.")
    for node in nodes.values():
        if not source.model.outgoing[node.id] and node.kind != "endEvent":
            yield Finding("dead-end", node.id, "Dari elemen ini tidak ada alur keluar.")
        if node.kind == "endEvent" and source.model.outgoing[node.id]:
            yield Finding("dead-end", node.id, "Akhir proses tidak boleh mempunyai alur keluar.")
        if not source.model.incoming[node.id] and node.kind not in ("startEvent", "boundaryEvent"):
            yield Finding("unreachable", node.id, "Elemen ini tidak dapat dicapai.")
        if node.kind == "boundaryEvent" and node.attached_to not in nodes:
            yield Finding("flow-broken", node.id, "Peristiwa batas ini tidak menempel pada tugas mana pun.")
    levels: list[str | None] = [None, *(node.id for node in source.of_kind("subProcess"))]
    for level in levels:
        starts = [node for node in source.of_kind("startEvent") if node.parent == level]
        if len(starts) != 1:
            yield Finding("one-start", level or "process.bpmn", "Harus ada tepat satu awal proses.")


def twins(source: Source) -> Iterator[Finding]:
    """One flow between two elements: of two, nobody could say which was taken."""
    seen = set()
    for flow in source.model.flows:
        if (flow.source, flow.target) in seen:
            message = (
                f"Dari {flow.source} ke {flow.target} sudah ada alur; gabungkan syaratnya menjadi satu alur."
            )
            yield Finding("flow-twice", flow.id, message)
        seen.add((flow.source, flow.target))


def splits(source: Source) -> Iterator[Finding]:
    """Only gateways split; a flow has a condition exactly when a deciding gateway needs it."""
    for node in source.model.nodes.values():
        out = source.model.outgoing[node.id]
        if not node.kind.endswith("Gateway"):
            if len(out) > 1:
                yield Finding(
                    "many-outgoing", node.id, "Hanya gerbang yang boleh mempunyai beberapa alur keluar."
                )
            yield from _stray_conditions(source, node)
        elif node.kind == "parallelGateway":
            yield from _stray_conditions(source, node)
        elif len(out) > 1:
            yield from _deciding(source, node)


def rework(source: Source) -> Iterator[Finding]:
    """Every cycle passes a task with `maxVisits`."""
    bounded = {n.id for n in source.model.nodes.values() if "maxVisits" in n.properties}
    for cycle in _cycles(_following(source, bounded)):
        path = " → ".join(cycle)
        yield Finding("rework-unbounded", cycle[0], f"Putaran {path} tidak melalui tugas dengan maxVisits.")


def joins_in_rework(source: Source) -> Iterator[Finding]:
    """No parallel or inclusive gateway on a cycle: the library mixes up the rounds. A subprocess keeps them apart."""
    following = _following(source, set())
    for node in source.of_kind("parallelGateway", "inclusiveGateway"):
        reached: set[str] = set()
        queue = list(following[node.id])
        while queue:
            current = queue.pop()
            if current not in reached:
                reached.add(current)
                queue += following[current]
        if node.id in reached:
            message = "Gerbang ini berada dalam putaran; pindahkan cabang-cabangnya ke dalam subproses."
            yield Finding("gateway-in-rework", node.id, message)


def boundaries_that_return(source: Source) -> Iterator[Finding]:
    """No boundary event leads straight back to what it is on: the library then opens it twice. A gateway between keeps them apart."""
    for node in source.of_kind("boundaryEvent"):
        if node.attached_to in {flow.target for flow in source.model.outgoing[node.id]}:
            message = f"Peristiwa batas ini kembali langsung ke {node.attached_to}, yang lalu terbuka dua kali; lewatkan gerbang di antaranya."
            yield Finding("boundary-return", node.id, message)


def _following(source: Source, without: set[str]) -> dict[str, list[str]]:
    """The next elements of each element, boundary events included."""
    nodes = [node for node in source.model.nodes.values() if node.id not in without]
    ids = {node.id for node in nodes}
    following = {n.id: [f.target for f in source.model.outgoing[n.id] if f.target in ids] for n in nodes}
    for node in nodes:
        if node.kind == "boundaryEvent" and node.attached_to in following:
            following[node.attached_to].append(node.id)
    return following


def _deciding(source: Source, node: Node) -> Iterator[Finding]:
    out = source.model.outgoing[node.id]
    if node.default not in {flow.id for flow in out}:
        yield Finding("gateway-default", node.id, "Gerbang ini tidak mempunyai alur bawaan (default).")
    for flow in out:
        if flow.id == node.default and flow.condition:
            yield Finding("gateway-condition", flow.id, "Alur bawaan tidak boleh mempunyai syarat.")
        if flow.id != node.default and not flow.condition:
            yield Finding("gateway-condition", flow.id, "Alur keluar gerbang ini belum bersyarat.")
    conditions = [flow.condition for flow in out if flow.condition]
    if node.kind == "exclusiveGateway" and len(conditions) != len(set(conditions)):
        yield Finding("gateway-condition", node.id, "Dua alur keluar mempunyai syarat yang sama.")


def _stray_conditions(source: Source, node: Node) -> Iterator[Finding]:
    for flow in source.model.outgoing[node.id]:
        if flow.condition:
            yield Finding(
                "gateway-condition", flow.id, "Syarat hanya berlaku pada alur keluar gerbang keputusan."
            )


def _cycles(following: dict[str, list[str]]) -> Iterator[list[str]]:
    """One cycle for each entry into one, found depth first."""
    done: set[str] = set()
    for root in following:
        if root in done:
            continue
        path = [root]
        branches = [iter(following[root])]
        while branches:
            target = next(branches[-1], None)
            if target is None:
                done.add(path.pop())
                branches.pop()
            elif target in path:
                yield path[path.index(target) :]
            elif target not in done:
                path.append(target)
                branches.append(iter(following[target]))


RULES: tuple[Rule, ...] = (ends, twins, splits, rework, joins_in_rework, boundaries_that_return)
