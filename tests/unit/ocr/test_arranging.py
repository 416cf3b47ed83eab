"""Pages arranged anew: in another order, turned, with other words over them, and with nothing of
the pages left out.
"""

import ctypes
import io

import numpy as np
import pikepdf
import pypdfium2
import pytest
from PIL import Image

from ocr.arranging import Leaf, Source, Strip, arrangement, draw_page, put_together
from ocr.errors import PageUnreadable
from ocr.reading import read
from ocr.types import Box, Limits, Options, PdfLevel, Word
from tests.unit.ocr import fed

PDF = "application/pdf"


def stack_of(*pages: Image.Image, form: str = "PDF") -> bytes:
    target = io.BytesIO()
    pages[0].save(target, form, save_all=True, append_images=pages[1:], resolution=150)
    return target.getvalue()


def words_of(pdf: bytes) -> list[str]:
    with pypdfium2.PdfDocument(pdf) as document:
        return [" ".join(page.get_textpage().get_text_bounded().split()) for page in document]


@pytest.fixture(scope="module")
def copy() -> bytes:
    """The searchable copy of two different pages."""
    found = read(
        stack_of(fed.sheet("Surat pengantar pertama"), fed.sheet("Lembar lampiran kedua"))
    ).pdf
    assert found is not None
    return found


def test_pages_change_places_and_keep_their_text_in_an_archival_pdf(copy: bytes) -> None:
    with arrangement([Source([copy[:100], copy[100:]], PDF)], Options()) as opened:
        made = opened.make([Leaf(2, 180), Leaf(1)])
    first, second = words_of(made.pdf)
    assert (
        made.level,
        {"lampiran", "kedua"} <= {*first.split()},
        "pengantar pertama" in second,
    ) == (
        PdfLevel.A_2B,
        True,
        True,
    )
    with pikepdf.open(io.BytesIO(made.pdf)) as pdf:
        assert [page.obj.get("/Rotate", 0) for page in pdf.pages] == [180, 0]


def test_what_is_left_out_is_not_in_the_file(copy: bytes) -> None:
    with arrangement([Source([copy], PDF)], Options()) as opened:
        both, one = opened.make([Leaf(1), Leaf(2)]).pdf, opened.make([Leaf(1)]).pdf
    assert [len(pikepdf.open(io.BytesIO(pdf)).pages) for pdf in (both, one)] == [2, 1]
    assert len(one) < 0.7 * len(both)


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_corrected_words_lie_where_they_stand_and_the_old_ones_are_gone(
    copy: bytes, turn: int
) -> None:
    upright = (1240, 1754) if turn in (0, 180) else (1754, 1240)
    word = Word("Kandangan", 100.0, Box(200, 300, 310, 40))
    with arrangement([Source([copy], PDF)], Options()) as opened:
        made = opened.make([Leaf(1, turn, 0, [word], *upright)])
    assert words_of(made.pdf) == ["Kandangan"]
    assert made.level is PdfLevel.A_2B
    with pypdfium2.PdfDocument(made.pdf) as document:
        page = document[0]
        shown = page.get_size()
        across, down = shown[0] / upright[0], shown[1] / upright[1]
        text = page.get_textpage()
        corners = [text.get_charbox(0), text.get_charbox(8)]
        places = [page_place(page, corner, upright) for corner in corners]
    assert across == pytest.approx(down, rel=0.01)
    left = min(x for (x, _), _ in places)
    right = max(x for _, (x, _) in places)
    assert (left, right) == (pytest.approx(200, abs=6), pytest.approx(510, abs=6))
    assert all(294 <= y <= 346 for box in places for _, y in box)


def page_place(
    page: pypdfium2.PdfPage, box: tuple[float, float, float, float], size: tuple[int, int]
) -> tuple[tuple[int, int], tuple[int, int]]:
    """The upper left and lower right corner of a letter in pixels of the page as it is shown."""
    found = []
    for x, y in (box[:2], box[2:]):
        across, down = ctypes.c_int(), ctypes.c_int()
        pypdfium2.raw.FPDF_PageToDevice(page, 0, 0, *size, 0, x, y, across, down)
        found.append((across.value, down.value))
    xs, ys = sorted(x for x, _ in found), sorted(y for _, y in found)
    return (xs[0], ys[0]), (xs[1], ys[1])


