"""Counts that can be published: small ones are not told, and nothing that is told lets one work them out. Pure.

A total is told exactly and divided up once or more; each division stands for itself, because all of them have nothing in
common but the total. In a division small counts read "<5", and what they hold together, with everything that is counted in the
total only, is one remainder. The first by name of the other counts joins it, so that a reader who adds and subtracts learns
neither a small count nor whether anything is counted in the total only. The reader knows these rules: which count joins must
not depend on how small the small ones are, and where one would not suffice, no part is told.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Mark = Literal["exact", "small", "withheld"]

FEWEST = 4
"""Names of a division that tells its parts; of fewer, even that nothing is told would tell of the small ones."""
FEWEST_BESIDE_UNDIVIDED = 3
"""The same where something may belong to none of the names."""


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
    others = sorted(name for name, count in counts.items() if count >= threshold)
    is_all_told = not small and undivided is None
    withheld = set() if is_all_told else set(others[:1])
    remainder = (undivided or 0) + sum(counts[name] for name in small | withheld)
    is_hiding = bool(withheld) and remainder >= _least(len(small), threshold)
    fewest = FEWEST if undivided is None else FEWEST_BESIDE_UNDIVIDED
    if whole < threshold or len(counts) < fewest or not (is_all_told or is_hiding):
        return _nothing(counts, whole)
    return Division(
        {name: _figure(name, count, small, withheld) for name, count in counts.items()}, remainder
    )


def _least(small: int, threshold: int) -> int:
    """The smallest remainder, of so many small counts and one that joins, in which each small one may have any small value."""
    return (threshold - 1) + (small - 1) + threshold if small else threshold


def _figure(name: str, count: int, small: set[str], withheld: set[str]) -> Figure:
    if name in small:
        return Figure("small", None)
    return Figure("withheld", None) if name in withheld else Figure("exact", count)


def _nothing(counts: Mapping[str, int], whole: int) -> Division:
    """No part is told, not even which are small; where there is nothing at all, that is told."""
    mark: Mark = "withheld" if whole else "exact"
    return Division({name: Figure(mark, None if whole else 0) for name in counts}, whole)
