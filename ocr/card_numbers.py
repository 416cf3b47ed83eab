"""The number of an identity card looked at a second time, as digits alone, where the first reading of it is in doubt.

A number has no check digit, but it tells day of birth and sex, which stand on the card too.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from ocr.fields import identity
from ocr.fields.lines import DOUBTFUL, Value, fold, labelled, lines_of
from ocr.fields.types import Field, Proposal
from ocr.types import Box, PageReading, PageSource, Word

LABELS_LEAST = 3
"""So many labels of a card are on what is one, even when it was read badly."""
SURE = 85.0
"""Confidence of the weakest word above which sixteen digits that fit the card are believed."""
AGREED = 80.0
"""Confidence in a number that is told more than once and by all that tell one; else it is `DOUBTFUL`."""
DIGITS, WOMEN = 16, 40
"""WOMEN: what is added to the day of birth of women."""
WIDE = 0.75
"""Of the height of a digit: how wide it is with the room around it, at most."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """A number that was not read surely, and what it is held against."""

    value: Value
    first: Proposal | None
    born: str
    sex: str

    @property
    def place(self) -> Box:
        """Where all sixteen digits stand, also those that were not seen."""
        box = self.value.box
        margin, wide = box.height // 3, round(box.height * WIDE * (DIGITS + 1))
        return Box(
            max(0, box.left - margin),
            max(0, box.top - margin),
            max(box.width + 2 * margin, wide),
            box.height + 2 * margin,
        )


def doubt(words: tuple[Word, ...], width: int, height: int) -> Doubt | None:
    """The number of the card that has these words; None where there is none, or no doubt about it."""
    if not any(fold(word.text.partition(":")[0]) == "nik" for word in words):
        return None
    lines = lines_of(PageReading(1, "", None, words, width, height, PageSource.OCR))
    found = labelled(lines, identity.CARD_LABELS)
    if "nik" not in found or len(found) < LABELS_LEAST:
        return None
    fields = {each.field: each for each in identity.of_card(lines)}
    first, told = fields.get(Field.NIK), {name: each.value for name, each in fields.items()}
    seen = Doubt(found["nik"], first, told.get(Field.BIRTH_DATE, ""), told.get(Field.SEX, ""))
    is_sure = first is not None and first.confidence >= SURE and _fits(seen, first.value)
    return None if is_sure else seen


def decided(seen: Doubt, looks: Sequence[str]) -> Word | None:
    """The number as one word: of the first reading and the looks at it the one that fits the card, or else that most of them
    tell. None when the first one stands as it is.
    """
    told = Counter(digits for digits in looks if _is_number(digits))
    first = seen.first
    if first is not None:
        told[first.value] += 1
    if not told:
        return None
    # Of equals the first one is the earliest: what was read in the page as a whole.
    order = ([first.value] if first else []) + [digits for digits in looks if _is_number(digits)]
    number = max(dict.fromkeys(order), key=lambda each: (_fits(seen, each), told[each]))
    if first is not None and number == first.value and told[number] == 1:
        return None
    agree = len(told) == 1 and told[number] > 1
    return Word(
        number, max(first.confidence if first else 0.0, AGREED) if agree else DOUBTFUL, seen.value.box
    )


def _is_number(digits: str) -> bool:
    return len(digits) == DIGITS and digits.isascii() and digits.isdigit()


def put(text: str, words: tuple[Word, ...], seen: Doubt, number: Word) -> tuple[str, tuple[Word, ...]]:
    """Text and words with the number in the place of what was read there."""
    old = seen.value.words
    at = next((no for no in range(len(words)) if words[no : no + len(old)] == old), None)
    if at is None:
        return text, words
    kept = (*words[:at], number, *words[at + len(old) :])
    return text.replace(seen.value.text, number.text, 1), kept


def _fits(seen: Doubt, number: str) -> bool:
    """Does a number tell a day, and that of the card, and the sex of the card?"""
    day, rest = int(number[6:8]), number[8:12]
    try:
        # The leap years of the last century but its first are those of this one.
        date(2000 + int(rest[2:]), int(rest[:2]), day % WOMEN)
    except ValueError:
        return False
    if seen.born and date.fromisoformat(seen.born).strftime("%d%m%y") != f"{day % WOMEN:02d}{rest}":
        return False
    return not seen.sex or (seen.sex == "perempuan") == (day > WOMEN)
