"""Pictures of which a file holds several: pages where they lie side by side, one page where they
are shown one after the other.
"""

import io

import numpy as np
import pillow_heif
import pytest
from PIL import Image

from ocr import errors
from ocr.inspect import inspect
from ocr.reading import read
from ocr.types import Limits, PageSource
from tests.unit.ocr import papers

WORDS = (
    ("Halaman satu: surat pengantar", "dari desa"),
    ("Halaman dua: surat pernyataan", "di atas meterai"),
)


def heic(*images: Image.Image, **options: object) -> bytes:
    file, buffer = pillow_heif.from_pillow(images[0]), io.BytesIO()
    for image in images[1:]:
        file.add_from_pillow(image)
    file.save(buffer, **options)
    return buffer.getvalue()


def test_every_picture_of_a_heic_that_stands_by_itself_is_a_page_in_its_place() -> None:
    pages = [papers.page(lines=lines, size=(1240, 700)).convert("RGB") for lines in WORDS]
    data = heic(*pages, primary_index=1, thumbnails=[128])
    assert inspect(data).pages == 2
    reading = read(data)
    assert [page.source for page in reading.pages] == [PageSource.OCR] * 2
    assert ["pengantar" in page.text for page in reading.pages] == [True, False]
    assert ["pernyataan" in page.text for page in reading.pages] == [False, True]


@pytest.mark.parametrize("number", [1, 2, 5])
def test_as_many_pictures_are_counted_as_the_decoder_finds(number: int) -> None:
    images = [Image.new("RGBA", (64 + 32 * at, 96), (at * 40, 0, 0, 90)) for at in range(number)]
    data = heic(*images, thumbnails=[32], primary_index=number - 1)
    found = inspect(data)
    assert found.pages == len(pillow_heif.open_heif(io.BytesIO(data))) == number
    assert (found.width, found.height) == images[-1].size


def test_hidden_pictures_are_no_pages() -> None:
    data = bytearray(heic(Image.new("RGB", (64, 96)), Image.new("RGB", (96, 96))))
    at = data.rindex(b"infe") + 7
    data[at] = 1
    assert inspect(bytes(data)).pages == len(pillow_heif.open_heif(io.BytesIO(bytes(data)))) == 1


def test_a_heic_of_too_many_pictures_is_refused() -> None:
    data = heic(*[Image.new("RGB", (64, 64))] * 4)
    with pytest.raises(errors.TooManyPages):
        inspect(data, Limits(max_pages=3))


@pytest.mark.parametrize("form", ["GIF", "WEBP", "PNG"])
def test_of_an_animation_the_first_picture_is_the_page_and_that_is_said(form: str) -> None:
    first, second = (papers.page(lines=lines, size=(1240, 700)) for lines in WORDS)
    data = papers.coded(first, form, save_all=True, append_images=[second], duration=400)
    found = inspect(data)
    assert (found.pages, "bergerak" in found.reason) == (1, True)
    reading = read(data)
    assert len(reading.pages) == 1
    assert "pengantar" in reading.pages[0].text
    assert inspect(papers.coded(first, form)).reason == ""


def test_damaged_lists_of_pictures_end_in_an_answer() -> None:
    whole = heic(Image.new("RGB", (64, 96)), Image.new("RGB", (96, 96)), thumbnails=[32])
    head, random = whole.index(b"mdat"), np.random.default_rng(11)
    for _ in range(400):
        data = bytearray(whole)
        for at in random.integers(24, head, 3):
            data[at] = random.integers(256)
        try:
            assert inspect(bytes(data)).pages >= 1
        except errors.Refused:
            continue
