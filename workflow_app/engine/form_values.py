"""Conversion of the strings of a posted HTML form into typed answers, as pure functions.

Nothing is refused here; `form_messages` judges the result. The module normalises typed text and
says which characters are not acceptable, checks the structure of a drawn signature (a PNG picture
in a data address, never decoded here), reads a point on the map (two numbers, or a link shared by a
phone), matches areas given as region codes (`63.06.05` a kecamatan, `63.06.05.1001` a desa or
kelurahan), and reads ISO 8601 durations (`P7D`, `PT10M`).
"""

import base64
import binascii
import re
import struct
import unicodedata
import zlib
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from workflow_app.domain import WITA, Answer

MOST_MARKS = 5
"""Accents and vowel signs allowed on one letter. Arabic and Tibetan need up to four; larger stacks
cover the lines around them.
"""

LONGEST_ORDERED = 100_000
"""A longer text is not normalised; every field refuses it anyway."""

_BREAKS = dict.fromkeys((0x85, 0x2028, 0x2029), "\n")
_SILENT = {0xAD: None, 0x200B: None, 0x2060: None, 0xFEFF: None, 0xA0: " "}
"""Invisible characters that copying from other programs brings along. They have no meaning and are
dropped, or become a space.
"""
_PUT_RIGHT = {**_BREAKS, **_SILENT}

_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_SHOWN_FORMATS = frozenset("\u200c\u200d\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u08e2")
"""Format characters that a name may need: joiners of scripts and emoji, and signs
that are printed.
"""
_LOST = "\ufffd"

_HIDDEN = (
    "Isian memuat karakter tersembunyi (misalnya pembalik arah tulisan), yang tidak boleh "
    "tercetak pada surat. "
    "Hapus, lalu ketik ulang dengan papan ketik."
)
_UNREADABLE = "Sebagian isian ini tidak terbaca (�). Hapus tanda itu, lalu ketik ulang."
_PILED = (
    "Isian memuat huruf dengan tanda bertumpuk, yang tidak dapat dicetak. Hapus, lalu ketik ulang."
)


def normalise(text: str, *, multiline: bool = False) -> str:
    """Return the text in NFC, trimmed, with Unix line ends; without `multiline`, line breaks become
    spaces.
    """
    if not text.isascii() and len(text) <= LONGEST_ORDERED:
        text = text.translate(_PUT_RIGHT)
        # Sorting combining marks takes time quadratic in their number; a stack of them is refused
        # later.
        if not _is_piled(text):
            text = unicodedata.normalize("NFC", text)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return (text if multiline else text.replace("\n", " ")).strip()


def judge_characters(text: str) -> str | None:
    """Return what is wrong with the characters of a text, None if nothing."""
    if _CONTROLS.search(text):
        return _HIDDEN
    if text.isascii():
        return None
    if any(_is_hidden(character) for character in text):
        return _HIDDEN
    if _LOST in text:
        return _UNREADABLE
    return _PILED if _is_piled(text) else None


def _is_hidden(character: str) -> bool:
    """Return whether this is a control character, a surrogate, a private-use or forbidden
    character, or an invisible format character such as a change of direction.
    """
    kind = unicodedata.category(character)
    if kind == "Cf":
        return character not in _SHOWN_FORMATS
    place = ord(character)
    return (
        (kind in ("Cc", "Cs", "Co") and character not in "\n\t")
        or place & 0xFFFE == 0xFFFE
        or 0xFDD0 <= place <= 0xFDEF
    )


def _is_piled(text: str) -> bool:
    marks = 0
    for character in text:
        marks = (
            marks + 1
            if character > "\u02ff" and unicodedata.category(character) in ("Mn", "Me")
            else 0
        )
        if marks > MOST_MARKS:
            return True
    return False


ADDRESS = "data:image/png;base64,"
LONGEST = 400_000
"""Longest data address, in characters."""
LONGEST_SIDE = 2000
"""Longest side in pixels; the pad has 640. A picture of few bytes can claim millions of pixels."""
UNREADABLE = "Tanda tangan tidak terbaca. Hapus, lalu bubuhkan kembali."

_MAGIC = b"\x89PNG\r\n\x1a\n"
_HEAD = struct.Struct(">IIBBBBB")
_FRAME = 12
"""Bytes of a chunk around its content: length, kind and checksum."""


def is_drawing(address: str) -> bool:
    """Return whether this is one whole, small PNG picture by its chunks: header, pixels and end,
    with correct checksums and nothing after the end.

    The pixels are not examined; before a picture is shown, the sandbox renders it anew.
    """
    if not address.startswith(ADDRESS) or len(address) > LONGEST:
        return False
    try:
        picture = base64.b64decode(address.removeprefix(ADDRESS), validate=True)
        chunks = list(_chunks(picture))
    except (binascii.Error, ValueError):
        return False
    kinds = [kind for kind, _ in chunks]
    if not kinds or (kinds[0], kinds[-1]) != (b"IHDR", b"IEND") or b"IDAT" not in kinds:
        return False
    return kinds.count(b"IHDR") == kinds.count(b"IEND") == 1 and _is_of_the_pad(chunks[0][1])


