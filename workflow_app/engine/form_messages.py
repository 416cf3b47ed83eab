"""Judgement of answers: one plain Indonesian sentence for each field that cannot be accepted.

The rule of a checklist is here too (R54, R55): when a line is fulfilled, and the state of the whole
list. Rehearsals and real cases use the same rule. In its functions `given` are the answers to the
lines, and `decided` are the waivers that Ka SPKT has decided (line to granted). A refusal is final:
asking for the same line again does not return it to Ka SPKT.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from jsonschema import Draft202012Validator

from workflow_app.domain import Answer
from workflow_app.engine.form_rules import judge_date
from workflow_app.engine.form_values import UNREADABLE, is_drawing, judge_characters

MAX_TEXT = 500
"""Longest answer of a one-line field whose schema sets no `maxLength`."""

MAX_LONG_TEXT = 10_000
MAX_ITEMS = 50
MAX_LINES = 60

_CHOICES = frozenset({"radio", "select", "checkboxes"})
_FORM = "Isian tidak dapat dibaca. Muat ulang halaman, lalu isi kembali."
_LISTS = {
    "checkboxes": _FORM,
    "documents": "Dokumen tidak dikenali. Unggah kembali.",
    "members": "Pilih anggota dari daftar.",
}
"""Widgets with several answers, and the sentence for an answer that is not a list."""


def sentences(
    fields: Mapping[str, tuple[str, str]],
    schema: Mapping[str, Any],
    answers: Mapping[str, Answer],
    now: datetime | None,
) -> dict[str, str]:
    """Return the sentences by field; `fields` are the visible ones as name to (title, widget)."""
    found: dict[str, str] = {}
    for name, value in answers.items():
        for key, sentence in _judge(
            name, fields[name][1], value, schema.get("properties", {}).get(name, {}), now
        ):
            found.setdefault(key, sentence)
    given = {name: value for name, value in answers.items() if value != []}
    for error in Draft202012Validator(schema).iter_errors(given):
        for key, sentence in _explain(error, fields, given):
            if not any(k == key or k.startswith(f"{key}.") for k in found):
                found[key] = sentence
    return found


def _judge(
    name: str, widget: str, value: Answer, schema: Mapping[str, Any], now: datetime | None
) -> Iterator[tuple[str, str]]:
    """Yield what JSON Schema cannot check about an answer."""
    match value:
        case dict() if widget == "requirements":
            yield from _judge_lines(name, value, now)
        case dict() if widget == "waiver":
            yield from _judge_waiver(name, value)
        case list() if widget in _LISTS:
            if any(
                not isinstance(item, str) or (widget != "checkboxes" and not _is_uuid(item))
                for item in value
            ):
                yield name, _LISTS[widget]
            elif len(value) > MAX_ITEMS:
                yield name, f"Paling banyak {MAX_ITEMS} butir."
        case str() if widget == "signature":
            if not is_drawing(value):
                yield name, UNREADABLE
        case str():
            limit = schema.get("maxLength") or (MAX_LONG_TEXT if widget == "textarea" else MAX_TEXT)
            yield from ((name, sentence) for sentence in _judge_text(value, limit))
            if sentence := _judge_kind(widget, value):
                yield name, sentence
        case dict() | list():
            yield name, _FORM


def judge_text(text: str, limit: int) -> str | None:
    """Return what is wrong with a free text, None if nothing."""
    if len(text) > limit:
        return f"Isian terlalu panjang: paling banyak {limit} karakter."
    return judge_characters(text)


def _judge_text(text: str, limit: int) -> Iterator[str]:
    if sentence := judge_text(text, limit):
        yield sentence


def _judge_kind(widget: str, text: str) -> str | None:
    match widget:
        case "nik" if not re.fullmatch(r"[0-9]{1,20}", text):
            return "NIK hanya terdiri atas angka, 16 angka. Periksa kembali pada KTP atau KK."
        case "tel" if not re.fullmatch(r"\+?[0-9][0-9 ()./-]{1,24}", text):
            return "Isi nomor telepon dengan angka, misalnya 0812-0000-0000."
        case "email" if not re.fullmatch(r"[^@\s]{1,64}@[^@\s]{1,190}\.[^@\s.]{2,}", text):
            return "Alamat surel tidak lengkap, misalnya nama@contoh.id."
        case "number":
            return "Isi dengan bilangan bulat."
    return None


def _judge_lines(
    name: str, lines: Mapping[str, Answer], now: datetime | None
) -> Iterator[tuple[str, str]]:
    if len(lines) > MAX_LINES:
        yield name, _FORM
        return
    for line, parts in lines.items():
        if not isinstance(parts, dict):
            yield name, _FORM
            continue
        for part in ("number", "issuer", "reason"):
            text = parts.get(part, "")
            limit = 2000 if part == "reason" else 200
            for sentence in _judge_text(text, limit) if isinstance(text, str) else [_FORM]:
                yield f"{name}.{line}.{part}", sentence
        if "date" in parts and (fault := judge_date(str(parts["date"]), now)):
            yield f"{name}.{line}.date", fault
        count = parts.get("count", 1)
        if not isinstance(count, int) or not 0 <= count <= 999:
            yield f"{name}.{line}.count", "Isi jumlah dengan bilangan bulat."
        documents = parts.get("documents", [])
        if (
            not isinstance(documents, list)
            or len(documents) > MAX_ITEMS
            or not all(map(_is_uuid, documents))
        ):
            yield f"{name}.{line}.documents", "Dokumen tidak dikenali. Unggah kembali."
        if parts.get("waive") and not parts.get("reason"):
            yield f"{name}.{line}.reason", "Tulis alasan permintaan pengecualian."


def _judge_waiver(name: str, parts: Mapping[str, Answer]) -> Iterator[tuple[str, str]]:
    if not isinstance(parts.get("line"), str):
        yield f"{name}.line", "Pilih syarat yang diputuskan."
    if parts.get("decision") not in ("beri", "tolak"):
        yield f"{name}.decision", "Pilih beri atau tolak."
    reason = parts.get("reason")
    if not isinstance(reason, str) or not reason:
        yield f"{name}.reason", "Tulis alasan keputusan."
    else:
        yield from ((f"{name}.reason", sentence) for sentence in _judge_text(reason, 2000))


def _explain(
    error: Any, fields: Mapping[str, tuple[str, str]], answers: Mapping[str, Answer]
) -> Iterable[tuple[str, str]]:
    """Yield field and sentence for a JSON Schema error; a hidden field is never missing."""
    if error.validator == "required" and not error.absolute_path:
        missing = [name for name in error.validator_value if name not in answers and name in fields]
        return [(name, _missing(*fields[name])) for name in missing]
    if not error.absolute_path:
        return [] if error.validator == "additionalProperties" else [("", _FORM)]
    name = str(error.absolute_path[0])
    if name not in fields:
        return []
    return [(name, _sentence(error.validator, error.validator_value, *fields[name]))]


def _missing(title: str, widget: str) -> str:
    label = title.rstrip("?:. ")
    match widget:
        case "radio" | "select" | "checkboxes":
            return f"Pilih jawaban untuk “{label}”."
        case "checkbox":
            return f"Centang “{label}” bila sudah dilakukan."
        case "members":
            return f"Pilih paling sedikit seorang anggota untuk “{label}”."
        case "documents":
            return f"Tambahkan file untuk “{label}”."
        case "signature":
            return f"Bubuhkan tanda tangan pada “{label}”."
    return f"Isi “{label}”."


def _sentence(rule: str, limit: Any, title: str, widget: str) -> str:
    match rule:
        case "minLength":
            return f"Isian terlalu pendek: paling sedikit {limit} karakter."
        case "maxLength":
            return f"Isian terlalu panjang: paling banyak {limit} karakter."
        case "minimum":
            return f"Angka paling kecil {limit}."
        case "maximum":
            return f"Angka paling besar {limit}."
        case "minItems":
            return _missing(title, widget) if limit == 1 else f"Pilih paling sedikit {limit}."
        case "maxItems":
            return f"Pilih paling banyak {limit}."
        case "enum" if widget in _CHOICES:
            return "Pilih salah satu pilihan yang tersedia."
        case "const" if widget == "checkbox":
            return _missing(title, widget)
        case "type" if widget == "number":
            return "Isi dengan bilangan bulat."
    return f"Isian “{title.rstrip('?:. ')}” belum benar. Periksa kembali."


def _is_uuid(value: object) -> bool:
    try:
        return str(UUID(str(value))) == str(value)
    except ValueError:
        return False


COMPLETE, INCOMPLETE, WAIVER_ASKED = "lengkap", "kurang", "minta_pengecualian"
NUMBER = "nomor"
"""Form of evidence (column `bentuk`) that is complete only with its number."""

READ_AS: Mapping[str, tuple[str, ...]] = {
    "number": ("nomor_sim", "nomor_stnk", "nomor_bpkb", "nomor_surat"),
    "issuer": ("penerbit",),
    "date": ("tanggal_surat",),
}
"""Fields that are read from a document handed in for a checklist line, by the part of the line. The
NIK is absent: the identity block asks for it already.
"""

Lines = Iterable[tuple[str, str, int]]
"""Id, form of evidence (`asli+nomor`) and minimum count of the lines that apply."""


def state(lines: Lines, given: Mapping[str, Mapping[str, Any]], decided: Mapping[str, bool]) -> str:
    """Return `lengkap`, `kurang`, or `minta_pengecualian` while an exception waits for its
    decision.
    """
    gaps = [line for line in lines if gap(*line, given.get(line[0], {}), decided)]
    if not gaps:
        return COMPLETE
    waiting = undecided(given, decided)
    return WAIVER_ASKED if any(line[0] in waiting for line in gaps) else INCOMPLETE


def gap(
    line: str, form: str, minimum: int, given: Mapping[str, Any], decided: Mapping[str, bool]
) -> str:
    """Return why a line is not fulfilled; empty when it is fulfilled or was waived."""
    if decided.get(line):
        return ""
    refused = " Pengecualian ditolak Ka SPKT." if line in decided else ""
    if not given.get("given"):
        return f"Belum diserahkan.{refused}"
    count = given.get("count")
    if minimum > 1 and (count if isinstance(count, int) else 1) < minimum:
        return f"Baru {count or 1} dari paling sedikit {minimum}.{refused}"
    if NUMBER in form.split("+") and not str(given.get("number") or "").strip():
        return f"Nomornya belum diisi.{refused}"
    return ""


def undecided(given: Mapping[str, Mapping[str, Any]], decided: Mapping[str, bool]) -> set[str]:
    """Return the lines for which an exception was requested and not yet decided."""
    return {line for line, parts in given.items() if parts.get("waive") and line not in decided}


def line_answers(value: object) -> dict[str, Mapping[str, Any]]:
    """Return the answers of a checklist by line; empty for any other value."""
    if not isinstance(value, dict):
        return {}
    return {str(line): parts for line, parts in value.items() if isinstance(parts, dict)}
