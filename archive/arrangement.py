"""How the pages of a version lie: which page of the original stands where, how it is turned, and where its words are then.

Pure functions; positions count from 1.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from archive.page_text import PageText

TURNS = (90, 180, 270)


class Place(NamedTuple):
    """One page of a version."""

    leaf: int
    """Which page of the original it is."""
    turn: int
    """Degrees clockwise from how it stood when it was read."""
    edition: int
    """The version in which it last changed; 1 is as it was read."""


Places = tuple[Place, ...]


def as_read(pages: int) -> Places:
    """The first version."""
    return tuple(Place(leaf, 0, 1) for leaf in range(1, pages + 1))


def moved(places: Places, position: int, to: int) -> Places:
    """With one page at another place; beyond the ends means at the end."""
    rest = list(places)
    page = rest.pop(_checked(places, position) - 1)
    rest.insert(max(1, min(to, len(places))) - 1, page)
    return tuple(rest)


def without(places: Places, positions: Sequence[int]) -> Places:
    """Without some of the pages. Raises `IndexError` when none would be left."""
    gone = {_checked(places, position) for position in positions}
    kept = tuple(place for position, place in enumerate(places, 1) if position not in gone)
    if not kept:
        raise IndexError
    return kept


def exchanged(places: Places, position: int, place: Place) -> Places:
    """With another page, or the same one changed, at this place."""
    at = _checked(places, position) - 1
    return (*places[:at], place, *places[at + 1 :])


def turned(page: PageText, degrees: int) -> PageText:
    """The page turned clockwise, its words with it."""
    words = [
        (text, sure, *turned_box((left, top, wide, high), page.width, page.height, degrees))
        for text, sure, left, top, wide, high in page.words
    ]
    lies = degrees in (90, 270)
    width, height = (page.height, page.width) if lies else (page.width, page.height)
    return replace(page, words=words, width=width, height=height, likeness=None)


def turned_box(
    box: tuple[int, int, int, int], width: int, height: int, degrees: int
) -> tuple[int, int, int, int]:
    """A box on a page of this size, after the page was turned clockwise."""
    left, top, wide, high = box
    match degrees % 360:
        case 90:
            return height - top - high, left, high, wide
        case 180:
            return width - left - wide, height - top - high, wide, high
        case 270:
            return top, width - left - wide, high, wide
        case _:
            return box


def _checked(places: Places, position: int) -> int:
    if not 1 <= position <= len(places):
        raise IndexError
    return position
