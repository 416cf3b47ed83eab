"""The first page of a document is read by two processors, each a half of it: nothing is lost at the
cut, and all lies where it lay.
"""

import io
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
from PIL import Image, ImageDraw

from ocr import engine, pages
from ocr.engine import Recognised
from ocr.one_page import ReadPage
from ocr.reading import read
from ocr.types import Options, PageSource, PdfLevel, Reading
from tests.unit.ocr import engines, papers

ABOVE, BELOW = (
    papers.LINES[:5],
    ("Demikian surat ini dibuat", "dengan sebenarnya.", *papers.LINES[4:]),
)


def letter(*, gap: int = 70) -> Image.Image:
    """Two paragraphs, the lower one so many pixels further down."""
    page = Image.new("L", (1240, 1300), 248)
    upper, lower = (
        papers.page(lines=lines).crop((0, 100, 1240, 100 + 78 * len(lines)))
        for lines in (ABOVE, BELOW)
    )
    page.paste(upper, (0, 100))
    page.paste(lower, (0, 100 + upper.height + gap))
    return page


def read_by(readers: int, data: bytes, **options: object) -> Reading:
    return read(data, Options(workers=readers, **options))


def test_two_read_what_one_reads_in_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int] = []
    note_halves(monkeypatch, seen)
    data = papers.coded(letter())
    (alone,), (together,) = read_by(1, data).pages, read_by(2, data).pages
    assert seen == [1], "only the second one was read in halves"
    assert together.text.split() == alone.text.split()
    assert [word.text for word in together.words] == [word.text for word in alone.words]
    for one, other in zip(together.words, alone.words, strict=True):
        places = zip(
            (one.box.left, one.box.top, one.box.width, one.box.height),
            (other.box.left, other.box.top, other.box.width, other.box.height),
            strict=True,
        )
        assert all(abs(here - there) <= 6 for here, there in places), (one, other)


def note_halves(monkeypatch: pytest.MonkeyPatch, seen: list[int]) -> None:
    read_halves = engine.recognise_halves

    def noted(*arguments: object, **named: object) -> Recognised:
        seen.append(1)
        return read_halves(*arguments, **named)

    monkeypatch.setattr(engine, "recognise_halves", noted)


def test_the_copy_has_the_words_of_both_halves_where_they_stand() -> None:
    reading = read_by(2, papers.coded(letter()))
    assert reading.pdf_level is PdfLevel.A_2B
    page = pypdfium2.PdfDocument(reading.pdf or b"")[0]
    text = page.get_textpage()
    high = page.get_height()
    places = []
    for words in ("KETERANGAN", "sebenarnya"):
        index, count = text.search(words).get_next()
        _, bottom, _, top = text.get_charbox(index)
        places.append(1 - (bottom + top) / 2 / high)
        assert count == len(words)
    found = {
        word.text.strip(".,"): (word.box.top + word.box.height / 2) / 1300
        for word in reading.pages[0].words
    }
    assert places == pytest.approx([found["KETERANGAN"], found["sebenarnya"]], abs=0.01)


def test_a_page_is_cut_between_its_paragraphs_and_nowhere_else() -> None:
    page = letter()
    cut = pages.find_cut(page, 300)
    assert 100 + 78 * 5 - 30 < cut < 100 + 78 * 5 + 70
    framed = page.copy()
    ImageDraw.Draw(framed).rectangle((40, 60, 1200, 1260), outline=20, width=4)
    assert pages.find_cut(framed, 300) == 0, "a frame is not cut"
    assert pages.find_cut(letter(gap=0), 300) == 0, "lines of one paragraph stay together"
    assert pages.find_cut(Image.new("L", (1240, 1300), 255), 300) == 0
    assert pages.find_cut(Image.new("L", (3, 2), 0), 300) == 0


def side_by_side(*, wide: int) -> Image.Image:
    """The same letter twice, the left one only so many pixels wide: the gaps of both are level."""
    page = Image.new("L", (2480, 1300), 248)
    page.paste(letter().crop((0, 0, wide, 1300)), (0, 0))
    page.paste(letter(), (wide + 120, 0))
    return page


def test_columns_are_not_cut_across_where_their_gaps_are_level() -> None:
    """The lower half of the first one would be read behind the upper half of the second."""
    assert pages.find_cut(side_by_side(wide=1140), 300) == 0
    assert pages.find_cut(side_by_side(wide=320), 300), "names before what is said are no column"


def test_ink_that_goes_to_the_edges_makes_no_gap_wide() -> None:
    page = Image.new("L", (900, 1200), 0)
    page.paste(248, (300, 0, 900, 1200))
    page.paste(248, (0, 600, 900, 609))
    assert pages.find_cut(page, 300) == 0


def test_a_line_at_the_foot_is_no_half() -> None:
    page = Image.new("L", (1240, 1700), 248)
    page.paste(papers.page(lines=papers.LINES[:5]).crop((0, 100, 1240, 490)), (0, 100))
    page.paste(papers.page(lines=papers.LINES[:1]).crop((0, 100, 1240, 178)), (0, 1500))
    assert pages.find_cut(page, 300) == 0


def test_halves_that_cannot_be_read_are_read_as_a_whole(tmp_path: Path) -> None:
    command = engines.fails_for(tmp_path, "bawah")
    reading = read_by(2, papers.coded(letter()), tesseract_command=command)
    assert [page.source for page in reading.pages] == [PageSource.OCR]
    assert "sebenarnya" in reading.pages[0].text


def test_the_first_page_is_heard_of_before_any_other_and_all_are_read_once() -> None:
    heard: list[int] = []

    def hear(page: ReadPage) -> None:
        heard.append(page.reading.no)

    pages = [letter(gap=70 + 10 * no) for no in range(4)]
    reading = read(papers.picture_pdf(*pages), Options(workers=2), on_page=hear)
    assert heard[0] == 1
    assert sorted(heard) == [1, 2, 3, 4]
    assert all("sebenarnya" in page.text for page in reading.pages)
    with pikepdf.open(io.BytesIO(reading.pdf or b"")) as copy:
        assert len(copy.pages) == 4
