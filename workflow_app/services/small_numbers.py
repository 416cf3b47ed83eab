"""Counts that can be published: small ones are not told, and nothing that is told lets one work them out. Pure.

A total is told exactly and divided up once or more; each division stands for itself, because all of them have nothing in
common but the total. In a division small counts read "<5", and what they hold together, with everything that is counted in the
total only, is one remainder. Other counts join it until a reader who adds and subtracts cannot narrow a small one down, nor
tell whether anything is counted in the total only: none, the smallest one that suffices, or several of the smallest. Where
something may be counted in the total only, a count is in the remainder in any case, so that it tells nothing by being there.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Mark = Literal["exact", "small", "withheld"]


@dataclass(frozen=True)
class Figure:
    """One count as it is told."""

    mark: Mark
    count: int | None
    """None where it is not told."""


@dataclass(frozen=True)
class Division:
    """A total divided up."""

    figures: Mapping[str, Figure]
    remainder: int
    """What the figures that are not told hold together, with what belongs to none; told where the total is."""


def total(count: int, threshold: int) -> Figure:
    """A total by itself. Zero tells of nobody."""
    return Figure("small", None) if 0 < count < threshold else Figure("exact", count)


def divide(counts: Mapping[str, int], undivided: int | None, threshold: int) -> Division:
    """Divide the sum of `counts` and `undivided` by the names of `counts`; `undivided` belongs to none of them.

    Where there can be nothing undivided, and the reader knows that, it is None.
    """
    whole = sum(counts.values()) + (undivided or 0)
    small = {name for name, count in counts.items() if 0 < count < threshold}
    if whole < threshold:
        return _nothing(counts, whole)
    others = [name for count, name in sorted((c, n) for n, c in counts.items() if c >= threshold)]
    choices = [
        set[str](),
        *({name} for name in others),
        *(set(others[:n]) for n in range(2, len(others) + 1)),
    ]
    is_safe = _is_safe_to_divide if undivided is None else _is_safe_beside_undivided
    for withheld in choices:
        remainder = (undivided or 0) + sum(counts[name] for name in small | withheld)
        if is_safe(len(small), len(withheld), remainder, threshold):
            figures = {name: _figure(name, count, small, withheld) for name, count in counts.items()}
            return Division(figures, remainder)
    return _nothing(counts, whole)


def _is_safe_to_divide(small: int, withheld: int, remainder: int, threshold: int) -> bool:
    """Whoever knows the remainder, and how many counts in it are small, still finds every small value possible for each."""
    most = threshold - 1
    if not small:
        return not withheld
    if not withheld:
        return most + (small - 1) <= remainder <= 1 + (small - 1) * most
    return remainder >= most + (small - 1) + withheld * threshold


def _is_safe_beside_undivided(small: int, withheld: int, remainder: int, threshold: int) -> bool:
    """The same, and finds it possible that nothing is undivided. Something is always in the remainder."""
    most = threshold - 1
    if not small:
        return withheld > 0
    if not withheld and remainder > small * most:
        return False
    return remainder >= most + (small - 1) + withheld * threshold


def _figure(name: str, count: int, small: set[str], withheld: set[str]) -> Figure:
    if name in small:
        return Figure("small", None)
    return Figure("withheld", None) if name in withheld else Figure("exact", count)


def _nothing(counts: Mapping[str, int], whole: int) -> Division:
    """No part is told, not even which are small; where there is nothing at all, that is told."""
    mark: Mark = "withheld" if whole else "exact"
    return Division({name: Figure(mark, None if whole else 0) for name in counts}, whole)