def test_files_become_one_and_pictures_are_pages_too(copy: bytes) -> None:
    tiff = stack_of(fed.sheet(), fed.blank(), form="TIFF")
    with arrangement([Source([copy], PDF), Source([tiff], "image/tiff")], Options()) as opened:
        made = opened.make([Leaf(2), Leaf(1, 90, 1), Leaf(1)]).pdf
    assert len(words_of(made)) == 3
    assert (words_of(made)[1], "pertama" in words_of(made)[2]) == ("", True)


def test_a_page_that_was_turned_is_read_as_it_stands_then() -> None:
    data = stack_of(fed.upside_down(fed.sheet("Undangan rapat koordinasi")))
    with arrangement([Source([data], PDF)], Options()) as opened:
        page = opened.read(1, 180)
    assert "Undangan rapat koordinasi" in page.reading.text
    assert (page.reading.width, page.reading.height) == pytest.approx((1722, 2436), rel=0.5)
    assert page.thumbnail[8:12] == b"WEBP"


def test_a_code_is_seen_on_a_page_that_was_turned() -> None:
    code = "https://contoh.invalid/verifikasi/0000"
    data = stack_of(fed.upside_down(fed.cover(code, "Pindai kode QR di bawah ini")))
    with arrangement([Source([data], PDF)], Options()) as opened:
        page = opened.read(1, 180)
    assert page.reading.codes == (code,)


@pytest.mark.parametrize("turn", [0, 90])
def test_a_page_is_drawn_for_people(copy: bytes, turn: int) -> None:
    drawn = Image.open(io.BytesIO(draw_page(Source([copy], PDF), 2, turn, Limits())))
    longest, shortest = max(drawn.size), min(drawn.size)
    assert (longest, shortest) == (1600, pytest.approx(1131, abs=2))
    assert (drawn.height > drawn.width) == (turn == 0)


def test_a_strip_of_a_page_shows_its_part_with_a_frame_around_the_mark(copy: bytes) -> None:
    whole = Image.open(io.BytesIO(draw_page(Source([copy], PDF), 2, 0, Limits())))
    strip = Strip((0.25, 0.5, 0.75, 0.6), [(0.4, 0.53, 0.6, 0.57)])
    drawn = Image.open(io.BytesIO(draw_page(Source([copy], PDF), 2, 0, Limits(), strip))).convert(
        "RGB"
    )
    assert drawn.size == (
        pytest.approx(whole.width / 2, abs=2),
        pytest.approx(whole.height / 10, abs=2),
    )
    pixels = np.asarray(drawn, np.int16)
    red, _, blue = pixels[drawn.height // 2, round(0.3 * drawn.width) - 3]
    assert red > blue + 60, "the left side of the frame"
    beyond = draw_page(
        Source([copy], PDF), 2, 0, Limits(), Strip((0.9, 0.99, 1.4, 3.0), [(0.0, 0.0, 9.0, 9.0)])
    )
    assert Image.open(io.BytesIO(beyond)).size[0] <= whole.width


def test_a_file_that_is_none_is_no_page() -> None:
    with pytest.raises(PageUnreadable):
        draw_page(Source([b"%PDF-1.7 contoh"], PDF), 1, 0, Limits())


def test_the_same_leaves_are_the_same_bytes(copy: bytes) -> None:
    first, second = (
        put_together([Source([copy], PDF)], [Leaf(2), Leaf(1, 90)], Limits()) for _ in range(2)
    )
    assert first == second
    assert (first.level, first.reason) == ("PDF/A-2b", "")
    with pikepdf.open(io.BytesIO(first.pdf)) as pdf:
        assert pdf.open_metadata().pdfa_status == "2B"
