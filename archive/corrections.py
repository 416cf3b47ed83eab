"""Words that a person put right: in the list of words, in the text, and in what is doubted. Pure functions."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from archive.page_text import PageText

DOUBTFUL = 70.0
"""Confidence below which a word is shown to a person. Of clean print hardly one in a hundred is below."""
CERTAIN = 100.0
LONGEST = 200
"""Letters of one word."""

Word = tuple[str, float, int, int, int, int]


def doubtful(page: PageText) -> list[int]:
    """The places of the words that nobody is sure of, in the order of reading."""
    known = set(page.corrected)
    return [place for place, word in enumerate(page.words) if word[1] < DOUBTFUL and place not in known]


def doubts_of(page: PageText) -> int:
    """How many they are."""
    return len(doubtful(page))


def corrected(page: PageText, right: Mapping[int, str]) -> PageText:
    """The page with these words put right, by their places: confirmed where the word is the same, taken away where it is empty.

    Raises `IndexError` for a place that has no word.
    """
    words = list(page.words)
    if any(not 0 <= place < len(words) for place in right):
        raise IndexError
    text = page.text
    spans = _spans(text, [word[0] for word in words])
    for place in sorted(right, reverse=True):
        new, span = _tidy(right[place]), spans[place]
        if span is not None:
            text = _without_gap(text, *span) if not new else text[: span[0]] + new + text[span[1] :]
        elif new and new != words[place][0]:
            # What cannot be found where it stood is found by a search all the same.
            text = f"{text}\n{new}"
        _, _, left, top, width, height = words[place]
        words[place] = (new, CERTAIN, left, top, width, height)
    sure = {*page.corrected, *right}
    kept = [place for place, word in enumerate(words) if word[0]]
    return replace(
        page,
        text=text,
        words=[words[place] for place in kept],
        confidence=_mean([words[place] for place in kept]),
        corrected=[position for position, place in enumerate(kept) if place in sure],
    )


def _spans(text: str, words: Sequence[str]) -> list[tuple[int, int] | None]:
    """Where each word stands in the text: both are in the order of reading."""
    found: list[tuple[int, int] | None] = []
    after = 0
    for word in words:
        at = text.find(word, after) if word else -1
        if at < 0:
            found.append(None)
        else:
            after = at + len(word)
            found.append((at, after))
    return found


def _without_gap(text: str, start: int, end: int) -> str:
    """A word that goes takes one of the spaces around it along."""
    if text[end : end + 1] == " ":
        end += 1
    elif start and text[start - 1] == " ":
        start -= 1
    return text[:start] + text[end:]


def _tidy(word: str) -> str:
    printable = "".join(letter if letter.isprintable() else " " for letter in word)
    return " ".join(printable.split())[:LONGEST]


def _mean(words: Sequence[Word]) -> float | None:
    letters = sum(len(word[0]) for word in words)
    return round(sum(word[1] * len(word[0]) for word in words) / letters, 1) if letters else None
