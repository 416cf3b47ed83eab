"""Numbers as they are compared: however a number is written, and whatever a reader made of its digits, its keys are the same.

OCR takes O for 0, I and l for 1, S for 5, B for 8. What looks alike is one character in a key, on the paper and in a search.
A letter number is found by any of its parts, a NIK or telephone number with and without gaps, a plate with and without
spaces, a date in figures and in words; all of them also where they go on in the next line. A key begins with a character that no word of the index begins with.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

MOST_KEYS = 600
"""Keys of one page; a table of figures has a few hundred."""
LONGEST = 40

_FOLDED = str.maketrans("OILSB|!", "0115811")
_DIGIT = r"[0-9OoIlSB]"
_MONTHS = (
    "januari", "februari", "maret", "april", "mei", "juni", "juli", "agustus", "september", "oktober", "november", "desember",
)  # fmt: skip
_MONTH = {name[:3]: number for number, name in enumerate(_MONTHS, start=1)} | {"nop": 11, "agt": 8}
_WORD = r"\w+(?:[/.\-]+\w+)*"
_TOKEN = re.compile(rf"\+|{_WORD}")
_DATE = rf"{_DIGIT}{{1,2}}[-/.]{_DIGIT}{{1,2}}[-/.]{_DIGIT}{{4}}"
_SPANS = re.compile(
    rf"""
      (?<!\w)(?P<day>{_DIGIT}{{1,2}})\s+(?P<month>[A-Za-z]{{3,9}})\s+(?P<year>{_DIGIT}{{4}})(?!\w)
    | (?<![\w/.-])(?P<d>{_DIGIT}{{1,2}})(?P<by>[-/.])(?P<m>{_DIGIT}{{1,2}})(?P=by)(?P<y>{_DIGIT}{{4}})(?!\w|[-/.]\w)
    | (?<![\w/.-])(?P<iso>[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}})(?!\w|[-/.]\w)
    | (?<!\w)(?P<plate>[A-Z]{{1,2}}[ \n]?{_DIGIT}{{1,4}}[ \n]?[A-Z]{{1,3}})(?![\w/])
    | (?<![\w/.-])(?P<grouped>\+?{_DIGIT}{{2,}}(?:(?:[ .]|-?\n|-)(?!{_DATE}){_DIGIT}{{2,}}){{1,9}})(?!\w|[-/.]\w)
    | (?<!\w)(?=\S*[0-9]){_WORD}
    """,
    re.VERBOSE,
)
_PIECE = re.compile(r"[^\W_]+")
_HAS_DIGIT = re.compile(r"[0-9]")


@dataclass(frozen=True, slots=True)
class Number:
    """A number in a text, and by what it is found."""

    start: int
    end: int
    wanted: frozenset[str]
    """What a search for it asks for, all of them."""
    kept: frozenset[str]
    """What a paper with it is found by."""


def numbers_in(text: str) -> Iterator[Number]:
    """Every number, from left to right."""
    position = 0
    while match := _SPANS.search(text, position):
        number = _written_in_parts(match)
        position = match.end()
        # What only looked like a date or a plate begins with a word, which is looked at by itself.
        if number is None and (token := _TOKEN.match(text, match.start())) is not None:
            number, position = _of_token(token), token.end()
        if number is not None:
            yield number


def places(text: str, asked: Iterable[frozenset[str]]) -> list[tuple[int, int]]:
    """From where to where the numbers with these keys stand in the text, whole if they do, else in the pieces that follow one
    another, else what there is of them.
    """
    found = set[tuple[int, int]]()
    there = list(numbers_in(text))
    for keys in asked:
        some = [number for number in there if number.kept & keys]
        whole = [_narrowest(text, number, keys) for number in some if keys <= number.kept]
        found.update(whole or _in_pieces(text, some, keys) or ((one.start, one.end) for one in some))
    return sorted(found)


def _narrowest(text: str, number: Number, keys: frozenset[str]) -> tuple[int, int]:
    """What stood beside the number and was taken for a part of it is none."""
    for token in _TOKEN.finditer(text, number.start, number.end):
        if keys <= frozenset(_pieces(_PIECE.findall(token[0]))):
            return token.span()
    return number.start, number.end


def _in_pieces(text: str, some: list[Number], keys: frozenset[str]) -> set[tuple[int, int]]:
    """Numbers with nothing but a line's end and signs between them that together are the one that is asked for."""
    found = set[tuple[int, int]]()
    for first, one in enumerate(some):
        run, seen = [one], one.kept & keys
        for number in some[first + 1 :]:
            if seen >= keys or _PIECE.search(text, run[-1].end, number.start) or number.kept & keys <= seen:
                break
            run.append(number)
            seen |= number.kept & keys
        if seen >= keys:
            found.update((number.start, number.end) for number in run)
    return found


def keys_of(text: str) -> list[str]:
    """By what a paper with this text is found, in order."""
    found = set[str]()
    for number in numbers_in(text):
        found |= number.kept
        if len(found) >= MOST_KEYS:
            break
    return sorted(found)[:MOST_KEYS]


def _written_in_parts(match: re.Match[str]) -> Number | None:
    """A date, a plate, or groups of digits; None for anything else."""
    key = _date_key(match) or _plate_key(match) or _grouped_key(match)
    if key is None:
        return None
    parts = _pieces(piece for piece in _PIECE.findall(match[0]) if _HAS_DIGIT.search(piece))
    return Number(match.start(), match.end(), frozenset({key}), frozenset({key, *parts}))


def _of_token(match: re.Match[str]) -> Number | None:
    if not _HAS_DIGIT.search(match[0]):
        return None
    pieces = frozenset(_pieces(_PIECE.findall(match[0])))
    return Number(match.start(), match.end(), pieces, pieces)


def _pieces(parts: Iterable[str]) -> Iterator[str]:
    """The keys of the parts of a number: folded, and without leading zeros."""
    for piece in parts:
        folded = fold(piece)[:LONGEST]
        yield f"#n{(folded.lstrip('0') or '0') if folded.isdigit() else folded}"


def fold(text: str) -> str:
    """The text with one character for all that look alike."""
    return text.upper().translate(_FOLDED)


def _date_key(match: re.Match[str]) -> str | None:
    if match["iso"]:
        parts = match["iso"].split("-")
    elif match["d"]:
        parts = [fold(match["y"]), fold(match["m"]), fold(match["d"])]
    elif match["day"]:
        name = match["month"].lower()
        known = any(month.startswith(name) for month in _MONTHS) or name in _MONTH
        parts = [fold(match["year"]), str(_MONTH.get(name[:3], 0)) if known else "0", fold(match["day"])]
    else:
        return None
    try:
        return f"#d{date(*map(int, parts)):%Y%m%d}"
    except ValueError:
        return None


def _plate_key(match: re.Match[str]) -> str | None:
    plate = match["plate"]
    if not plate or not _HAS_DIGIT.search(plate):
        return None
    return f"#p{fold(''.join(plate.split()))}"


def _grouped_key(match: re.Match[str]) -> str | None:
    """Groups of digits as one number: a NIK, a telephone number (with the prefix of the country or without)."""
    grouped = match["grouped"]
    if not grouped or len(_HAS_DIGIT.findall(grouped)) * 2 < len(grouped):
        return None
    digits = "".join(_PIECE.findall(fold(grouped)))
    if grouped.startswith("+62"):
        digits = digits[2:]
    return f"#n{digits.lstrip('0')}" if 8 <= len(digits) <= 20 else None
