"""Measures of a HEIC/HEIF picture (phones): walks the boxes of the ISO base media file format."""

import struct
from collections.abc import Iterator

from ocr.errors import DamagedFile, TruncatedFile
from ocr.headers import Measure

MOST_BOXES = 10_000
"""In one file, whatever lies in what; real ones have some hundred."""
_PATH = (b"meta", b"iprp", b"ipco", b"ispe")


def measure(data: bytes) -> Measure:
    """The largest picture in the file (tiles and previews are smaller); every box must end inside the file."""
    largest, steps = (0, 0), iter(range(MOST_BOXES))
    for kind, start, end in _boxes(data, 0, len(data), steps):
        if kind == b"meta":
            sizes = [
                struct.unpack(">II", data[at + 4 : at + 12])
                for at in _find(data, start + 4, end, _PATH[1:], steps)
            ]
            largest = max([largest, *sizes], key=lambda size: size[0] * size[1])
    if 0 in largest:
        raise DamagedFile
    return Measure(1, *largest)


def _find(data: bytes, start: int, end: int, path: tuple[bytes, ...], steps: Iterator[int]) -> Iterator[int]:
    for kind, inner, inner_end in _boxes(data, start, end, steps):
        if kind == path[0]:
            if len(path) > 1:
                yield from _find(data, inner, inner_end, path[1:], steps)
            elif inner_end - inner >= 12:
                yield inner


def _boxes(data: bytes, start: int, end: int, steps: Iterator[int]) -> Iterator[tuple[bytes, int, int]]:
    for _ in steps:
        if start + 8 > end:
            return
        size, kind = struct.unpack_from(">I4s", data, start)
        head = 8
        if size == 1 and start + 16 <= end:
            (size,) = struct.unpack_from(">Q", data, start + 8)
            head = 16
        elif size == 0:
            size = end - start
        if size < head:
            raise DamagedFile
        if start + size > end:
            raise TruncatedFile
        yield kind, start + head, start + size
        start += size
    raise DamagedFile
