"""Lists of which two people change different rows: what somebody changed of a list, on a list that
somebody else changed. Pure.
"""

from collections.abc import Collection, Hashable, Mapping, Sequence
from difflib import SequenceMatcher
from typing import TypeVar

Member = TypeVar("Member", bound=Hashable)
Name = int | tuple[str, int]
"""Of a line: where it stood before, or what it says and how often the same was added above it."""


def chosen(
    before: Collection[Member], own: Collection[Member], onto: Collection[Member]
) -> set[Member]:
    """The members: `onto`, with what `own` adds to `before` and without what it leaves out."""
    return {*onto} - ({*before} - {*own}) | ({*own} - {*before})


def placed(
    before: Sequence[Member],
    own: Sequence[Member],
    onto: Sequence[Member],
    present: Collection[Member],
) -> list[Member]:
    """The names that are `present` in their order: that of `onto`, unless `own` has put those of
    `before` into another one. What only one of the two has stands behind what it stands behind
    there.
    """
    is_moved = [one for one in own if one in before] != [one for one in before if one in own]
    first, then = (own, onto) if is_moved else (onto, own)
    found = [one for one in first if one in present]
    for no, one in enumerate(then):
        if one in present and one not in found:
            ahead = [other for other in then[:no] if other in found]
            found.insert(found.index(ahead[-1]) + 1 if ahead else 0, one)
    return found


def lines(before: Sequence[str], own: Sequence[str], onto: Sequence[str]) -> list[str]:
    """Lines without a name of their own: one that was typed over is the one that stood there, so
    that of two who type over the same line the later one is read, and of two who add lines both.
    """
    names: list[Name] = list(range(len(before)))
    mine, others = _named(before, own), _named(before, onto)
    said = {
        one: text for one, text in mine.items() if isinstance(one, tuple) or before[one] != text
    }
    present = chosen(names, list(mine), list(others)) | said.keys()
    return [
        said[one] if one in said else others[one]
        for one in placed(names, list(mine), list(others), present)
    ]


def _named(before: Sequence[str], after: Sequence[str]) -> Mapping[Name, str]:
    found: dict[Name, str] = {}
    for kind, start, end, first, last in SequenceMatcher(
        None, before, after, autojunk=False
    ).get_opcodes():
        for no in range(first, last):
            place = start + no - first
            if kind != "insert" and place < end:
                found[place] = after[no]
            else:
                times = sum(isinstance(one, tuple) and one[0] == after[no] for one in found)
                found[after[no], times] = after[no]
    return found
