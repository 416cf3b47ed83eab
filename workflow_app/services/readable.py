"""Answers as people read them: option labels instead of codes, WITA instead of UTC."""

from datetime import date, datetime
from typing import Any

from workflow_app.engine.definitions import Definition
from workflow_app.engine.forms import Field
from workflow_app.types import WITA, Answer

MONTHS = (
    "Januari",
    "Februari",
    "Maret",
    "April",
    "Mei",
    "Juni",
    "Juli",
    "Agustus",
    "September",
    "Oktober",
    "November",
    "Desember",
)

DAYS = ("Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu")

OUTCOMES = {
    "selesai": "selesai, surat diserahkan kepada warga",
    "dirujuk": "dirujuk untuk dibuatkan Laporan Polisi",
    "dibatalkan": "dibatalkan",
}


def answer(definition: Definition, field: Field, value: Answer) -> str:
    """One answer in words; empty when there is nothing to say."""
    if value is None or value == "" or value == []:
        return ""
    if isinstance(value, bool):
        return "ya" if value else "tidak"
    if field.widget in ("requirements", "waiver") and isinstance(value, dict):
        return _requirements(definition, field, value) if field.widget == "requirements" else _waiver(value)
    if field.widget == "documents" and isinstance(value, list):
        return f"{len(value)} lembar"
    if field.widget == "signature":
        return "ditandatangani"
    if isinstance(value, list):
        return ", ".join(field.options.get(str(item), str(item)) for item in value)
    text = str(value)
    if field.options:
        return field.options.get(text, text)
    try:
        if field.widget == "date":
            return day(date.fromisoformat(text))
        if field.widget == "datetime":
            return moment(datetime.fromisoformat(text))
    except ValueError:
        return text
    return text


def outcome(code: str | None) -> str:
    """How a case ended, in words."""
    return OUTCOMES.get(code or "", code or "")


def day(value: date) -> str:
    """`23 November 2026`."""
    return f"{value.day} {MONTHS[value.month - 1]} {value.year}"


def long_day(value: date) -> str:
    """`Senin, 23 November 2026`."""
    return f"{DAYS[value.weekday()]}, {day(value)}"


def moment(value: datetime) -> str:
    """`23 November 2026 14.20 WITA`. An instant at the ends of the calendar stays as it is written."""
    try:
        local = value.astimezone(WITA)
    except OverflowError:
        return value.isoformat(" ", "minutes")
    return f"{day(local.date())} {local:%H.%M} WITA"


def _requirements(definition: Definition, field: Field, value: dict[str, Any]) -> str:
    given = sum(1 for line in value.values() if line.get("given"))
    return f"{given} persyaratan diserahkan"


def _waiver(value: dict[str, Any]) -> str:
    word = "diberi" if value.get("decision") == "beri" else "ditolak"
    return f"pengecualian {word}: {value.get('reason', '')}"
