"""Linter rules on how elements are connected (gateways, dead ends, rework), on the diagram, without
which no process is deployed, and on processes that call others or are called.
"""

from collections.abc import Iterator, Mapping

from workflow_app.engine.linting.source import Finding, Rule, Source
from workflow_app.engine.model import Node, find
from workflow_app.engine.process_folders import CALLED


def ends(source: Source) -> Iterator[Finding]:
    """Flows connect elements of the same level, and no element is unconnected."""
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
            yield Finding(
                "flow-broken", node.id, "Peristiwa batas ini tidak menempel pada tugas mana pun."
            )
    levels: list[str | None] = [None, *(node.id for node in source.of_kind("subProcess"))]
    for level in levels:
        starts = [node for node in source.of_kind("startEvent") if node.parent == level]
        if len(starts) != 1:
            yield Finding("one-start", level or "process.bpmn", "Harus ada tepat satu awal proses.")


def twins(source: Source) -> Iterator[Finding]:
    """Only one flow connects the same two elements; with two, the one taken could not be
    identified.
    """
    seen = set()
    for flow in source.model.flows:
        if (flow.source, flow.target) in seen:
            message = (
                f"Dari {flow.source} ke {flow.target} sudah ada alur; gabungkan syaratnya menjadi "
                "satu alur."
            )
            yield Finding("flow-twice", flow.id, message)
        seen.add((flow.source, flow.target))


def splits(source: Source) -> Iterator[Finding]:
    """Only gateways split, and a flow has a condition exactly when a deciding gateway needs it."""
    for node in source.model.nodes.values():
        out = source.model.outgoing[node.id]
        if not node.kind.endswith("Gateway"):
            if len(out) > 1:
                yield Finding(
                    "many-outgoing",
                    node.id,
                    "Hanya gerbang yang boleh mempunyai beberapa alur keluar.",
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
        yield Finding(
            "rework-unbounded", cycle[0], f"Putaran {path} tidak melalui tugas dengan maxVisits."
        )


def joins_in_rework(source: Source) -> Iterator[Finding]:
    """No parallel or inclusive gateway is on a cycle, because the library confuses the rounds. A
    subprocess keeps the rounds apart.
    """
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
            message = (
                "Gerbang ini berada dalam putaran; pindahkan cabang-cabangnya ke dalam subproses."
            )
            yield Finding("gateway-in-rework", node.id, message)


def boundaries_that_return(source: Source) -> Iterator[Finding]:
    """No boundary event leads directly back to its activity, because the library would then open
    the activity twice. A gateway in between avoids this.
    """
    for node in source.of_kind("boundaryEvent"):
        if node.attached_to in {flow.target for flow in source.model.outgoing[node.id]}:
            message = (
                f"Peristiwa batas ini kembali langsung ke {node.attached_to}, yang lalu terbuka "
                "dua kali; lewatkan gerbang di antaranya."
            )
            yield Finding("boundary-return", node.id, message)


def _following(source: Source, without: set[str]) -> dict[str, list[str]]:
    """Return the next elements of each element, boundary events included."""
    nodes = [node for node in source.model.nodes.values() if node.id not in without]
    ids = {node.id for node in nodes}
    following = {
        n.id: [f.target for f in source.model.outgoing[n.id] if f.target in ids] for n in nodes
    }
    for node in nodes:
        if node.kind == "boundaryEvent" and node.attached_to in following:
            following[node.attached_to].append(node.id)
    return following


def _deciding(source: Source, node: Node) -> Iterator[Finding]:
    out = source.model.outgoing[node.id]
    if node.default not in {flow.id for flow in out}:
        yield Finding(
            "gateway-default", node.id, "Gerbang ini tidak mempunyai alur bawaan (default)."
        )
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
                "gateway-condition",
                flow.id,
                "Syarat hanya berlaku pada alur keluar gerbang keputusan.",
            )


def _cycles(following: dict[str, list[str]]) -> Iterator[list[str]]:
    """Yield one cycle for each entry into one, found depth first."""
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


def shapes(source: Source) -> Iterator[Finding]:
    """Every node, lane and pool has a shape with a size."""
    drawn = {s.get("bpmnElement"): s for s in find(source.model.root, ".//bpmndi:BPMNShape")}
    pools = [
        p.get("id", "") for p in find(source.model.root, "./bpmn:collaboration/bpmn:participant")
    ]
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
    """Every flow has a line of at least two points."""
    drawn = {e.get("bpmnElement"): e for e in find(source.model.root, ".//bpmndi:BPMNEdge")}
    for flow in source.model.flows:
        points = find(drawn[flow.id], "./di:waypoint") if flow.id in drawn else []
        if len({(p.get("x"), p.get("y")) for p in points}) < 2:
            yield Finding("not-drawn", flow.id, "Alur ini tidak digambar.")


def _strangers(source: Source, drawn: set[str], known: set[str]) -> Iterator[Finding]:
    ids = {
        e.get("id")
        for e in find(source.model.root, "./bpmn:process//*[@id]|./bpmn:collaboration//*[@id]")
    }
    for element in sorted(name or "?" for name in drawn - known - ids):
        yield Finding("drawn-unknown", element, "Gambar ini menunjuk elemen yang tidak ada.")


