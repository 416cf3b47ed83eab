"""Answers as people read them: option labels instead of codes, WITA instead of UTC.

Sentences of forms with what was answered in their places: for summaries on pages and slips for
citizens. Which characters the installed fonts can show: asked of fontconfig, as the program that
sets the letters does.
"""

import ctypes
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from functools import cache, lru_cache
from typing import Any

from workflow_app.domain import WITA, Answer, Answers
from workflow_app.engine import clocks
from workflow_app.engine.definitions import Definition
from workflow_app.engine.forms import PLACE, Field, Form, places

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
        return (
            _requirements(definition, field, value)
            if field.widget == "requirements"
            else _waiver(value)
        )
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
    """What a service task has found, in words: an instant in the time of the counter; empty when it
    has found nothing.
    """
    text = "" if value is None else str(value)
    try:
        told = datetime.fromisoformat(text)
    except ValueError:
        return text
    return moment(told) if told.tzinfo else text


def outcome(definition: Definition, code: str | None) -> str:
    """How a case ended, in the words of its model: the name of the end event with this outcome."""
    ends = (
        item.name for item in definition.elements.values() if item.properties.get("outcome") == code
    )
    return next(ends, code or "")


def clock(definition: Definition, name: str, edge: str = "") -> str:
    """What a clock measures, in the words of its model (`clockLabel` where the clock starts, at
    this edge when it has several).
    """
    known = [
        e for e in definition.elements.values() if name in e.properties.get("clock", "").split()
    ]
    is_recorded = any(clocks.is_recorded(element, edge) for element in known)
    labels = (
        element.properties["clockLabel"]
        for element in known
        if "clockLabel" in element.properties
        and (not edge or edge in (clocks.named(element) or (edge,)))
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
    """How much there is of a paper: `3 halaman`; of a recording, which has no pages, how long it
    lasts.
    """
    if pages:
        return f"{pages} halaman"
    return "lamanya tidak tercatat" if seconds is None else playing_time(seconds)


def target(value: Any) -> str:
    """A target in words: `10 menit`, `14 hari`, `3 hari kerja`, `3 hari menurut kalender enam
    hari`; empty when there is none.
    """
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
    """`23 November 2026 14.20 WITA`. An instant at the ends of the calendar stays as it is
    written.
    """
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


def this_round(form: Form, shown: Mapping[str, Answers]) -> dict[str, Answers]:
    """The answers that the sentences of a form may use, in the order they were given: those of
    earlier rounds are over.
    """
    elements = list(shown)
    begins = next((element for element in form.since if element in shown), None)
    return {
        element: shown[element] for element in elements[elements.index(begins) if begins else 0 :]
    }


def filled(
    definition: Definition,
    shown: Mapping[str, Answers],
    variables: Mapping[str, Any],
    sentence: str,
) -> str:
    """The sentence in words; empty when an answer it names is not there. Tables and service tasks
    speak of the control variables.
    """
    words = {place: _words(definition, shown, variables, *place) for place in places(sentence)}
    return (
        PLACE.sub(lambda found: words[found[1], found[2]], sentence) if all(words.values()) else ""
    )


def names_variable(definition: Definition, sentences: Iterable[str]) -> bool:
    """True if a sentence names what a decision table says, or what a service task has found."""
    return any(source not in definition.forms for text in sentences for source, _ in places(text))


def _words(
    definition: Definition,
    shown: Mapping[str, Answers],
    variables: Mapping[str, Any],
    source: str,
    name: str,
) -> str:
    if source in definition.decisions:
        return str(_decided(definition, variables, source).get(name) or "")
    if source not in definition.forms:
        return found(variables.get(name))
    return answer(definition, definition.form(source).fields[name], shown.get(source, {}).get(name))


def _decided(
    definition: Definition, variables: Mapping[str, Any], decision: str
) -> Mapping[str, Any]:
    """What a decision table says where the case stands now; nothing before any of its inputs is
    known.
    """
    table = definition.decision(decision)
    known = {name: variables.get(name) for name in table.inputs}
    if all(value is None for value in known.values()):
        return {}
    return next(iter(table.evaluate(known)), {})


LIBRARY = "libfontconfig.so.1"
_UNSEEN = frozenset("\u200c\u200d" + "".join(map(chr, range(0xFE00, 0xFE10))))
"""Joiners and selectors of variants: they change the letter before them and are no letters
themselves.
"""


class _FontSet(ctypes.Structure):
    _fields_ = (
        ("count", ctypes.c_int),
        ("room", ctypes.c_int),
        ("fonts", ctypes.POINTER(ctypes.c_void_p)),
    )


def unshown(text: str) -> str:
    """The first character that no installed font can show; empty when all can be shown."""
    if text.isascii():
        return ""
    return next((character for character in text if not _is_shown(character)), "")


@lru_cache(maxsize=10_000)
def _is_shown(character: str) -> bool:
    if character.isspace() or character in _UNSEEN:
        return True
    library, coverages = _installed()
    return any(library.FcCharSetHasChar(coverage, ord(character)) for coverage in coverages)


@cache
def _installed() -> tuple[ctypes.CDLL, list[ctypes.c_void_p]]:
    """The library, and what each font covers. Kept as long as the process: who installs a font
    starts it again.
    """
    library = ctypes.CDLL(LIBRARY)
    for name in ("FcObjectSetCreate", "FcNameParse"):
        getattr(library, name).restype = ctypes.c_void_p
    library.FcFontList.restype = ctypes.POINTER(_FontSet)
    wanted = ctypes.c_void_p(library.FcObjectSetCreate())
    library.FcObjectSetAdd(wanted, b"charset")
    kind = ctypes.c_void_p(library.FcNameParse(b":scalable=true"))
    found = library.FcFontList(None, kind, wanted).contents
    coverages = []
    for font in found.fonts[: found.count]:
        coverage = ctypes.c_void_p()
        if (
            library.FcPatternGetCharSet(
                ctypes.c_void_p(font), b"charset", 0, ctypes.byref(coverage)
            )
            == 0
        ):
            coverages.append(coverage)
    return library, coverages
