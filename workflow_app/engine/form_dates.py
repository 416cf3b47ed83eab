"""Days and instants of forms: what a field offers (`default`), and which are plausible: the bounds every form has, and those
a field declares (`not_before`, `not_after`).
"""

import re
from datetime import UTC, date, datetime, time, timedelta

from workflow_app.engine.durations import read_duration
from workflow_app.types import WITA, Answer

_DAY = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
NOW, OPENED = "now", "opened"
"""Moments that a field can offer: that at which the form is shown, and that at which it was shown first."""
FIRST_YEAR = 1900
FARTHEST = timedelta(days=366)
"""How far ahead a day may lie where the field declares nothing."""

TOLERANCE = timedelta(minutes=5)
"""How far the clock of a counter may run ahead of ours."""

SENTENCE_DATE = "Isi tanggal yang benar, misalnya 31-12-2026."
SENTENCE_INSTANT = "Isi tanggal dan jam yang benar."
_IMPLAUSIBLE = "Tahunnya tidak masuk akal. Tulis tahun dengan empat angka dan periksa kembali."


def offered(widget: str, default: Answer, now: datetime, opened: datetime) -> Answer:
    """What a field starts with: what is written there or, of a day or instant, the moment it names as the counter writes it."""
    moments = {NOW: now, OPENED: opened} if widget in ("date", "datetime") else {}
    if not isinstance(default, str) or default not in moments:
        return default
    local = moments[default].astimezone(WITA).replace(second=0, microsecond=0)
    return local.date().isoformat() if widget == "date" else local.isoformat()


def read_bound(text: str) -> timedelta:
    """How long before now a bound lies: `now`, or a duration such as `P7D`. Raises `ValueError`."""
    return timedelta(0) if text == NOW else read_duration(text)


def is_date(value: object) -> bool:
    """True for an ISO day, `2026-12-31`; other spellings of ISO 8601, by week for example, are none."""
    try:
        return bool(_DAY.fullmatch(str(value)) and date.fromisoformat(str(value)))
    except ValueError:
        return False


def is_instant(text: str) -> bool:
    """True for an ISO instant with its offset."""
    try:
        return datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False


def end_of_day(day: date) -> datetime:
    """The last instant of a day in the time of the counter (WITA)."""
    return datetime.combine(day, time.max, WITA).astimezone(UTC)


def judge_date(text: str, now: datetime | None, not_before: str = "", not_after: str = "") -> str | None:
    """What is wrong with a day, None if nothing. Days are compared in the time of the counter (WITA)."""
    if not is_date(text):
        return SENTENCE_DATE
    day = date.fromisoformat(text)
    today = now.astimezone(WITA).date() if now else None
    if day.year < FIRST_YEAR or (today and day > today + FARTHEST):
        return _IMPLAUSIBLE
    if today and not_after and day > today - read_bound(not_after):
        return _late(read_bound(not_after), "Tanggal")
    if today and not_before and day < today - read_bound(not_before):
        return _early(read_bound(not_before), "Tanggal")
    return None


def judge_instant(text: str, now: datetime | None, not_before: str = "", not_after: str = "") -> str | None:
    """What is wrong with an instant, None if nothing."""
    if not is_instant(text):
        return SENTENCE_INSTANT
    at = datetime.fromisoformat(text)
    if at.year < FIRST_YEAR or (now and at.date() > now.date() + FARTHEST):
        return _IMPLAUSIBLE
    if now and not_after and at > now - read_bound(not_after) + TOLERANCE:
        return _late(read_bound(not_after), "Waktu")
    if now and not_before and at < now - read_bound(not_before):
        return _early(read_bound(not_before), "Waktu")
    return None


def _late(before: timedelta, what: str) -> str:
    if not before:
        return f"{what} ini belum terjadi. Periksa kembali."
    return f"{what} ini terlalu baru: paling lambat {_span(before)} yang lalu."


def _early(before: timedelta, what: str) -> str:
    if not before:
        return f"{what} ini sudah lewat. Periksa kembali."
    return f"{what} ini terlalu lama: paling awal {_span(before)} yang lalu."


def _span(span: timedelta) -> str:
    if span.days:
        return f"{span.days} hari"
    return f"{int(span.total_seconds() // 60)} menit"
