"""Measuring pictures from their bytes: right for honest files, and cheap for those made to cost
time and memory.
"""

import struct
import time

import pytest
from PIL import Image

from ocr import errors
from ocr.inspect import inspect
from tests.unit.ocr import hostile, papers
from tests.unit.ocr.bounds import bounded


def gif(width: int, height: int) -> bytes:
    return (
        b"GIF89a" + struct.pack("<HHBBB", width, height, 0, 0, 0) + b"," + bytes(9) + b"\x02\x00;"
    )


def bmp(width: int, height: int) -> bytes:
    return b"BM" + struct.pack("<IIIIiiHHI", 0, 0, 54, 40, width, height, 1, 24, 1) + bytes(30)


def heic(width: int, height: int) -> bytes:
    data = bytearray(papers.coded(Image.new("RGB", (64, 96)), "HEIF"))
    at = data.index(b"ispe") + 8
    data[at : at + 8] = struct.pack(">II", width, height)
    return bytes(data)


def webp(width: int, height: int) -> bytes:
    if not width:
        return (
            b"RIFF\x16\0\0\0WEBPVP8 \x0a\0\0\0"
            + bytes(3)
            + b"\x9d\x01\x2a"
            + struct.pack("<HH", width, height)
        )
    sides = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return b"RIFF\x16\0\0\0WEBPVP8X\x0a\0\0\0" + bytes(4) + sides


def tiff(width: int, height: int) -> bytes:
    return hostile.fax(tags=((256, 4, 1, width), (257, 4, 1, height)))


@pytest.mark.parametrize("claim", [gif, bmp, heic, webp, tiff])
def test_sizes_that_cannot_be_are_refused_from_the_header_of_every_format(claim) -> None:
    with pytest.raises(errors.TooManyPixels, match="3600 megapiksel"):
        inspect(claim(60_000, 60_000))
    with pytest.raises(errors.DamagedFile, match="rusak"):
        inspect(claim(0, 0))


@pytest.mark.parametrize(
    ("directories", "size", "kind"),
    [
        (300, 1_000_000, 1),
        (4, 20_000_000, 1),
        (300, 1_000_000, 3),
        (300, 1_000_000, 4),
        (1, 48_000_000, 4),
    ],
)
def test_a_tiff_whose_pages_share_one_giant_list_of_strips_is_refused_at_once(
    directories: int, size: int, kind: int
) -> None:
    data = hostile.tiff_of_strips(directories, size, kind)
    with bounded(seconds=1, megabytes=20), pytest.raises(errors.DamagedFile):
        inspect(data)


def test_a_tiff_of_300_scans_with_a_strip_for_each_row_is_accepted_and_cheap() -> None:
    data = hostile.tiff_of_strips(300, 4 * 3508, 4)
    with bounded(seconds=5, megabytes=20):
        assert inspect(data).pages == 300


@pytest.mark.parametrize(("tag", "kind"), [(273, 1), (279, 2), (273, 12), (256, 1), (257, 5)])
def test_a_tiff_with_sizes_or_places_of_a_type_that_counts_nothing_is_refused(
    tag: int, kind: int
) -> None:
    with pytest.raises(errors.DamagedFile):
        inspect(hostile.fax(tags=((tag, kind, 1, 8),)))


@pytest.mark.parametrize("made", [hostile.heif_of_boxes, hostile.gif_of_remarks])
def test_small_parts_inside_of_many_large_ones_share_one_budget(made) -> None:
    data = made()
    assert len(data) > 35_000_000
    with bounded(seconds=1, megabytes=20), pytest.raises(errors.DamagedFile):
        inspect(data)


@pytest.mark.parametrize("claim", [papers.png_claiming, papers.jpeg_claiming])
def test_a_decompression_bomb_is_refused_from_its_header_alone(claim) -> None:
    began = time.thread_time()
    with pytest.raises(
        errors.TooManyPixels,
        match=r"60000 x 60000 piksel \(3600 megapiksel\), paling besar 120 megapiksel",
    ):
        inspect(claim(60000, 60000))
    assert time.thread_time() - began < 0.5


@pytest.mark.parametrize("claim", [papers.png_claiming, papers.jpeg_claiming])
@pytest.mark.parametrize("size", [(0, 0), (0, 100), (100, 0)])
def test_a_picture_without_area_is_refused(claim, size: tuple[int, int]) -> None:
    with pytest.raises(errors.DamagedFile):
        inspect(claim(*size))


@pytest.mark.parametrize(
    "data",
    [
        b"\xff\xd8" + b"\xff" * 20_000_000,
        b"\xff\xd8" + b"\xff\xe0\x00\x02" * 5_000_000,
        b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR" + bytes(17) + b"\0\0\0\0tEXt\0\0\0\0" * 2_000_000,
        b"GIF89a\x08\0\x08\0\0\0\0!\xfe" + b"\x01a" * 10_000_000,
        b"GIF89a\x08\0\x08\0\0\0\0" + b"!\xfe\0" * 7_000_000,
        b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0\0\0\x08free" * 2_000_000,
        b"MM\0*\0\0\0\x08\xff\xff" + b"\x01\0\0\x04\0\0\0\x01\0\0\0\x09" * 1_000_000,
    ],
    ids=[
        "jpeg-filler",
        "jpeg-segments",
        "png-chunks",
        "gif-blocks",
        "gif-comments",
        "heif-boxes",
        "tiff-tags",
    ],
)
def test_a_file_of_endless_small_parts_is_refused_quickly(data: bytes) -> None:
    began = time.thread_time()
    with pytest.raises(errors.Refused):
        inspect(data)
    assert time.thread_time() - began < 2
