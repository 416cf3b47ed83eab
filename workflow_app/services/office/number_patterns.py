"""What numbers on papers look like: which patterns make them, and what they are read by. Pure."""

import re
from collections.abc import Sequence
from string import Formatter
from typing import Any

FIELDS = frozenset({"urut", "bulan", "tahun"})
NEEDS = frozenset({"urut", "tahun"})
"""Without these two, two papers would carry the same number."""
SAMPLES = ((1, 2026), (2, 2027), (1000, 2030))
"""Of a sequence and a year: 1000 is where a pattern could group digits."""


def is_pattern(value: Any) -> bool:
    """May numbers be made with this? It names {urut} and {tahun}, perhaps {bulan}, and nothing else, and the first two stand
    apart from other letters and digits: else nobody could tell them in a number that is typed from paper.
    """
    try:
        fields = {name for _, name, _, _ in Formatter().parse(value) if name is not None}
        return NEEDS <= fields <= FIELDS and all(
            _marks(sequence, year) <= set(parts_of(value.format(urut=sequence, bulan="I", tahun=year)))
            for sequence, year in SAMPLES
        )
    except (AttributeError, TypeError, ValueError, LookupError):
        return False


def parts_of(number: str) -> list[str]:
    """What a number is made of: `DUMAS`, `12`, `XI`, `2026`."""
    return [part.lstrip("0") or "0" for part in re.findall(r"[0-9A-Z]+", number.upper())]


def is_meant(typed: Sequence[str], number: str, sequence: int, year: int) -> bool:
    """Do these parts begin this number, as far as the sequence and the year at least? Never where they do not stand apart."""
    whole, marks = parts_of(number), _marks(sequence, year)
    if not marks <= set(whole):
        return False
    needed = max(whole.index(mark) for mark in marks) + 1
    return len(typed) >= needed and list(typed) == whole[: len(typed)]


def _marks(sequence: int, year: int) -> set[str]:
    return {str(sequence), str(year)}
