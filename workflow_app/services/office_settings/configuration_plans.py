"""Values of one key over time: each tells what it changes, and goes on through those that are still
to come. Pure.

They are kept whole, so that a value is read in one look, each with what it was written over: what
it changes is where the two differ, also where another says the same (decision 0061). Which parts a
value has, the part of the form says that it is made of (decision 0055). A value that says one thing
is said whole.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from workflow_app.services.office_settings import configuration_forms, configuration_keys
from workflow_app.services.office_settings.configuration_parts import Part
from workflow_app.services.office_settings.configuration_sheets import Known

SEED: Mapping[str, Any] = configuration_keys.SEED


@dataclass(frozen=True)
class Entry:
    """One value of a key, and from when on it holds; the values the product comes with hold since
    the SOP.
    """

    key: str
    value: Any
    valid_from: datetime
    set_at: datetime | None = field(default=None, compare=False)
    set_by: UUID | None = field(default=None, compare=False)
    """Who set it; None for what the product comes with, and for who keeps the server."""
    over: Any = field(default=None, compare=False)
    """What it was written over; None: what holds there without it."""


@dataclass(frozen=True)
class Said:
    """A value as somebody said it, and what stood in his form: what he changed is where the two
    differ.
    """

    value: Any
    over: Any = None
    """None: what would hold without it."""


@dataclass(frozen=True)
class Retold:
    """A value as it will be, and what would hold at its instant without the change."""

    entry: Entry
    was: Any
    is_said: bool = False
    """The value there is as it was, but says more: what it was written over is other."""


def over(key: str, before: Any, own: Any, onto: Any) -> Any:
    """What `own` changes of `before`, changed of `onto`. Where nobody else has changed anything it
    is `own` as it was written.
    """
    if onto == before:
        return own
    part = configuration_forms.part(key, Known()) or Part()
    return part.over(before, own, onto)


def said(key: str, before: Any, own: Any, onto: Any) -> Said:
    """The same, for a form that was filled with `before`: what was typed counts as said, also where
    it is so already.
    """
    value = over(key, before, own, onto)
    return Said(value, over(key, own, before, value))


def whole(key: str, told: Any, otherwise: Any) -> Any:
    """A value that was told; of a map that names all, who is not named is what he is otherwise."""
    return {**otherwise, **told} if configuration_keys.names_all(key) else told


def retold(
    key: str, known: Sequence[Entry], new: Sequence[Entry], gone: datetime | None = None
) -> Iterator[Retold]:
    """What holds from which instant on once `new` is told and the value from `gone` on is taken
    back: the new ones, and every later one that goes on with them, in their order. `known` are
    those that the office has set.
    """
    rows = {each.valid_from: each for each in known}
    told = {each.valid_from: each for each in new}
    before = after = SEED.get(key)
    for at in sorted({*rows, *told}):
        row = rows.get(at)
        was = whole(key, row.value, SEED.get(key)) if row else before
        under = whole(key, row.over, SEED.get(key)) if row and row.over is not None else before
        will, stays = after, row is not None and at != gone
        kept, is_said = after, False
        if stays:
            will = over(key, under, was, after)
            kept = over(key, was, under, will)
        if at in told:
            new = whole(key, told[at].value, will)
            typed_over = will if told[at].over is None else whole(key, told[at].over, SEED.get(key))
            own = over(key, will, kept, new)
            kept = own if typed_over == new else over(key, new, typed_over, own)
            will, is_said = new, stays and kept != own
        if at in told or (stays and was != will):
            is_kept = over(key, kept, will, after) == will
            entry = replace(told.get(at) or rows[at], value=will, over=kept if is_kept else None)
            yield Retold(entry, was, is_said)
        before, after = was, will
