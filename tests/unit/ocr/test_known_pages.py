"""A reading that was broken off: who reads on begins behind it, and the copy has all pages."""

import json
from dataclasses import replace
from pathlib import Path

import pypdfium2 as pdfium
import pytest

from ocr.one_page import ReadPage
from ocr.reading import read
from ocr.types import Options
from tests.unit.ocr import papers


def test_pages_that_are_known_are_not_read_again_and_stand_in_the_copy(tmp_path: Path) -> None:
    data = papers.tiff(
        [
            papers.page(lines=(f"Halaman nomor {word} dari berkas",))
            for word in ("satu", "dua", "tiga")
        ]
    )
    told: list[ReadPage] = []

    class Killed(Exception):
        pass

    def tell(page: ReadPage) -> None:
        told.append(page)
        raise Killed

    with pytest.raises(Killed):
        read(data, Options(workers=1), on_page=tell)
    known = [replace(page, layout=json.loads(json.dumps(page.layout))) for page in told]
    again: list[int] = []
    reading = read(data, known=known, on_page=lambda page: again.append(page.reading.no))

    assert [page.reading.no for page in known] == [1]
    assert sorted(again) == [2, 3]
    copy = tmp_path / "salinan.pdf"
    copy.write_bytes(reading.pdf or b"")
    texts = [pdfium.PdfDocument(copy)[no].get_textpage().get_text_range() for no in range(3)]
    for text, word in zip(texts, ("satu", "dua", "tiga"), strict=True):
        assert word in text
