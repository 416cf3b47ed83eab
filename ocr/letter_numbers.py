"""Numbers of Indonesian letters: the month before the year is Roman, and engines take its strokes for ones."""

import re

_MONTHS = frozenset(("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII"))
_MONTH = re.compile(r"(?<=/)[IVX1l|!]{1,4}(?=/(?:19|20)\d\d\b)")
_STROKES = str.maketrans("1l|!", "IIII")


def with_roman_months(text: str) -> str:
    """`LP/B/7/X11/2026` with its month as it was written, `XII`. A month that may as well be Arabic stays."""
    return _MONTH.sub(_month, text)


def _month(found: re.Match[str]) -> str:
    read, roman = found[0], found[0].translate(_STROKES)
    is_arabic = read.isdigit() and int(read) <= 12
    return roman if roman in _MONTHS and not is_arabic else read
