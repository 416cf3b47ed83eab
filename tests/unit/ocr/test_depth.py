"""Pictures of more than eight bits: what was light stays light, whatever part of their range they
use.
"""

import io
import struct
from pathlib import Path

import numpy as np
import pikepdf
import pytest
from numpy.typing import NDArray
from PIL import Image

from ocr import pictures
from ocr.reading import read
from ocr.types import PageSource
from tests.unit.ocr import papers

PAGE = np.asarray(papers.page(lines=papers.LINES[:2]))
SIGNED = 2


def deep(pixels: NDArray[np.generic], **tags: int) -> bytes:
    """A TIFF of these dots as they are: Pillow writes neither unsigned numbers of 32 bits nor white
    as nought.
    """
    kind = {"u": 1, "i": SIGNED, "f": 3}[pixels.dtype.kind]
    bits, data = pixels.dtype.itemsize * 8, pixels.tobytes()
    high, wide = pixels.shape
    entries = {256: wide, 257: high, 258: bits, 259: 1, 262: tags.get("photometric", 1), 273: 8}
    entries |= {277: 1, 278: high, 279: len(data)} | ({} if tags.get("is_bare") else {339: kind})
    directory = b"".join(
        struct.pack("<HHII", tag, 4, 1, value) for tag, value in sorted(entries.items())
    )
    head = struct.pack("<2sHI", b"II", 42, 8 + len(data))
    return head + data + struct.pack("<H", len(entries)) + directory + bytes(4)


KINDS = {
    "16 bits": PAGE.astype(np.uint16) * 257,
    "12 bits in 16": PAGE.astype(np.uint16) * 16,
    "16 bits with a sign": PAGE.astype(np.int16) * 128,
    "32 bits": PAGE.astype(np.uint32) * 0x1010101,
    "32 bits with a sign": PAGE.astype(np.int32) * 0x800000,
    "8 bits in 32": PAGE.astype(np.int32),
    "shares of one": PAGE.astype(np.float32) / 255,
    "levels with a point": PAGE.astype(np.float32),
    "a little more than white": PAGE.astype(np.float32) / 240,
    "below nought": PAGE.astype(np.float32) * 4 - 512,
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_page_of_more_than_eight_bits_is_read_and_shown_as_the_page_it_is(kind: str) -> None:
    reading = read(deep(KINDS[kind]))
    assert [page.source for page in reading.pages] == [PageSource.OCR]
    assert "KEHILANGAN" in reading.pages[0].text
    with Image.open(io.BytesIO(reading.thumbnails[0])) as thumbnail:
        assert np.asarray(thumbnail.convert("L")).mean() > 200
    with pikepdf.open(io.BytesIO(reading.pdf or b"")) as copy:
        shown = (
            pikepdf.PdfImage(copy.pages[0].resources.XObject["/Halaman"])
            .as_pil_image()
            .convert("L")
        )
    assert np.abs(np.asarray(shown, np.int16) - PAGE).mean() < 12


@pytest.mark.parametrize(
    "pixels", [KINDS["16 bits"], KINDS["shares of one"]], ids=["16 bits", "shares"]
)
def test_white_may_be_nought(pixels: NDArray[np.generic], tmp_path: Path) -> None:
    turned = pixels.max() - pixels
    path = tmp_path / "terbalik.tif"
    path.write_bytes(deep(turned.astype(pixels.dtype), photometric=0))
    assert np.asarray(pictures.decode(str(path), "image/tiff", 1)).mean() > 200


def test_what_is_no_number_is_paper_and_what_has_no_end_is_white_or_black(tmp_path: Path) -> None:
    pixels = np.full((40, 30), 0.5, np.float32)
    pixels[0, 0], pixels[0, 1], pixels[0, 2] = np.nan, np.inf, -np.inf
    path = tmp_path / "aneh.tif"
    path.write_bytes(deep(pixels))
    page = pictures.decode(str(path), "image/tiff", 1)
    assert [page.getpixel((x, 0)) for x in range(4)] == [255, 255, 0, 127]
    path.write_bytes(deep(pixels, photometric=0))
    page = pictures.decode(str(path), "image/tiff", 1)
    assert [page.getpixel((x, 0)) for x in range(4)] == [255, 0, 255, 128]


def test_numbers_of_which_nothing_is_said_have_no_sign(tmp_path: Path) -> None:
    path = tmp_path / "polos.tif"
    path.write_bytes(deep(KINDS["32 bits"], is_bare=True))
    page = pictures.decode(str(path), "image/tiff", 1)
    assert np.abs(np.asarray(page, np.int16) - PAGE).max() <= 8


def test_a_dark_page_of_few_levels_is_not_made_light(tmp_path: Path) -> None:
    path = tmp_path / "gelap.tif"
    path.write_bytes(deep(np.full((40, 30), 3, np.uint16)))
    assert pictures.decode(str(path), "image/tiff", 1).getextrema() == (3, 3)


def test_a_deep_picture_is_flattened_in_bands_as_it_is_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pixels = np.random.default_rng(5).integers(0, 2**32, (299, 301), np.uint32)
    path = tmp_path / "bising.tif"
    path.write_bytes(deep(pixels))
    whole = pictures.decode_thumbnail(str(path), "image/tiff", 1, 48).tobytes()
    monkeypatch.setattr(pictures, "BAND_PIXELS", 5000)
    assert pictures.decode_thumbnail(str(path), "image/tiff", 1, 48).tobytes() == whole
