"""The list of finds shows where the words stand on the page, to who may read the paper and of no
restricted one (R37).
"""

import io
from collections.abc import Callable
from uuid import UUID, uuid4

import pytest
from PIL import Image

from archive.models import Document
from archive.page_content import Box, PageMarks, PageText
from tests.integration.archive.reader import keep_reading
from tests.integration.services import desk, scans
from workflow_app.domain import SYSTEM, AccessLevel, Actor, NotFound
from workflow_app.services.core.unit_of_work import Works
from workflow_app.services.documents import documents, search

WORD = "zamrudkelana"


@pytest.fixture
def found(works: Works, budi: Actor, sktlk: str) -> UUID:
    """A paper of Budi's case on whose lower left the word stands."""
    assert sktlk
    with works.begin(budi) as work:
        data = scans.picture(str(uuid4()))
        paper = documents.upload(
            work, desk.new_case(work).id, element="", label="Surat", data=data
        ).id
        words = [(WORD, 90.0, 100, 800, 200, 20), ("lain", 90.0, 600, 100, 50, 20)]
        page = PageText(1, f"{WORD} lain", 90.0, words, 1000, 1400, "ocr")
        keep_reading(
            work.session, work.blobs, paper, pages=[page], pdf=None, pdf_kind=None,
                thumbnails=[data],
            at=work.clock(),
        )  # fmt: skip
    return paper


def test_r37_a_find_is_shown_on_its_page(works: Works, budi: Actor, found: UUID) -> None:
    with works.begin(budi) as work:
        (hit,) = search.search(work, WORD).hits
        assert (hit.document_id, hit.has_picture) == (found, True)
        content = search.of_find_picture(work, found, 1, WORD)
    picture = Image.open(io.BytesIO(content.data))
    assert (content.media_type, picture.format) == ("image/webp", "WEBP")
    assert picture.width > 3 * picture.height, "some lines of the page"


@pytest.mark.parametrize(
    ("no", "words"), [(1, "takada"), (2, WORD), (0, WORD), (1, ""), (1, "-lain")]
)
def test_what_does_not_stand_there_has_no_picture(
    works: Works, budi: Actor, found: UUID, no: int, words: str
) -> None:
    with works.begin(budi) as work, pytest.raises(NotFound):
        search.of_find_picture(work, found, no, words)


def test_r37_who_may_not_see_the_paper_sees_no_picture(
    works: Works, found: UUID, tono: Actor, person: Callable[..., Actor]
) -> None:
    for stranger in (tono, person("lantas", "piket_lantas")):
        with works.begin(stranger) as work, pytest.raises(NotFound):
            search.of_find_picture(work, found, 1, WORD)


def test_r37_of_a_restricted_paper_the_list_shows_no_picture(
    works: Works, budi: Actor, sari: Actor, found: UUID
) -> None:
    with works.begin(SYSTEM) as work:
        work.session.get_one(Document, found).level = AccessLevel.RESTRICTED
    with works.begin(budi) as work:
        (hit,) = search.search(work, WORD).hits
        assert not hit.has_picture
    for who in (budi, sari):
        with works.begin(who) as work, pytest.raises(NotFound):
            search.of_find_picture(work, found, 1, WORD)


def test_the_strip_lies_around_the_word_and_inside_of_the_page() -> None:
    def strip(*boxes: Box) -> tuple[float, ...]:
        made = search.strip_of(PageMarks([], boxes, 1000, 1000))
        left, top, right, bottom = made.part
        assert 0 <= left < right <= 1 and 0 <= top < bottom <= 1
        assert left <= boxes[0].left / 1000 and right >= (boxes[0].left + boxes[0].width) / 1000
        return (*made.part, len(made.marks))

    assert strip(Box(450, 500, 100, 20)) == pytest.approx((0.2, 0.46, 0.8, 0.56, 1))
    assert strip(Box(0, 0, 10, 10))[:2] == (0.0, 0.0)
    assert strip(Box(990, 990, 10, 10))[2:4] == pytest.approx((1.0, 1.0))
    assert strip(Box(0, 500, 1000, 20))[0::2][:2] == (0.0, 1.0), "a line as wide as the page"
    assert strip(Box(450, 500, 100, 20), Box(460, 510, 9, 9), Box(10, 10, 9, 9))[4] == 2
