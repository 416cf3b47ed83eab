"""Cards, photos and faded papers are read in the way that suits them, and the better of two ways
wins.
"""

from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont

from ocr import preprocess
from ocr.reading import read
from ocr.types import Options, PageReading, PageSource, PdfKind
from tests.unit.ocr import desks, engines, papers

CARD = (
    ("NIK", ": 9963060101800001"),
    ("Nama", ": WARGA CONTOH MELATI"),
    ("Alamat", ": JALAN CONTOH NOMOR 7"),
    ("Pekerjaan", ": NELAYAN"),
    ("Kewarganegaraan", ": WNI"),
)


def card() -> Image.Image:
    """Labels and values side by side, far apart."""
    image = Image.new("L", (1011, 638), 215)
    draw = ImageDraw.Draw(image)
    font = ImageFont.truetype(str(papers.FONT), 30)
    for no, (label, value) in enumerate(CARD):
        draw.text((36, 100 + no * 90), label, fill=30, font=font)
        draw.text((420, 100 + no * 90), value, fill=30, font=font)
    return image


def page_of(image: Image.Image, **options: object) -> PageReading:
    """The only page of a picture, as it was read."""
    reading = read(papers.coded(image, **options))
    assert reading.pdf_kind is PdfKind.SEARCHABLE
    return reading.pages[0]


def lines_of(page: PageReading) -> list[str]:
    """The lines that hold something."""
    return [line for line in page.text.splitlines() if line.strip()]


def test_a_card_is_read_row_by_row_a_label_beside_its_value() -> None:
    lines = lines_of(page_of(card()))
    assert len(lines) == len(CARD)
    for line, (label, value) in zip(lines, CARD, strict=True):
        assert line.startswith(label)
        assert line.endswith(value.removeprefix(": "))


def test_words_of_a_photo_stand_where_they_are_on_the_photo() -> None:
    page = page_of(desks.photo(card(), desks.LYING), dpi=(72, 72))
    assert (page.width, page.height) == desks.SIZE
    box = next(word.box for word in page.words if word.text == "NELAYAN")
    # Three tenths of the card from its left edge on, six tenths down, as the corners lie.
    assert 0.42 * desks.SIZE[0] < box.left < 0.55 * desks.SIZE[0]
    assert 0.52 * desks.SIZE[1] < box.top < 0.62 * desks.SIZE[1]


def test_a_photo_of_an_empty_paper_is_looked_at_whole_before_it_is_called_blank() -> None:
    """What lies beside the paper may be what was meant."""
    photo = desks.photo(Image.new("L", (1240, 1754), 245))
    font = ImageFont.truetype(str(papers.FONT), 40)
    ImageDraw.Draw(photo).text((200, 1850), "NOMOR RANGKA CONTOH", fill=255, font=font)
    assert read(papers.coded(photo, dpi=(72, 72))).pages[0].source is PageSource.OCR


@pytest.mark.parametrize("ink", [212, 200])
def test_the_last_of_the_toner_is_read(ink: int) -> None:
    page = page_of(papers.page(ink=ink))
    assert "menerangkan telah kehilangan" in page.text
    assert page.confidence and page.confidence > 85


def test_faded_writing_is_darkened_and_its_paper_is_not() -> None:
    prepared = preprocess.prepare(papers.page(ink=205), 300)
    assert prepared.image.getextrema()[0] < 160
    assert prepared.image.getpixel((5, 5)) > 235


def test_a_letter_number_has_its_roman_month(tmp_path: Path) -> None:
    page = page_of(papers.page(lines=("Nomor LP/B/307/XII/2026/SPKT", *papers.LINES)))
    assert "LP/B/307/XII/2026/SPKT" in page.text


def test_a_page_read_with_doubt_is_made_black_and_white_in_another_way(tmp_path: Path) -> None:
    command = engines.unsure(tmp_path, "thresholding_method=0")
    page = read(papers.coded(papers.page()), Options(tesseract_command=command)).pages[0]
    assert "menerangkan telah kehilangan" in page.text


def test_the_first_way_is_kept_when_the_other_is_worse(tmp_path: Path) -> None:
    doubtful = papers.page(lines=("l|I!1l 0O0 ,;.", "~^ ¬¦ rn m"), size=(1240, 500))
    wanted = read(papers.coded(doubtful)).pages[0].text
    command = engines.unsure(tmp_path, "thresholding_method=2")
    page = read(papers.coded(doubtful), Options(tesseract_command=command)).pages[0]
    assert "ragu" not in page.text
    assert page.text == wanted
