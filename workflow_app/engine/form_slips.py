"""What a form says about itself in sentences: places that stand for answers, and the slip that is printed for the citizen."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

PLACE = re.compile(r"\{([a-z_0-9]+)\.([a-z_0-9]+)\}")
"""`{element.field}` stands for what was answered there, `{decision.output}` for what the table says to the answers, and
`{service_task.result}` for what that task has found."""


@dataclass(frozen=True)
class Slip:
    """A sheet for the citizen: what, where, when, in rows of a word and a sentence."""

    title: str
    rows: tuple[tuple[str, str], ...]
    """A row whose sentence has a place without an answer is left out."""
    foot: str


def read_slip(ui: Mapping[str, Any]) -> Slip | None:
    """The slip of a form, if it has one. Raises what reading a wrong one raises."""
    given = ui.get("slip")
    if given is None:
        return None
    return Slip(given["title"], tuple((str(word), str(text)) for word, text in given["rows"]), given["foot"])


def places(sentence: str) -> list[tuple[str, str]]:
    """The places of a sentence."""
    return PLACE.findall(sentence)
