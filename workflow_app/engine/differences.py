"""Differences between two versions of a process, in the words of its readers: the model, forms,
letters and decision tables.

The comparison works on the parsed content, not on the diagram as `bpmn-js-differ` does in a
browser. It therefore covers forms, letters and tables too, needs no JavaScript, and gives the same
result on the page and in a terminal.
"""

import difflib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from workflow_app.engine.decisions import DecisionTable
from workflow_app.engine.definitions import Definition, LetterSource
from workflow_app.engine.forms import Form
from workflow_app.engine.model import Flow, Model, Node
from workflow_app.engine.paths import paths_of
from workflow_app.engine.process_folders import CALLED, MODEL_FILE, SHARED

LONGEST = 300
"""Characters of a value that are shown."""
AROUND = 5
"""Words shown before and after a difference in a letter."""
FORM_WORDS = {
    "title": "Judul", "intro": "Pengantar", "submit": "Tombol", "next": "Sesudahnya",
    "summary": "Ringkasan",
    "since": "Ringkasan sejak", "slip": "Slip", "presence": "Tanda terisi",
}  # fmt: skip
FIELD_WORDS = {
    "title": "pertanyaan", "widget": "jenis", "options": "pilihan", "help": "bantuan",
    "required": "wajib", "personal": "rahasia",
    "control": "menentukan jalannya proses", "default": "isi awal", "visible_if": "tampil bila",
    "not_before": "paling awal",
    "not_after": "paling akhir", "offered_by": "pilihan dari", "only_by": "hanya oleh",
    "notice": "catatan tetap",
    "tied_to": "terikat pada", "order": "urutan terhadap isian lain",
    "schema": "batas isian", "parameters": "aturan",
}  # fmt: skip


@dataclass(frozen=True)
class Change:
    """One property with a different text."""

    what: str
    before: str
    after: str


def changes(old: Mapping[str, str], new: Mapping[str, str]) -> tuple[Change, ...]:
    """Return the properties whose texts differ; a property that is empty on both
    sides is left out.
    """
    names = dict.fromkeys([*old, *new])
    pairs = ((name, old.get(name, ""), new.get(name, "")) for name in names)
    return tuple(
        Change(name, _short(was), _short(becomes)) for name, was, becomes in pairs if was != becomes
    )


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def form(old: Form, new: Form) -> Iterator[Change]:
    for what in ("title", "intro", "submit", "next", "summary", "since", "slip", "presence"):
        yield from changes(
            {FORM_WORDS[what]: _text(getattr(old, what))},
            {FORM_WORDS[what]: _text(getattr(new, what))},
        )
    for name in dict.fromkeys([*new.fields, *old.fields]):
        was, becomes = old.fields.get(name), new.fields.get(name)
        if was is None or becomes is None:
            field = becomes or was
            word = f"Isian “{field.title if field else name}”"
            yield Change(word, "" if was is None else "ada", "" if becomes is None else "ada")
        else:
            told = [{f"Isian “{becomes.title}”, {words}": _text(getattr(f, n)) for n,
                words in FIELD_WORDS.items()} for f in (was, becomes)]  # fmt: skip
            yield from changes(*told)
    if list(old.fields) != list(new.fields) and {*old.fields} == {*new.fields}:
        yield Change("Urutan isian", ", ".join(old.fields), ", ".join(new.fields))


def _text(value: object) -> str:
    match value:
        case None | "" | () | False:
            return ""
        case True:
            return "ya"
        case Mapping():
            return "; ".join(f"{name}: {_text(of)}" for name, of in value.items())
        case tuple() | list():
            return "; ".join(_text(of) for of in value)
    return str(value)


def letter(old: LetterSource, new: LetterSource) -> Iterator[Change]:
    yield from changes(
        {f"Pengaturan {name}": _text(value) for name, value in old.meta.items()},
        {f"Pengaturan {name}": _text(value) for name, value in new.meta.items()},
    )
    yield from _lines("Isi", old.html, new.html)
    for name in dict.fromkeys([*old.parts, *new.parts]):
        yield from _lines(
            f"Bagian bersama {name.removeprefix(SHARED)}",
            old.parts.get(name, ""),
            new.parts.get(name, ""),
        )


