"""Pages that cannot be read: marked with a reason, and the rest of the document is kept."""

import io
from pathlib import Path

import pikepdf
import pytest
from PIL import Image

from ocr import errors
from ocr.reading import read
from ocr.types import Limits, Options, PageSource, PdfKind, PdfLevel
from tests.unit.ocr import engines, papers


def test_a_blank_page_has_no_words_and_asks_no_engine(tmp_path: Path) -> None:
    options = Options(tesseract_command=engines.engine(tmp_path, "crashes"))
    reading = read(papers.coded(Image.new("L", (1240, 1754), 244)), options)
    assert (reading.pages[0].source, reading.pages[0].text) == (PageSource.BLANK, "")
    assert reading.is_readable
    assert reading.pdf_kind is PdfKind.PICTURE


@pytest.mark.parametrize(
    ("kind", "sentence"),
    [
        ("crashes", "gagal"),
        ("rubbish", "gagal"),
        ("writes_nothing", "gagal"),
        ("hangs", "terlalu lama"),
    ],
)
def test_a_failing_engine_marks_the_page_and_keeps_the_document(
    tmp_path: Path, kind: str, sentence: str
) -> None:
    options = Options(tesseract_command=engines.engine(tmp_path, kind), page_seconds=1)
    reading = read(papers.coded(papers.page()), options)
    (page,) = reading.failed
    assert sentence in page.reason
    assert page.is_retryable
    assert not reading.is_readable
    assert reading.pdf_kind is PdfKind.PICTURE
    assert reading.thumbnails[0]


def test_without_an_engine_a_scan_is_not_read_and_the_error_says_what_to_install(
    tmp_path: Path,
) -> None:
    with pytest.raises(errors.EngineMissing, match="apt install"):
        read(papers.coded(papers.page()), Options(tesseract_command=str(tmp_path / "tidak-ada")))


def test_one_broken_page_does_not_lose_the_others() -> None:
    data = bytearray(papers.tiff([papers.page()] * 3, compression="tiff_adobe_deflate"))
    with Image.open(io.BytesIO(data)) as whole:
        whole.seek(1)
        start = whole.tag_v2[273][0]
    data[start : start + 400] = bytes(400)
    reading = read(bytes(data))
    assert [page.source for page in reading.pages] == [
        PageSource.OCR,
        PageSource.FAILED,
        PageSource.OCR,
    ]
    assert "rusak" in reading.pages[1].reason
    assert not reading.pages[1].is_retryable
    with pikepdf.open(io.BytesIO(reading.pdf or b"")) as copy:
        assert len(copy.pages) == 3
    assert reading.pdf_level is PdfLevel.PLAIN, (
        "the notice in the place of a page is no archived picture"
    )


def test_a_picture_that_passes_the_look_but_does_not_decode_is_a_failed_page() -> None:
    reading = read(papers.png_claiming(3000, 3000))
    assert reading.pages[0].source is PageSource.FAILED
    assert not reading.is_readable


def test_a_page_that_needs_more_memory_than_allowed_fails_by_name() -> None:
    data = papers.coded(Image.new("RGB", (9000, 9000), "white"), "PNG", compress_level=1)
    reading = read(data, Options(limits=Limits(decode_memory=400_000_000)))
    assert reading.pages[0].reason == errors.DecodeOutOfMemory().sentence
