"""Answers that an earlier one ties: who chose a thumb print does not sign on the screen (`tied_to`)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Tie:
    """While an earlier question was answered so, only some answers to this one are taken."""

    element: str
    """The earlier task."""
    field: str
    equals: str
    only: tuple[str, ...]
    sentence: str
    """What the officer reads who answers otherwise."""


def read_tie(ui: Mapping[str, Any]) -> Tie | None:
    """The tie of a field, if it has one. Raises what reading a wrong one raises."""
    given = ui.get("tied_to")
    if given is None:
        return None
    only = tuple(str(answer) for answer in given["only"])
    return Tie(given["element"], given["field"], str(given["equals"]), only, given["sentence"])
