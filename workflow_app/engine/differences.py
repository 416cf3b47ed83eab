"""What differs between two versions of a process: model, forms, letters, decision tables, in the words of its readers.

The comparison is over what we parse anyway and not over the drawing (as `bpmn-js-differ` does in a browser): it knows forms, letters
and tables too, needs no script, and says the same on the page and in a terminal.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from workflow_app.engine import wordings
from workflow_app.engine.definitions import Definition
from workflow_app.engine.model import Flow, Model, Node
from workflow_app.engine.paths import paths_of
from workflow_app.engine.process_folders import CALLED, MODEL_FILE
from workflow_app.engine.shared_parts import SHARED
from workflow_app.engine.wordings import Change, changes

Kind = Literal["added", "removed", "changed"]


@dataclass(frozen=True)
class Difference:
    """One thing that was added, removed or changed."""

    kind: Kind
    about: str
    """`Langkah`, `Gerbang`, `Peristiwa`, `Alur`, `Lajur`, `Proses`, `Formulir`, `Surat`, `Tabel keputusan`, `Arsip lain`."""
    name: str
    process: str
    """Key of the process in whose drawing it is; empty where it is in none."""
    before: tuple[str, ...] = ()
    """Ids in the drawing of the old version."""
    after: tuple[str, ...] = ()
    """Ids in the drawing of the new one."""
    changes: tuple[Change, ...] = ()


def compare(old: Definition, new: Definition) -> list[Difference]:
    """All differences, in the order in which one reads a process: its drawing, then forms, letters, tables, other files."""
    before, after = paths_of(old).models, paths_of(new).models
    found: list[Difference] = []
    for key in dict.fromkeys([*after, *before]):
        was, becomes = before.get(key), after.get(key)
        if was and becomes:
            found += _models(was, becomes)
        elif shown := becomes or was:
            found.append(Difference(_kind(was, becomes), "Proses yang dipanggil", shown.name, ""))
    found += _forms(old, new)
    found += _by_name("Surat", old.letters, new.letters, wordings.letter)
    found += _by_name("Tabel keputusan", old.decisions, new.decisions, wordings.table)
    return [*found, *_other_files(old, new)]


def marks(found: Iterable[Difference], process: str, *, is_old: bool) -> dict[Kind, list[str]]:
    """What to mark in the drawing of one process, of the old version or the new one. A step whose form changed has changed."""
    marked: dict[Kind, list[str]] = {"added": [], "removed": [], "changed": []}
    for difference in found:
        if difference.process == process:
            kind: Kind = "changed" if difference.about == FORM else difference.kind
            ids = difference.before if is_old else difference.after
            marked[kind] += [id for id in ids if not any(id in known for known in marked.values())]
    return marked


def _models(old: Model, new: Model) -> Iterator[Difference]:
    if changed := changes(_process(old), _process(new)):
        yield Difference("changed", "Proses", new.name, new.key, changes=changed)
    yield from _lanes(old, new)
    for id in dict.fromkeys([*new.nodes, *old.nodes]):
        here, there = old.nodes.get(id), new.nodes.get(id)
        changed = changes(_node(old, here), _node(new, there)) if here and there else ()
        shown = there or here
        if shown and (here is None or there is None or changed):
            yield Difference(
                _kind(here, there), _sort(shown), shown.name or id, new.key, *_ids(here, there), changed
            )
    yield from _flows(old, new)


def _lanes(old: Model, new: Model) -> Iterator[Difference]:
    for id in dict.fromkeys([*new.lanes, *old.lanes]):
        was, becomes = (model.lanes.get(id) for model in (old, new))
        names = [{"Nama": lane[1]} if lane else {} for lane in (was, becomes)]
        if was != becomes:
            changed = changes(*names) if was and becomes else ()
            name = (names[1] or names[0])["Nama"]
            ids = ((id,) if was else (), (id,) if becomes else ())
            yield Difference(_kind(was, becomes), "Lajur", name, new.key, *ids, changed)


def _flows(old: Model, new: Model) -> Iterator[Difference]:
    """Flows are known by their ends: of two between the same elements there is only one."""
    before, after = ({(f.source, f.target): f for f in model.flows} for model in (old, new))
    for ends in dict.fromkeys([*after, *before]):
        was, becomes = before.get(ends), after.get(ends)
        facts = [_flow(*side) if (side[1]) else {} for side in ((old, was), (new, becomes))]
        if not facts[0] or not facts[1] or facts[0] != facts[1]:
            nodes = (new if becomes else old).nodes
            name = " → ".join((nodes[end].name if end in nodes else "") or end for end in ends)
            changed = changes(*facts)
            if not (was and becomes):
                changed = tuple(change for change in changed if change.what == "Syarat")
            yield Difference(_kind(was, becomes), "Alur", name, new.key, *_ids(was, becomes), changed)


def _flow(model: Model, flow: Flow | None) -> dict[str, str]:
    if flow is None:
        return {}
    source = model.nodes.get(flow.source)
    is_default = source is not None and source.default == flow.id
    return {"Nama": flow.name, "Syarat": flow.condition or "", "Alur bawaan": _yes(is_default)}


def _kind(was: object, becomes: object) -> Kind:
    return "added" if was is None else "removed" if becomes is None else "changed"


def _ids(was: Node | Flow | None, becomes: Node | Flow | None) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return (was.id,) if was else (), (becomes.id,) if becomes else ()


def _sort(node: Node) -> str:
    return next((word for end, word in SORTS.items() if node.kind.endswith(end)), "Langkah")


def _process(model: Model) -> dict[str, str]:
    return {"Nama": model.name, **{_property(name): value for name, value in model.properties.items()}}


def _node(model: Model, node: Node) -> dict[str, str]:
    return {
        "Nama": node.name,
        "Jenis": KINDS.get(node.kind, node.kind),
        "Peran": next((label for role, label in model.lanes.values() if role == node.role), node.role),
        "Di dalam": _name_of(model, node.parent),
        "Menempel pada": _name_of(model, node.attached_to),
        "Menyela": _yes(node.is_interrupting) if node.attached_to else "",
        "Pengatur waktu": ", ".join(expression for _, expression in node.timers),
        "Pesan": ", ".join(node.messages),
        "Pekerjaan sistem": node.operation or "",
        "Hasil disimpan sebagai": node.result or "",
        "Keputusan": node.decision or "",
        "Proses yang dipanggil": node.called or "",
        **{f"Masukan {name}": value for name, value in node.parameters.items()},
        **{_property(name): value for name, value in node.properties.items()},
    }


def _name_of(model: Model, id: str | None) -> str:
    return (model.nodes[id].name or id) if id and id in model.nodes else id or ""


def _property(name: str) -> str:
    return PROPERTIES.get(name, f"Sifat {name}")


def _yes(is_so: bool) -> str:
    return "ya" if is_so else "tidak"


def _forms(old: Definition, new: Definition) -> Iterator[Difference]:
    """The forms of steps that are in both; a form that came or went with its step is told with the step."""
    for id in (id for id in new.forms if id in old.forms):
        if changed := tuple(wordings.form(old.forms[id], new.forms[id])):
            element = new.elements[id]
            yield Difference("changed", FORM, element.name, element.process, (id,), (id,), changed)


def _by_name(
    about: str, old: Mapping[str, Any], new: Mapping[str, Any], told: Callable[[Any, Any], Iterator[Change]]
) -> Iterator[Difference]:
    for name in dict.fromkeys([*new, *old]):
        was, becomes = old.get(name), new.get(name)
        changed = tuple(told(was, becomes)) if was is not None and becomes is not None else ()
        if was is None or becomes is None or changed:
            yield Difference(_kind(was, becomes), about, name, "", changes=changed)


def _other_files(old: Definition, new: Definition) -> Iterator[Difference]:
    """Scenarios, examples, the page for the reader: nothing a case runs by."""
    for name in sorted(old.files.keys() | new.files.keys()):
        was, becomes = old.files.get(name), new.files.get(name)
        if was != becomes and _is_other(name):
            yield Difference(_kind(was, becomes), OTHER, name, "")


def _is_other(name: str) -> bool:
    inner = name.split("/", 2)[-1] if name.startswith(CALLED) else name
    return not inner.startswith((MODEL_FILE, "forms/", "letters/", SHARED)) and not inner.endswith(".dmn")


FORM, OTHER = "Formulir", "Arsip lain"
SORTS = {"Gateway": "Gerbang", "Event": "Peristiwa"}
KINDS = {
    "userTask": "tugas orang", "serviceTask": "pekerjaan sistem", "businessRuleTask": "keputusan", "subProcess": "subproses",
    "callActivity": "proses yang dipanggil", "exclusiveGateway": "gerbang pilihan", "parallelGateway": "gerbang bersamaan",
    "inclusiveGateway": "gerbang beberapa pilihan", "startEvent": "awal", "endEvent": "akhir", "boundaryEvent": "peristiwa di tepi",
    "intermediateCatchEvent": "peristiwa yang ditunggu",
}  # fmt: skip
PROPERTIES = {
    "clause": "Ketentuan SOP", "fourEyes": "Empat mata terhadap", "clock": "Jam", "maxVisits": "Batas putaran", "outcome": "Hasil",
    "prefill": "Isian awal dari", "keepOutputs": "Hasil keputusan yang dipakai", "assign": "Dibagikan", "clockLabel": "Nama jam",
    "roleFrom": "Peran menurut", "stage": "Tahap", "standIn": "Dapat dicatat oleh", "leadsTo": "Membuka langkah", "initial": "Nilai awal", "startedBy": "Dimulai oleh",
    "startable": "Dapat dimulai", "reopenable": "Dapat dibuka kembali", "callable": "Dapat dipanggil", "purpose": "Kapan dipilih",
    "rank": "Urutan",
    "formJsonSchemaFilename": "Arsip isian", "formUiSchemaFilename": "Arsip tampilan isian", "startsClock": "Memulai jam",
    "stopsClock": "Menghentikan jam", "edge": "Tepi jam",
}  # fmt: skip
