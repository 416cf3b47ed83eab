"""Maps that name all (`names_all`) over time: each value tells what it changes, and goes on through those that are still to come. Pure.

They are kept whole, so that a value is read in one look. What one of them changes is where it differs from the value before it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

Told = Mapping[str, Any]


@dataclass(frozen=True)
class Retold:
    """The map from one instant on, as it is now and as it will be."""

    valid_from: datetime
    was: Told
    """What would hold at the instant without the change."""
    will: Told


def retold(
    seed: Told,
    known: Mapping[datetime, Told],
    new: Mapping[datetime, Told],
    gone: datetime | None = None,
) -> list[Retold]:
    """What holds from which instant on once `new` is told in part and the value from `gone` on is taken back: the new ones, and
    every later one that carries them, in their order.
    """
    before, after = dict(seed), dict(seed)
    found = []
    for at in sorted({*known, *new}):
        was = {**seed, **known[at]} if at in known else before
        own = {} if at == gone else {**changed(before, was), **new.get(at, {})}
        before, after = dict(was), {**after, **own}
        if at in new or (at != gone and was != after):
            found.append(Retold(at, was, after))
    return found


def changed(before: Told, after: Told) -> dict[str, Any]:
    """The names that have another value."""
    return {name: value for name, value in after.items() if name not in before or before[name] != value}
