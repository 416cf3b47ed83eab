"""Files with flipped bits and missing ends, by seeded chance: always a named answer, never anything
else.
"""

import random

import pytest
from PIL import Image

from ocr.errors import Refused
from ocr.inspect import inspect
from ocr.reading import read
from ocr.types import Options
from tests.unit.ocr import papers

PAPER = papers.page(lines=("Lunas",), size=(400, 300))


def whole(form: str) -> bytes:
    """A small file of the format."""
    if form == "PDF":
        return papers.picture_pdf(PAPER)
    if form == "TIFF":
        return papers.tiff([PAPER, PAPER], compression="tiff_lzw")
    return papers.coded(PAPER.convert("RGB"), form)


def damaged(data: bytes, chance: random.Random) -> bytes:
    """Some bytes changed, mostly in the headers, and sometimes the end gone."""
    changed = bytearray(data)
    for _ in range(chance.choice((1, 3, 20))):
        reach = chance.choice((64, 512, len(changed)))
        changed[chance.randrange(min(reach, len(changed)))] = chance.randrange(256)
    return bytes(changed[: chance.randrange(len(changed))] if chance.random() < 0.2 else changed)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "TIFF", "GIF", "BMP", "WEBP", "HEIF"])
def test_looking_at_a_damaged_picture_accepts_or_refuses_it_by_name(form: str) -> None:
    chance, data, refused = random.Random(form), whole(form), 0
    for _ in range(400):
        try:
            inspect(damaged(data, chance))
        except Refused:
            refused += 1
    assert refused > 20


@pytest.mark.parametrize("form", ["JPEG", "PNG", "TIFF", "GIF", "BMP", "WEBP", "HEIF", "PDF"])
def test_reading_a_damaged_file_answers_or_refuses_it_by_name(form: str) -> None:
    chance, data = random.Random(form), whole(form)
    for _ in range(4):
        try:
            reading = read(damaged(data, chance), Options(page_seconds=20))
        except Refused:
            continue
        assert reading.pages
        assert len(reading.thumbnails) == len(reading.pages)


def test_a_picture_of_one_pixel_is_read() -> None:
    assert read(papers.coded(Image.new("L", (1, 1)), "PNG")).pages[0].text == ""
