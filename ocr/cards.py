"""A card as it was printed: engines take its edges and its ground for strokes, and colons of a column for digits."""

import re
import statistics
from collections.abc import Sequence
from dataclasses import replace

from ocr.types import Word

EDGES = frozenset("|\u2014\u2013_~")
"""What is never printed on a card by itself."""
LIKE_A_COLON = frozenset(":12Il|i!;.-=")
COLONS_LEAST = 3
"""So many make a column."""
IN_COLUMN = 0.4
"""Of the height of a line, by which the left edges of colons of one column differ at most."""


def as_printed(text: str, words: Sequence[Word]) -> tuple[str, tuple[Word, ...]]:
    """Text and words of a card without strokes that nobody printed, and with the colons behind its labels."""
    tokens = list(re.finditer(r"\S+", text))
    if [token[0] for token in tokens] != [word.text for word in words]:
        return text, tuple(words)
    column = _column(words)
    spelled = [_spelled(word, column) for word in words]
    pieces, at = [], 0
    for token, new in zip(tokens, spelled, strict=True):
        pieces += [text[at : token.start()], " ".join(new)]
        at = token.end()
    lines = "".join([*pieces, text[at:]]).split("\n")
    tidy = "\n".join(" ".join(line.split()) for line in lines)
    kept = (replace(word, text=each) for word, new in zip(words, spelled, strict=True) for each in new)
    return tidy.strip(), tuple(kept)


def _column(words: Sequence[Word]) -> range:
    """Where the colons of the card begin; nowhere when there are few."""
    lefts = [word.box.left for word in words if word.text == ":"]
    if len(lefts) < COLONS_LEAST:
        return range(0)
    middle = round(statistics.median(lefts))
    reach = round(IN_COLUMN * statistics.median(word.box.height for word in words if len(word.text) > 1))
    return range(middle - reach, middle + reach + 1)


def _spelled(word: Word, column: range) -> list[str]:
    """As it was printed: nothing for what was not, two words where a colon was read as one with its value."""
    if set(word.text) <= EDGES:
        return []
    if word.box.left in column and word.text[0] in LIKE_A_COLON:
        return [":", word.text[1:]] if len(word.text) > 1 else [":"]
    return [word.text]