def _lines(what: str, old: str, new: str) -> Iterator[Change]:
    """Yield the passages of a text that differ, without tags."""
    before, after = _readable(old), _readable(new)
    if old != new and before == after:
        yield Change(f"{what}, susunan", "", "berubah tanpa mengubah kata")
    for tag, a, b, c, d in difflib.SequenceMatcher(
        None, before, after, autojunk=False
    ).get_opcodes():
        if tag != "equal":
            was, becomes = _narrowed(" ".join(before[a:b]).split(), " ".join(after[c:d]).split())
            yield Change(what, _short(was), _short(becomes))


def _narrowed(before: list[str], after: list[str]) -> tuple[str, str]:
    """Return two passages without their common beginning and end, except a few words around the
    difference.
    """
    if not before or not after:
        return " ".join(before), " ".join(after)
    start = _common(before, after)
    end = min(_common(before[::-1], after[::-1]), min(len(before), len(after)) - start)
    cut, rest = max(start - AROUND, 0), max(end - AROUND, 0)
    shown = [" ".join(words[cut : len(words) - rest]) for words in (before, after)]
    was, becomes = (f"{'… ' if cut else ''}{text}{' …' if rest else ''}" for text in shown)
    return was, becomes


def _common(before: list[str], after: list[str]) -> int:
    pairs = enumerate(zip(before, after, strict=False))
    return next((at for at, (a, b) in pairs if a != b), min(len(before), len(after)))


def _readable(html: str) -> list[str]:
    lines = (
        re.sub(r"\s+", " ", re.sub(r"<[^<>{}]*>", " ", line)).strip() for line in html.splitlines()
    )
    return [line for line in lines if line]


def table(old: DecisionTable, new: DecisionTable) -> Iterator[Change]:
    facts = [
        {
            "Nama": t.label,
            "Cara memilih baris": t.hit_policy,
            "Masukan": ", ".join(t.inputs),
            "Hasil": ", ".join(t.outputs),
        }
        for t in (old, new)
    ]
    yield from changes(*facts)
    before, after = (dict(zip(t.row_ids, map(_row, t.rows), strict=True)) for t in (old, new))
    for id in dict.fromkeys([*after, *before]):
        if before.get(id) != after.get(id):
            yield Change(f"Baris {id}", _short(before.get(id, "")), _short(after.get(id, "")))
    kept = [[id for id in rows if id in before and id in after] for rows in (before, after)]
    if kept[0] != kept[1]:
        yield Change("Urutan baris", _short(", ".join(kept[0])), _short(", ".join(kept[1])))


def _row(row: Mapping[str, Any]) -> str:
    return "; ".join(
        f"{name}: {'apa saja' if cell is None else cell}" for name, cell in row.items()
    )


Kind = Literal["added", "removed", "changed"]


@dataclass(frozen=True)
class Difference:
    """One part of a process that was added, removed or changed."""

    kind: Kind
    about: str
    """`Langkah`, `Gerbang`, `Peristiwa`, `Alur`, `Lajur`, `Proses`, `Formulir`, `Surat`, `Tabel
    keputusan`, `Arsip lain`.
    """
    name: str
    process: str
    """Key of the process whose diagram contains it; empty when it is in none."""
    before: tuple[str, ...] = ()
    """Ids in the diagram of the old version."""
    after: tuple[str, ...] = ()
    """Ids in the diagram of the new version."""
    changes: tuple[Change, ...] = ()


def compare(old: Definition, new: Definition) -> list[Difference]:
    """Return all differences in reading order: diagram, forms, letters, tables, other files."""
    before, after = paths_of(old).models, paths_of(new).models
    found: list[Difference] = []
    for key in dict.fromkeys([*after, *before]):
        was, becomes = before.get(key), after.get(key)
        if was and becomes:
            found += _models(was, becomes)
        elif shown := becomes or was:
            found.append(Difference(_kind(was, becomes), "Proses yang dipanggil", shown.name, ""))
    found += _forms(old, new)
    found += _by_name("Surat", old.letters, new.letters, letter)
    found += _by_name("Tabel keputusan", old.decisions, new.decisions, table)
    return [*found, *_other_files(old, new)]


def marks(found: Iterable[Difference], process: str, *, is_old: bool) -> dict[Kind, list[str]]:
    """Return the ids to mark in the diagram of one process, by kind of change, for the old or the
    new version. A step whose form changed counts as changed.
    """
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
                _kind(here, there),
                _sort(shown),
                shown.name or id,
                new.key,
                *_ids(here, there),
                changed,
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
    """Yield the differences between flows; a flow is identified by its ends, because only one flow
    may connect the same two elements.
    """
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
            yield Difference(
                _kind(was, becomes), "Alur", name, new.key, *_ids(was, becomes), changed
            )


