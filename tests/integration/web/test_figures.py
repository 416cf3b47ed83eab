"""Each number on the board and on the pages of processes leads to exactly so many cases, for
whoever reads it.
"""

import re
from collections.abc import Callable, Iterator
from uuid import UUID

import pytest

from tests.integration.conftest import TestClock
from tests.integration.web.visitor import Visitor
from workflow_app.domain import Actor

PAGES = (
    "/papan",
    "/papan?hari=90",
    "/proses",
    "/proses/sktlk?hari=1",
    "/proses/sktlk?hari=90&versi=1",
)
LISTS = re.compile(r"/papan/berkas|/langkah/[^/]+/(kini|selesai|lewat)")
NUMBER = re.compile(r"\d[\d.]*")


@pytest.fixture
def played(play: Callable[..., UUID], clock: TestClock) -> None:
    """Cases that ended, wait and are late, at several steps."""
    for steps in (None, None, 1, 3, 3, 5, 6):
        play("sktlk_ktp", steps)
        clock.advance(minutes=7)
    clock.advance(minutes=90)


def figures(visitor: Visitor, path: str) -> Iterator[tuple[str, int, str]]:
    """What each figure of a page says, its number, and where it leads."""
    for link in visitor.open(path).page().iter("a"):
        words = " ".join("".join(link.itertext()).split())
        number = NUMBER.search(words)
        if number and LISTS.search(link.get("href") or ""):
            yield words, int(number[0].replace(".", "")), link.get("href")


def listed(visitor: Visitor, path: str | None) -> int:
    """Rows of a list, page by page."""
    rows = 0
    while path:
        page = visitor.open(path).page()
        rows += sum(1 for row in page.iter("tr") if row.get("data-row") is not None)
        path = next(
            (link.get("href") for link in page.iter("a") if link.get("rel") == "next"), None
        )
    return rows


@pytest.mark.usefixtures("played")
@pytest.mark.parametrize("role", ["ka_spkt", "pamapta", "pimpinan", "auditor"])
def test_every_figure_leads_to_as_many_cases(
    role: str, person: Callable[..., Actor], visit: Callable[[str], Visitor]
) -> None:
    person("pembaca", role)
    visitor = visit("pembaca")
    for path in PAGES:
        found = list(figures(visitor, path))
        assert found, path
        assert [one for one in found if listed(visitor, one[2]) != one[1]] == []
