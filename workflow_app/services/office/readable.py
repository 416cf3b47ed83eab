"""Answers as people read them: option labels instead of codes, WITA instead of UTC."""

from datetime import date, datetime, timedelta
from typing import Any

from workflow_app.engine import clock_edges
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

WORKING_DAYS = {"hari_kerja": "hari kerja", "setiap_hari": "hari"}
"""How the days of the calendars that the product comes with are called."""
DAYS = ("Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu")


def answer(definition: Definition, field: Field, value: Answer) -> str:
    """One answer in words; empty when there is nothing to say."""
    if value is None or value == "" or value == []:
        return ""
    if isinstance(value, bool):
        return "ya" if value else "tidak"
    if field.widget in ("requirements", "waiver") and isinstance(value, dict):
        return _requirements(definition, field, value) if field.widget == "requirements" else _waiver(value)
    if field.widget == "documents" and isinstance(value, list):
        return f"{len(value)} {'dokumen' if field.takes_recordings else 'lembar'}"
    if field.widget == "signature":
        return "ditandatangani"
    if isinstance(value, list):
        return ", ".join(field.options.get(str(item), str(item)) for item in value)
    text = str(value)
    if field.options:
        return field.options.get(text, text)
    if field.widget == "date":
        return written_day(text)
    if field.widget == "datetime":
        try:
            return moment(datetime.fromisoformat(text))
        except ValueError:
            return text
    return text


def found(value: Any) -> str:
    """What a service task has found, in words: an instant in the time of the counter; empty when it has found nothing."""
    text = "" if value is None else str(value)
    try:
        told = datetime.fromisoformat(text)
    except ValueError:
        return text
    return moment(told) if told.tzinfo else text


def outcome(definition: Definition, code: str | None) -> str:
    """How a case ended, in the words of its model: the name of the end event with this outcome."""
    ends = (item.name for item in definition.elements.values() if item.properties.get("outcome") == code)
    return next(ends, code or "")


def clock(definition: Definition, name: str, edge: str = "") -> str:
    """What a clock measures, in the words of its model (`clockLabel` where the clock starts, at this edge when it has several)."""
    known = [e for e in definition.elements.values() if name in e.properties.get("clock", "").split()]
    is_recorded = any(clock_edges.is_recorded(element, edge) for element in known)
    labels = (
        element.properties["clockLabel"]
        for element in known
        if "clockLabel" in element.properties
        and (not edge or edge in (clock_edges.named(element) or (edge,)))
    )
    return next(labels, name) + (", menurut saat dicatat" if is_recorded else "")


def duration(span: timedelta) -> str:
    """`45 detik`, `12 menit`, `1 jam 20 menit`, `3 hari 4 jam`. Rounded down."""
    seconds = int(abs(span).total_seconds())
    if seconds < 60:
        return f"{seconds} detik"
    minutes, hours, days = seconds // 60, seconds // 3600, seconds // 86400
    if hours == 0:
        return f"{minutes} menit"
    if days == 0:
        rest = minutes % 60
        return f"{hours} jam {rest} menit" if rest else f"{hours} jam"
    rest = hours % 24
    return f"{days} hari {rest} jam" if rest else f"{days} hari"


def playing_time(seconds: float) -> str:
    """How long a recording lasts: `45 detik`, `2 menit 5 detik`, `1 jam 20 menit`."""
    whole = max(round(seconds), 1)
    if not 60 <= whole < 3600 or whole % 60 == 0:
        return duration(timedelta(seconds=whole))
    return f"{whole // 60} menit {whole % 60} detik"


def extent(pages: int, seconds: float | None) -> str:
    """How much there is of a paper: `3 halaman`; of a recording, which has no pages, how long it lasts."""
    if pages:
        return f"{pages} halaman"
    return "lamanya tidak tercatat" if seconds is None else playing_time(seconds)


def target(value: Any) -> str:
    """A target in words: `10 menit`, `14 hari`, `3 hari kerja`, `3 hari menurut kalender enam hari`; empty when there is none."""
    if isinstance(value, dict):
        name = value["kalender"]
        words = WORKING_DAYS.get(name) or f"hari menurut kalender {name.replace('_', ' ')}"
        return f"{value['hari_kerja']} {words}"
    if value is None:
        return ""
    return duration(timedelta(minutes=value)) if value % 60 == 0 else f"{value} menit"


def may_move(year: int) -> str:
    """Of an end in a year, or beyond one, whose holidays nobody has confirmed."""
    return f"Batas ini dapat bergeser: hari libur {year} belum ditetapkan."


def written_day(text: str | None) -> str:
    """A day as a form keeps it (`2026-11-23`) in words; what is no day stays as it is."""
    try:
        return day(date.fromisoformat(text)) if text else ""
    except ValueError:
        return text or ""


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