def _flow(model: Model, flow: Flow | None) -> dict[str, str]:
    if flow is None:
        return {}
    source = model.nodes.get(flow.source)
    is_default = source is not None and source.default == flow.id
    return {"Nama": flow.name, "Syarat": flow.condition or "", "Alur bawaan": _yes(is_default)}


def _kind(was: object, becomes: object) -> Kind:
    return "added" if was is None else "removed" if becomes is None else "changed"


def _ids(
    was: Node | Flow | None, becomes: Node | Flow | None
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return (was.id,) if was else (), (becomes.id,) if becomes else ()


def _sort(node: Node) -> str:
    return next((word for end, word in SORTS.items() if node.kind.endswith(end)), "Langkah")


def _process(model: Model) -> dict[str, str]:
    return {
        "Nama": model.name,
        **{_property(name): value for name, value in model.properties.items()},
    }


def _node(model: Model, node: Node) -> dict[str, str]:
    return {
        "Nama": node.name,
        "Jenis": KINDS.get(node.kind, node.kind),
        "Peran": next(
            (label for role, label in model.lanes.values() if role == node.role), node.role
        ),
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
    """Yield the differences between the forms of steps that both versions have; a form that was
    added or removed with its step is reported with the step.
    """
    for id in (id for id in new.forms if id in old.forms):
        if changed := tuple(form(old.forms[id], new.forms[id])):
            element = new.elements[id]
            yield Difference("changed", FORM, element.name, element.process, (id,), (id,), changed)


def _by_name(
    about: str,
    old: Mapping[str, Any],
    new: Mapping[str, Any],
    told: Callable[[Any, Any], Iterator[Change]],
) -> Iterator[Difference]:
    for name in dict.fromkeys([*new, *old]):
        was, becomes = old.get(name), new.get(name)
        changed = tuple(told(was, becomes)) if was is not None and becomes is not None else ()
        if was is None or becomes is None or changed:
            yield Difference(_kind(was, becomes), about, name, "", changes=changed)


def _other_files(old: Definition, new: Definition) -> Iterator[Difference]:
    """Yield the differences between scenarios, examples and the page for the reader, by which no
    case runs.
    """
    for name in sorted(old.files.keys() | new.files.keys()):
        was, becomes = old.files.get(name), new.files.get(name)
        if was != becomes and _is_other(name):
            yield Difference(_kind(was, becomes), OTHER, name, "")


def _is_other(name: str) -> bool:
    inner = name.split("/", 2)[-1] if name.startswith(CALLED) else name
    return not inner.startswith((MODEL_FILE, "forms/", "letters/", SHARED)) and not inner.endswith(
        ".dmn"
    )


FORM, OTHER = "Formulir", "Arsip lain"
SORTS = {"Gateway": "Gerbang", "Event": "Peristiwa"}
KINDS = {
    "userTask": "tugas orang", "serviceTask": "pekerjaan sistem", "businessRuleTask": "keputusan",
    "subProcess": "subproses",
    "callActivity": "proses yang dipanggil", "exclusiveGateway": "gerbang pilihan",
    "parallelGateway": "gerbang bersamaan",
    "inclusiveGateway": "gerbang beberapa pilihan", "startEvent": "awal", "endEvent": "akhir",
    "boundaryEvent": "peristiwa di tepi",
    "intermediateCatchEvent": "peristiwa yang ditunggu",
}  # fmt: skip
PROPERTIES = {
    "clause": "Ketentuan SOP", "fourEyes": "Empat mata terhadap", "clock": "Jam",
    "maxVisits": "Batas putaran", "outcome": "Hasil",
    "prefill": "Isian awal dari", "keepOutputs": "Hasil keputusan yang dipakai",
    "assign": "Dibagikan", "clockLabel": "Nama jam",
    "roleFrom": "Peran menurut", "stage": "Tahap", "standIn": "Dapat dicatat oleh",
    "leadsTo": "Membuka langkah", "initial": "Nilai awal", "startedBy": "Dimulai oleh",
    "startable": "Dapat dimulai", "reopenable": "Dapat dibuka kembali",
    "callable": "Dapat dipanggil", "purpose": "Kapan dipilih",
    "rank": "Urutan",
    "formJsonSchemaFilename": "Arsip isian", "formUiSchemaFilename": "Arsip tampilan isian",
    "startsClock": "Memulai jam",
    "stopsClock": "Menghentikan jam", "edge": "Tepi jam",
}  # fmt: skip
