"""Marked excerpts around numbers: the database marks words by their stems and does not know a number that is written otherwise."""

from archive import numbers

MARK_START = "\ue000"
MARK_END = "\ue001"
"""Around a found word in `Hit.snippet`: characters of the private area, which text in the archive never
shows. A page replaces them by `<mark>` and `</mark>` after everything else was escaped."""

AROUND = 90
"""Characters before and after the first number."""


def around_numbers(text: str, keys: frozenset[str]) -> str:
    """The text around the first number that was asked for, with each such number marked; empty when there is none."""
    if not keys:
        return ""
    some = [number for number in numbers.numbers_in(text) if number.kept & keys]
    found = [number for number in some if keys <= number.kept] or some
    if not found:
        return ""
    begin, end = _bounds(text, found[0])
    pieces, position = [], begin
    for number in found:
        if number.end <= end:
            pieces += [text[position : number.start], MARK_START, text[number.start : number.end], MARK_END]
            position = number.end
    excerpt = "".join([*pieces, text[position:end]])
    return f"{'… ' if begin else ''}{excerpt}{' …' if end < len(text) else ''}"


def _bounds(text: str, number: numbers.Number) -> tuple[int, int]:
    """Where the excerpt begins and ends: between words."""
    begin, end = max(number.start - AROUND, 0), min(number.end + AROUND, len(text))
    if begin:
        begin = text.find(" ", begin, number.start) + 1 or number.start
    if end < len(text):
        end = max(text.rfind(" ", number.end, end), number.end)
    return begin, end
