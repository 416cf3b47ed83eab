"""Large pictures: whatever their colours are, they fit into the memory of the sandbox and leave
none of this process.
"""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ocr import pictures
from ocr.reading import read
from ocr.types import Limits, Options, PageSource, PdfKind
from tests.unit.ocr import engines, papers
from tests.unit.ocr.bounds import bounded


def test_a_bomb_of_a_few_kilobytes_and_a_hundred_megapixels_is_read_as_the_blank_page_it_is() -> (
    None
):
    data = papers.coded(Image.new("1", (11_000, 10_800), 1), "PNG")
    assert len(data) < 40_000
    with bounded(seconds=5, megabytes=30):
        reading = read(data)
    assert [page.source for page in reading.pages] == [PageSource.BLANK]
    assert reading.pdf_kind is PdfKind.PICTURE


def test_a_transparent_picture_is_read_in_little_more_memory_than_its_pixels_take() -> None:
    data = papers.coded(Image.new("RGBA", (7000, 5000)), "PNG")
    reading = read(data, Options(Limits(decode_memory=750_000_000)))
    assert [page.source for page in reading.pages] == [PageSource.BLANK]
    assert reading.thumbnails[0]
    assert reading.pdf_kind is PdfKind.PICTURE


def test_three_hundred_pages_of_a_tiff_are_all_answered(tmp_path: Path) -> None:
    pages = [papers.page(lines=("Lunas",), size=(300, 240)).convert("1")] * 2 + [
        Image.new("1", (60, 80), 1)
    ] * 298
    command = engines.engine(tmp_path, "fails")
    reading = read(papers.tiff(pages, compression="group4"), Options(tesseract_command=command))
    assert [page.no for page in reading.pages] == list(range(1, 301))
    assert [page.source for page in reading.pages] == [PageSource.FAILED] * 2 + [
        PageSource.BLANK
    ] * 298
    assert all(reading.thumbnails)


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA", "LA", "I;16"])
def test_flattening_in_bands_gives_the_pixels_of_the_whole(
    mode: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    noise = Image.effect_noise((301, 299), 90)
    wide = Image.fromarray(np.asarray(noise).astype(np.uint16) * 256)
    path = tmp_path / "bising.png"
    (wide if mode == "I;16" else noise.convert(mode)).save(path)

    def decoded() -> list[bytes]:
        page = str(path), "image/png", 1
        return [
            each.tobytes()
            for each in (
                pictures.decode(*page), pictures.decode_gray(*page).image,
                    pictures.decode_thumbnail(*page, 48),
            )
        ]  # fmt: skip

    whole = decoded()
    monkeypatch.setattr(pictures, "BAND_PIXELS", 5000)
    assert decoded() == whole
