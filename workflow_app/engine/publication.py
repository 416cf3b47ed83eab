"""What a letter declares about publication (`publication` in its `.json`): how the cases that carry it are counted for the
public (R40). A case counts once it has the letter, whatever becomes of the letter.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from workflow_app.engine.tracking import Mark, read_mark
from workflow_app.errors import InvalidDefinition


@dataclass(frozen=True)
class Counting:
    """By what cases are divided up."""

    channel: tuple[Mark, ...]
    """Choices that say by which way a case came; the newest answer of any of them counts."""
    clock: str
    """It starts when a case is received and stops at the first response; its end is the limit for that."""


def read_publication(meta: Mapping[str, Any], name: str) -> Counting | None:
    """What the settings of a letter declare; None when its cases are not published. Raises `InvalidDefinition`."""
    if "publication" not in meta:
        return None
    try:
        given = meta["publication"]
        channel = tuple(read_mark(text) for text in given["channel"])
        if set(given) != {"channel", "clock"} or not channel or not given["clock"]:
            raise ValueError("channel and clock are needed, and nothing else")
        return Counting(channel, str(given["clock"]))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise InvalidDefinition(detail=f"letters/{name}.json: publication: {error!r}") from error
