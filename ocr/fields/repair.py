"""Digits, days and names as they were printed, from what an engine has made of them."""

import re
from datetime import date

from ocr.fields.lines import fold, likeness

_DIGITS = str.maketrans("OoQDIilL|!ZzSsBbGgq", "0000111111225588699")
_MONTHS = (
    "Januari", "Februari", "Maret", "April", "Mei", "Juni",
    "Juli", "Agustus", "September", "Oktober", "November", "Desember",
)  # fmt: skip
_FOLDED = tuple(fold(month) for month in _MONTHS)
_MONTH_LIKE = 0.75
_NUMERIC_DAY = re.compile(
    r"\b([\dOolI|]{1,2})\s?[-/.]\s?([\dOolI|]{1,2})\s?[-/.]\s?([12IlZ|][\dOolI|SB]{3})\b", re.ASCII
)
_WRITTEN_DAY = re.compile(r"\b([\dOolI|]{1,2})\s+([A-Za-z01|]{3,10})\s+([12IlZ|][\dOolI|SB]{3})\b", re.ASCII)


def digits(text: str) -> str:
    """Letters that engines read in the place of digits, as these digits; everything keeps its place."""
    return text.translate(_DIGITS)


def find_day(text: str) -> tuple[date, int, int] | None:
    """The first day that the text tells, and from where to where it does."""
    for match in sorted((*_NUMERIC_DAY.finditer(text), *_WRITTEN_DAY.finditer(text)), key=re.Match.start):
        day, month, year = match.groups()
        number = int(digits(month)) if digits(month).isdigit() else _month(month)
        try:
            return date(int(digits(year)), number, int(digits(day))), match.start(), match.end()
        except ValueError:
            continue
    return None


def _month(word: str) -> int:
    """1 to 12; 0 for a word that is no month."""
    read = fold(word)
    scores = [likeness(read, month) for month in _FOLDED]
    best = max(scores)
    return scores.index(best) + 1 if best >= _MONTH_LIKE else 0
