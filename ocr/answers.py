"""Answers of the sandbox are taken in the expected shape only: a decoder that was taken over may say anything."""

from collections.abc import Mapping
from typing import Any

from ocr.errors import DecodeCrashed
from ocr.types import Box, Word

LARGEST = 2_000_000_000
"""Of any number in an answer; what the archive keeps of them is kept in four bytes."""
MOST_WORDS = 50_000
"""Words of one page in an answer. Taking them from a page stops earlier."""


def checked(answer: dict[str, Any], shape: Mapping[str, type]) -> dict[str, Any]:
    """The named fields, each of its type; `DecodeCrashed` when one is missing or of another."""
    found = {name: answer.get(name) for name in shape}
    if not all(_fits(found[name], kind) for name, kind in shape.items()):
        raise DecodeCrashed
    return found


def words(rows: list[Any]) -> tuple[Word, ...]:
    """Words from rows of text, confidence, left, top, width and height."""
    if len(rows) > MOST_WORDS:
        raise DecodeCrashed
    return tuple(_word(row) for row in rows)


def numbers(found: list[Any], count: int) -> list[float]:
    """So many numbers and nothing else."""
    if len(found) != count or not all(_fits(number, float) for number in found):
        raise DecodeCrashed
    return [float(number) for number in found]


def bytes_of(found: list[Any], count: int) -> tuple[int, ...]:
    """So many whole numbers from 0 to 255 and nothing else."""
    if len(found) != count or not all(_fits(number, int) and 0 <= number <= 255 for number in found):
        raise DecodeCrashed
    return tuple(found)


def _word(row: Any) -> Word:
    if not isinstance(row, list) or len(row) != 6 or not _fits(row[0], str):
        raise DecodeCrashed
    text, confidence, *box = row
    if (
        not all(_fits(side, int) for side in box)
        or not _fits(confidence, float)
        or not 0 <= confidence <= 100
    ):
        raise DecodeCrashed
    return Word(text, float(confidence), Box(*box))


def _fits(value: Any, kind: type) -> bool:
    """Not a number fits nowhere, and a whole one may stand for one with a fraction."""
    if type(value) in (int, float):
        return kind in (type(value), float) and -LARGEST <= value <= LARGEST
    return type(value) is kind
