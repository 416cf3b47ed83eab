"""Marked excerpts around numbers: the database marks words by their stems and does not know a number that is written otherwise."""

from collections.abc import Iterable

from archive import numbers

MARK_START = "\ue000"
MARK_END = "\ue001"
"""Around a found word in `Hit.snippet`: characters of the private area, which text in the archive never
shows. A page replaces them by `<mark>` and `</mark>` after everything else was escaped."""

AROUND = 90
"""Characters before and after the first number."""


def around_numbers(text: str, asked: Iterable[frozenset[str]]) -> str:
    """The text around the first number that was asked for, with each such number marked; empty when there is none."""
    found = numbers.places(text, asked)
    if not found:
        return ""
    begin, end = _bounds(text, *found[0])
    pieces, position = [], begin
    for first, last in found:
        if position <= first and last <= end:
            pieces += [text[position:first], MARK_START, text[first:last], MARK_END]
            position = last
    excerpt = "".join([*pieces, text[position:end]])
    return f"{'… ' if begin else ''}{excerpt}{' …' if end < len(text) else ''}"


def _bounds(text: str, first: int, last: int) -> tuple[int, int]:
    """Where the excerpt begins and ends: between words."""
    begin, end = max(first - AROUND, 0), min(last + AROUND, len(text))
    if begin:
        begin = text.find(" ", begin, first) + 1 or first
    if end < len(text):
        end = max(text.rfind(" ", last, end), last)
    return begin, end
