"""Measures of JPEG, PNG, GIF, BMP and WebP from their headers, and whether the file goes to its end.

Pure reading of bytes: nothing is decoded, so a file of a few hundred bytes that claims 60,000 x 60,000 pixels
costs nothing. TIFF and HEIF have their own modules.
"""

import re
import struct
from collections.abc import Iterator
from typing import NamedTuple

from ocr.errors import DamagedFile, TruncatedFile

STEPS = 250_000
"""Parts of a file walked through at most: no honest file of 50 MB has more, a hostile one has millions."""
_ANIMATION = 0x02
_JPEG_FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
_JPEG_BARE = {0x01, *range(0xD0, 0xD8)}
_MARKER = re.compile(rb"\xff+[^\xff]")
_AFTER_SCAN = re.compile(rb"\xff+[^\x00\xff\xd0-\xd7]")


class Measure(NamedTuple):
    """What the header of a picture says."""

    pages: int
    width: int
    height: int
    is_moving: bool = False
    """Its pictures are shown one after the other: an animation, of which the first is the page."""


def jpeg(data: bytes) -> Measure:
    """Walk the segments up to the end-of-image marker. Data after it (phones add some) is of no interest."""
    size: tuple[int, int] | None = None
    at = 2
    for _ in range(STEPS):
        marker, at = _jpeg_marker(data, at)
        if marker == 0xD9:
            break
        if marker in _JPEG_BARE:
            continue
        length = int.from_bytes(_slice(data, at, 2), "big")
        if length < 2:
            raise DamagedFile
        if marker in _JPEG_FRAMES and size is None:
            height, width = struct.unpack(">HH", _slice(data, at + 3, 4))
            size = (width, height)
        at += length
        if marker == 0xDA:
            found = _AFTER_SCAN.search(data, at)
            if found is None:
                raise TruncatedFile
            at = found.end() - 2
    else:
        raise DamagedFile
    if size is None:
        raise DamagedFile
    return Measure(1, *size)


def png(data: bytes) -> Measure:
    """Walk the chunks up to IEND."""
    if _slice(data, 12, 4) != b"IHDR":
        raise DamagedFile
    width, height = struct.unpack(">II", _slice(data, 16, 8))
    at, has_pixels, is_moving = 8, False, False
    for _ in range(STEPS):
        length, kind = struct.unpack(">I4s", _slice(data, at, 8))
        if kind == b"IEND":
            break
        is_moving = is_moving or kind == b"acTL"
        has_pixels = has_pixels or kind == b"IDAT"
        at += length + 12
    else:
        raise DamagedFile
    if not has_pixels:
        raise DamagedFile
    return Measure(1, width, height, is_moving)


def gif(data: bytes) -> Measure:
    """Walk the blocks up to the trailer. Only the first picture of an animation is a page."""
    width, height, flags = struct.unpack("<HHB", _slice(data, 6, 5))
    at, pictures, steps = 13 + _colour_table(flags), 0, iter(range(STEPS))
    for _ in steps:
        kind = _slice(data, at, 1)
        if kind == b";":
            break
        if kind == b"!":
            at = _skip_blocks(data, at + 2, steps)
        elif kind == b",":
            pictures += 1
            at = _skip_blocks(data, at + 11 + _colour_table(_slice(data, at + 9, 1)[0]), steps)
        else:
            raise DamagedFile
    if not pictures:
        raise DamagedFile
    return Measure(1, width, height, is_moving=pictures > 1)


def bmp(data: bytes) -> Measure:
    """Read the header; uncompressed pixels must all be there."""
    offset, header = struct.unpack("<II", _slice(data, 10, 8))
    if header == 12:
        width, height, _, bits = struct.unpack("<HHHH", _slice(data, 18, 8))
        compression = 0
    else:
        width, height, _, bits, compression = struct.unpack("<iiHHI", _slice(data, 18, 16))
    width, height = abs(width), abs(height)
    if compression in (0, 3) and offset + (width * bits + 31) // 32 * 4 * height > len(data):
        raise TruncatedFile
    return Measure(1, width, height)


def webp(data: bytes) -> Measure:
    """Read the size of the file and of the canvas. Only the first picture of an animation is a page."""
    if int.from_bytes(_slice(data, 4, 4), "little") + 8 > len(data):
        raise TruncatedFile
    kind, body = _slice(data, 12, 4), _slice(data, 20, 10)
    if kind == b"VP8X":
        width, height = (int.from_bytes(body[at : at + 3], "little") + 1 for at in (4, 7))
        return Measure(1, width, height, is_moving=bool(body[0] & _ANIMATION))
    if kind == b"VP8L" and body[0] == 0x2F:
        bits = int.from_bytes(body[1:5], "little")
        return Measure(1, (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1)
    if kind == b"VP8 " and body[3:6] == b"\x9d\x01\x2a":
        width, height = struct.unpack("<HH", body[6:10])
        return Measure(1, width & 0x3FFF, height & 0x3FFF)
    raise DamagedFile


def _slice(data: bytes, at: int, length: int) -> bytes:
    part = data[at : at + length]
    if len(part) < length:
        raise TruncatedFile
    return part


def _jpeg_marker(data: bytes, at: int) -> tuple[int, int]:
    found = _MARKER.match(data, at)
    if found is None:
        raise TruncatedFile if at >= len(data) - 1 else DamagedFile
    return data[found.end() - 1], found.end()


def _colour_table(flags: int) -> int:
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def _skip_blocks(data: bytes, at: int, steps: Iterator[int]) -> int:
    for _ in steps:
        length = _slice(data, at, 1)[0]
        if not length:
            return at + 1
        at += length + 1
    raise DamagedFile
