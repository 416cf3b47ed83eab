"""How a stack falls into parts: a cover sheet begins one, blank pages are in none."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from ocr.stacks import StackPage


@dataclass(frozen=True)
class Share:
    """Pages that belong together."""

    cover: str | None
    """The code of the cover sheet before them; None for what lay on top without one."""
    pages: tuple[int, ...]


def plan(
    pages: Iterable[StackPage], *, is_cover: Callable[[str], bool], is_genuine: Callable[[str], bool]
) -> list[Share]:
    """The parts in their order. A cover sheet that is not genuine stays with its papers, for a person to look at; one with
    no paper behind it makes no part.
    """
    shares: list[tuple[str | None, list[int]]] = [(None, [])]
    for page in pages:
        cover = next((code for code in page.codes if is_cover(code)), None)
        if cover is not None:
            shares.append((cover, [] if is_genuine(cover) else [page.no]))
        elif not page.is_blank:
            shares[-1][1].append(page.no)
    return [Share(cover, tuple(found)) for cover, found in shares if found]