def _chunks(picture: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield kind and content of each chunk. Raises `ValueError` if one is cut off or its checksum
    is wrong.
    """
    if not picture.startswith(_MAGIC):
        raise ValueError("not a PNG")
    at = len(_MAGIC)
    while at < len(picture):
        end = at + int.from_bytes(picture[at : at + 4], "big") + _FRAME
        content, checksum = picture[at + 4 : end - 4], picture[end - 4 : end]
        if end > len(picture) or zlib.crc32(content) != int.from_bytes(checksum, "big"):
            raise ValueError("a damaged chunk")
        yield content[:4], content[4:]
        at = end


def _is_of_the_pad(head: bytes) -> bool:
    """Return whether the header claims what a pad can produce: at most eight bits a channel, no
    interlacing, and plausible sides.
    """
    if len(head) != _HEAD.size:
        return False
    width, height, bits, _, *methods = _HEAD.unpack(head)
    return (
        0 < width <= LONGEST_SIDE and 0 < height <= LONGEST_SIDE and bits <= 8 and not any(methods)
    )


_PAIR = re.compile(
    r"(?<![\d.])(-?\d{1,2}\.\d{3,20})(?:\s*[,;]\s*|\s+|%2C)(?:\+|%2B)?(-?\d{1,3}\.\d{3,20})(?!\d|\.\d)"
)


def read(text: str) -> tuple[float, float] | None:
    """Return the first latitude and longitude found in the text; None when there is
    no such pair.
    """
    for found in _PAIR.finditer(text):
        latitude, longitude = float(found[1]), float(found[2])
        if abs(latitude) <= 90 and abs(longitude) <= 180:
            return latitude, longitude
    return None


def normal(text: str) -> str:
    """Return the pair in the standard notation (`-2.7845, 115.2712`), or the text as typed if it
    holds no pair.
    """
    point = read(text)
    return text if point is None else ", ".join(_written(number) for number in point)


def _written(number: float) -> str:
    """Return a number with four to six decimals, so that it can never look like a time of day."""
    return re.sub("0{1,2}$", "", f"{number:.6f}")


_TRUE = frozenset({"on", "true", "1", "ya"})
_LINE_LISTS = frozenset({"documents"})
_LINE_FLAGS = frozenset({"given", "waive"})
_LINE_TEXTS = frozenset({"number", "issuer", "date", "count", "reason"})
_WAIVER_PARTS = ("line", "decision", "reason")


def read_value(
    name: str, widget: str, schema: Mapping[str, Any], values: Mapping[str, list[str]]
) -> Answer:
    """Return the answer to one field, None when it was left empty."""
    texts = [normalise(text, multiline=widget == "textarea") for text in values.get(name, [])]
    match widget:
        case "note" | "similar":
            return None
        case "requirements":
            return _lines(name, values) or None
        case "waiver":
            parts = {
                part: normalise((values.get(f"{name}.{part}") or [""])[-1])
                for part in _WAIVER_PARTS
            }
            return {part: text for part, text in parts.items() if text} or None
        case "checkbox":
            return bool(texts) and texts[-1].lower() in _TRUE
        case "checkboxes" | "documents" | "members":
            return [text for text in dict.fromkeys(texts) if text] or None
    text = texts[-1] if texts else ""
    return _typed(text, widget, schema.get("type")) if text else None


def _typed(text: str, widget: str, kind: object) -> Answer:
    if widget == "nik":
        return re.sub(r"[\s.-]", "", text)
    if widget == "coordinates":
        return normal(text)
    if widget == "date":
        return _date(text)
    if widget == "datetime":
        return _instant(text)
    if kind == "boolean":
        return text.lower() in _TRUE
    if kind == "integer" and widget != "checkboxes":
        return _number(text)
    return text


def _number(text: str) -> Answer:
    """Return an integer, also from a text with Indonesian thousands separators; any other text is
    returned unchanged for `form_messages`.
    """
    digits = re.sub(r"\s", "", text)
    if re.fullmatch(r"-?\d{1,3}(\.\d{3})+", digits):
        digits = digits.replace(".", "")
    return int(digits) if re.fullmatch(r"-?[0-9]{1,15}", digits) else text


def _date(text: str) -> str:
    """Return an ISO date, also from the usual notation day-month-year."""
    match = re.fullmatch(r"([0-9]{1,2})[-/.]([0-9]{1,2})[-/.]([0-9]{4})", text)
    return f"{match[3]}-{int(match[2]):02d}-{int(match[1]):02d}" if match else text


def _instant(text: str) -> str:
    """Return an ISO instant; a time without an offset is local time of the counter (WITA)."""
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        return text
    return (instant if instant.tzinfo else instant.replace(tzinfo=WITA)).isoformat()


def _lines(name: str, values: Mapping[str, list[str]]) -> dict[str, Answer]:
    """Return the checklist answers from fields named `<name>.<line>.<part>`."""
    lines: dict[str, dict[str, Answer]] = {}
    for key, texts in values.items():
        if not key.startswith(f"{name}.") or not texts:
            continue
        line, _, part = key.removeprefix(f"{name}.").rpartition(".")
        value = _line_part(part, [normalise(text) for text in texts])
        if line and value is not None:
            lines.setdefault(line, {})[part] = value
    return {line: parts for line, parts in lines.items() if parts}


def _line_part(part: str, texts: list[str]) -> Answer:
    if part in _LINE_LISTS:
        return [text for text in dict.fromkeys(texts) if text] or None
    if part in _LINE_FLAGS:
        return texts[-1].lower() in _TRUE or None
    if part not in _LINE_TEXTS or not texts[-1]:
        return None
    if part == "count":
        return _number(texts[-1])
    return _date(texts[-1]) if part == "date" else texts[-1]


def is_within(code: str, area: Collection[str]) -> bool:
    """Return whether a place lies in an area.

    A place known only by its kecamatan counts as inside if part of the kecamatan is in the area: in
    doubt the stricter target applies.
    """
    return any(
        code == part or code.startswith(f"{part}.") or part.startswith(f"{code}.") for part in area
    )


def read_duration(text: str) -> timedelta:
    """Return the time span of a duration; days are the largest unit. Raises `ValueError`."""
    match = re.fullmatch(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?", text)
    if match is None or not any(match.groups()):
        raise ValueError(f"duration {text}")
    days, hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
