"""Counts that can be published: small ones are not told, and nothing that is told lets one work them out. Pure.

A total is told exactly and divided up once or more; each division stands for itself, because all of them have nothing in
common but the total. In a division small counts read "<5", and what they hold together, with everything that is counted in the
total only, is one remainder. Other counts join it until a reader who adds and subtracts cannot narrow a small one down, nor
tell whether anything is counted in the total only: none, the smallest one that suffices, or several of the smallest. Something is
in it in any case, so that a remainder tells nothing by being there.
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


def divide(counts: Mapping[str, int], undivided: int, threshold: int) -> Division:
    """Divide the sum of `counts` and `undivided` by the names of `counts`; `undivided` belongs to none of them."""
    whole = sum(counts.values()) + undivided
    small = {name for name, count in counts.items() if 0 < count < threshold}
    if whole < threshold:
        return _nothing(counts, whole)
    others = [name for count, name in sorted((c, n) for n, c in counts.items() if c >= threshold)]
    choices = [
        set[str](),
        *({name} for name in others),
        *(set(others[:n]) for n in range(2, len(others) + 1)),
    ]
    safe = (choice for choice in choices if _is_safe(counts, small, choice, undivided, threshold))
    withheld = next(safe, None)
    if withheld is None:
        return _nothing(counts, whole)
    figures = {name: _figure(name, count, small, withheld) for name, count in counts.items()}
    return Division(figures, undivided + sum(counts[name] for name in small | withheld))


def _is_safe(
    counts: Mapping[str, int], small: set[str], withheld: set[str], undivided: int, threshold: int
) -> bool:
    """Whoever knows the remainder, and of each hidden count whether it is small, still finds every small value possible for
    each small count, and that nothing is undivided.
    """
    if not small and not withheld:
        return False
    remainder = undivided + sum(counts[name] for name in small | withheld)
    most_small = threshold - 1
    least_of_others = (len(small) - 1) + len(withheld) * threshold
    if small and remainder < most_small + least_of_others:
        return False
    return bool(withheld) or remainder <= len(small) * most_small


def _figure(name: str, count: int, small: set[str], withheld: set[str]) -> Figure:
    if name in small:
        return Figure("small", None)
    return Figure("withheld", None) if name in withheld else Figure("exact", count)


def _nothing(counts: Mapping[str, int], whole: int) -> Division:
    """No part is told, not even which are small; where there is nothing at all, that is told."""
    mark: Mark = "withheld" if whole else "exact"
    return Division({name: Figure(mark, None if whole else 0) for name in counts}, whole)
