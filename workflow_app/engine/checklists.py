"""The rule of a checklist: when a line is fulfilled, and what the whole list amounts to (R54, R55).

One rule for rehearsals and for real cases. `given` are the answers to the lines, `decided` are the waivers Ka SPKT has
decided (line to granted). A refusal is final: asking for the same line again does not bring it back to Ka SPKT.
"""

from collections.abc import Iterable, Mapping
from typing import Any

COMPLETE, INCOMPLETE, WAIVER_ASKED = "lengkap", "kurang", "minta_pengecualian"
NUMBER = "nomor"
"""Form of evidence (column `bentuk`) that is nothing without its number."""

READ_AS: Mapping[str, tuple[str, ...]] = {
    "number": ("nomor_sim", "nomor_stnk", "nomor_bpkb", "nomor_surat"),
    "issuer": ("penerbit",),
    "date": ("tanggal_surat",),
}
"""What is asked of a paper that was handed in at a line, by the part of the line. No NIK: it stands in the identity already."""

Lines = Iterable[tuple[str, str, int]]
"""Id, form (`asli+nomor`) and minimum count of the lines that apply."""


def state(lines: Lines, given: Mapping[str, Mapping[str, Any]], decided: Mapping[str, bool]) -> str:
    """`lengkap`, `kurang`, or `minta_pengecualian` while an exception waits for its decision."""
    gaps = [line for line in lines if gap(*line, given.get(line[0], {}), decided)]
    if not gaps:
        return COMPLETE
    waiting = undecided(given, decided)
    return WAIVER_ASKED if any(line[0] in waiting for line in gaps) else INCOMPLETE


def gap(line: str, form: str, minimum: int, given: Mapping[str, Any], decided: Mapping[str, bool]) -> str:
    """Why a line is not fulfilled; empty when it is, or when it was waived."""
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
    """Lines for which an exception was asked and not yet decided."""
    return {line for line, parts in given.items() if parts.get("waive") and line not in decided}


def line_answers(value: object) -> dict[str, Mapping[str, Any]]:
    """Answers of a checklist by line; empty for anything else."""
    if not isinstance(value, dict):
        return {}
    return {str(line): parts for line, parts in value.items() if isinstance(parts, dict)}