def _number(text: str | None) -> float:
    try:
        return float(text or 0)
    except ValueError:
        return 0.0


DRAWING_RULES: tuple[Rule, ...] = (shapes, edges)


PROCESS_PROPERTIES: Mapping[str, tuple[str, ...]] = {
    "initial": (),
    "callable": ("true", "false"),
    "startable": ("true", "false"),
    "reopenable": ("true", "false"),
    "reopenConfined": (),
    "startedBy": (),
    "startedAs": (),
    "purpose": (),
    "rank": (),
}
"""Properties of a process with their allowed values; an empty tuple means that other rules check
the value.
"""
LONGEST_PURPOSE = 120
"""Characters of the sentence that an officer reads while a citizen waits."""


def properties(source: Source) -> Iterator[Finding]:
    """A process declares only known properties with allowed values."""
    for name, value in source.model.properties.items():
        allowed = PROCESS_PROPERTIES.get(name)
        if allowed is None:
            yield Finding(
                "process-property", source.model.key, f"Properti proses {name} tidak dikenal."
            )
        elif allowed and value not in allowed:
            yield Finding(
                "process-property", source.model.key, f"Properti {name} harus true atau false."
            )
    yield from _offering(source)
    flag = source.model.properties.get("reopenConfined")
    if flag is not None and source.initial.get(flag) is not False:
        message = f"Variabel {flag} pada reopenConfined harus bernilai awal false."
        yield Finding("process-property", source.model.key, message)
    named = source.model.properties.get("startedBy")
    for role in () if named is None else named.split() or ("(kosong)",):
        if role not in source.roles:
            message = f"Properti startedBy menyebut {role}, yang bukan peran."
            yield Finding("process-property", source.model.key, message)
    variable = source.model.properties.get("startedAs")
    if variable is not None and source.initial.get(variable) not in source.starters:
        message = (
            f"Variabel {variable} pada startedAs harus bernilai awal salah satu peran startedBy."
        )
        yield Finding("process-property", source.model.key, message)


def _offering(source: Source) -> Iterator[Finding]:
    """The declarations for the list of services are valid: the purpose and the rank."""
    purpose, rank = (source.model.properties.get(name) for name in ("purpose", "rank"))
    if purpose is not None and not 0 < len(purpose.strip()) <= LONGEST_PURPOSE:
        message = f"Properti purpose harus satu kalimat, paling panjang {LONGEST_PURPOSE} huruf."
        yield Finding("process-property", source.model.key, message)
    if rank is not None and not (rank.isascii() and rank.isdigit()):
        yield Finding("process-property", source.model.key, "Properti rank harus bilangan bulat.")


def calls(source: Source) -> Iterator[Finding]:
    """A call leads to a process that may be called and that calls no further process."""
    wanted = set()
    for node in source.of_kind("callActivity"):
        wanted.add(node.called)
        other = source.called.get(node.called or "")
        if other is None or other.model.key != node.called:
            message = (
                f"Proses {node.called or '(kosong)'} tidak ada di folder proses atau tidak terbaca."
            )
            yield Finding("call-unknown", node.id, message)
            continue
        if other.model.properties.get("callable") != "true":
            yield Finding(
                "call-refused", node.id, f"Proses {node.called} tidak boleh dipanggil (callable)."
            )
        if any(other.of_kind("callActivity")):
            yield Finding(
                "call-nested", node.id, f"Proses {node.called} sendiri memanggil proses lain."
            )
    for key in sorted(source.called.keys() - wanted):
        yield Finding("call-unused", f"{CALLED}{key}", "Proses ini tidak dipanggil.")


def names(source: Source) -> Iterator[Finding]:
    """A name used in a called process is unique in the whole case."""
    taken = set(source.model.nodes) | {source.model.key}
    tables, letters = set(source.decisions), set(source.letters)
    for key, other in source.called.items():
        for element in sorted(taken & {key, *other.model.nodes}):
            yield Finding("call-collision", element, f"Id {element} juga dipakai proses {key}.")
        for name in sorted(tables & other.decisions.keys()):
            yield Finding("call-collision", name, f"Keputusan {name} juga ada pada proses {key}.")
        for name in sorted(letters & other.letters.keys()):
            yield Finding("call-collision", name, f"Surat {name} juga ada pada proses {key}.")
        taken |= {key, *other.model.nodes}
        tables |= other.decisions.keys()
        letters |= other.letters.keys()


def variables(source: Source) -> Iterator[Finding]:
    """The calling process sets the variables with which a called process would begin on its own."""
    for key, other in source.called.items():
        for name in sorted(other.initial.keys() - source.variables.keys()):
            message = (
                f"Proses {key} memerlukan variabel {name}; isi pada properti initial proses ini."
            )
            yield Finding("call-variable", name, message)


CALL_RULES: tuple[Rule, ...] = (properties, calls, names, variables)
