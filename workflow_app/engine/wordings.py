"""How two versions of one thing read: of a form, a letter, a decision table."""

import difflib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from workflow_app.engine.decisions import DecisionTable
from workflow_app.engine.definitions import LetterSource
from workflow_app.engine.forms import Form
from workflow_app.engine.shared_parts import SHARED

LONGEST = 300
"""Letters of a value that are shown."""
AROUND = 5
"""Words that are shown before and after what differs in a letter."""
FORM_WORDS = {
    "title": "Judul", "intro": "Pengantar", "submit": "Tombol", "next": "Sesudahnya", "summary": "Ringkasan",
    "since": "Ringkasan sejak", "slip": "Slip", "presence": "Tanda terisi",
}  # fmt: skip
FIELD_WORDS = {
    "title": "pertanyaan", "widget": "jenis", "options": "pilihan", "help": "bantuan", "required": "wajib", "personal": "rahasia",
    "control": "menentukan jalannya proses", "default": "isi awal", "visible_if": "tampil bila", "not_before": "paling awal",
    "not_after": "paling akhir", "offered_by": "pilihan dari", "only_by": "hanya oleh", "notice": "catatan tetap",
    "tied_to": "terikat pada", "order": "urutan terhadap isian lain",
    "schema": "batas isian", "parameters": "aturan",
}  # fmt: skip


@dataclass(frozen=True)
class Change:
    """One thing that reads otherwise."""

    what: str
    before: str
    after: str


def changes(old: Mapping[str, str], new: Mapping[str, str]) -> tuple[Change, ...]:
    """What reads otherwise; what is empty on both sides is not there."""
    names = dict.fromkeys([*old, *new])
    pairs = ((name, old.get(name, ""), new.get(name, "")) for name in names)
    return tuple(Change(name, _short(was), _short(becomes)) for name, was, becomes in pairs if was != becomes)


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def form(old: Form, new: Form) -> Iterator[Change]:
    for what in ("title", "intro", "submit", "next", "summary", "since", "slip", "presence"):
        yield from changes(
            {FORM_WORDS[what]: _text(getattr(old, what))}, {FORM_WORDS[what]: _text(getattr(new, what))}
        )
    for name in dict.fromkeys([*new.fields, *old.fields]):
        was, becomes = old.fields.get(name), new.fields.get(name)
        if was is None or becomes is None:
            field = becomes or was
            word = f"Isian “{field.title if field else name}”"
            yield Change(word, "" if was is None else "ada", "" if becomes is None else "ada")
        else:
            told = [{f"Isian “{becomes.title}”, {words}": _text(getattr(f, n)) for n, words in FIELD_WORDS.items()} for f in (was, becomes)]  # fmt: skip
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
            f"Bagian bersama {name.removeprefix(SHARED)}", old.parts.get(name, ""), new.parts.get(name, "")
        )


def _lines(what: str, old: str, new: str) -> Iterator[Change]:
    """Passages of a text that read otherwise, without tags."""
    before, after = _readable(old), _readable(new)
    if old != new and before == after:
        yield Change(f"{what}, susunan", "", "berubah tanpa mengubah kata")
    for tag, a, b, c, d in difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag != "equal":
            was, becomes = _narrowed(" ".join(before[a:b]).split(), " ".join(after[c:d]).split())
            yield Change(what, _short(was), _short(becomes))


def _narrowed(before: list[str], after: list[str]) -> tuple[str, str]:
    """Two passages without the words in which both begin and end, save a few around what differs."""
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
    lines = (re.sub(r"\s+", " ", re.sub(r"<[^<>{}]*>", " ", line)).strip() for line in html.splitlines())
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
    return "; ".join(f"{name}: {'apa saja' if cell is None else cell}" for name, cell in row.items())
