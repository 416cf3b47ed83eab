"""What stands on one page, in the archive's own words."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PageText:
    """What was read on one page, in the archive's own words (see `archive.models.Page`)."""

    no: int
    text: str
    confidence: float | None
    words: Sequence[tuple[str, float, int, int, int, int]]
    width: int
    height: int
    source: str
    reason: str = ""
    likeness: Sequence[int] | None = None
    corrected: Sequence[int] = ()
    codes: Sequence[str] = ()
