"""Measures of a HEIC/HEIF picture (phones): walks the boxes of the ISO base media file format."""

import struct
from collections.abc import Iterator

from ocr.errors import DamagedFile, TruncatedFile
from ocr.headers import Measure

MOST_BOXES = 10_000
"""In one file, whatever lies in what; real ones have some hundred."""
_SIZES = (b"iprp", b"ipco", b"ispe")
_PICTURES = frozenset(
    {b"hvc1", b"av01", b"avc1", b"vvc1", b"jpeg", b"j2k1", b"unci", b"grid", b"iden", b"iovl", b"tili"}
)
"""Kinds of items that are pictures, by themselves or put together from others."""
_PARTS = frozenset({b"thmb", b"auxl"})
"""References by which a picture belongs to another one: its preview, its mask, its depth."""
_HIDDEN = 1


def measure(data: bytes) -> Measure:
    """The pictures that stand by themselves, each a page, and the size of the largest of all (tiles and previews are smaller);
    every box must end inside the file."""
    pages, largest, steps = 0, (0, 0), iter(range(MOST_BOXES))
    for kind, start, end in _boxes(data, 0, len(data), steps):
        if kind == b"meta":
            pages += len(_pictures(data, start + 4, end, steps) - _parts(data, start + 4, end, steps))
            sizes = [
                struct.unpack(">II", data[at + 4 : at + 12])
                for at, beyond in _find(data, start + 4, end, _SIZES, steps)
                if beyond - at >= 12
            ]
            largest = max([largest, *sizes], key=lambda size: size[0] * size[1])
    if 0 in largest:
        raise DamagedFile
    return Measure(max(1, pages), *largest)


def _pictures(data: bytes, start: int, end: int, steps: Iterator[int]) -> set[int]:
    """Numbers of the items that are pictures and not hidden, as tiles are."""
    found = set()
    for at, beyond in _find(data, start, end, (b"iinf",), steps):
        entries = at + (6 if data[at] == 0 else 8)
        for kind, entry, entry_end in _boxes(data, entries, beyond, steps):
            version = data[entry] if kind == b"infe" and entry_end - entry >= 12 else 0
            if version < 2 or data[entry + 3] & _HIDDEN:
                continue
            form = ">H2x4s" if version == 2 else ">I2x4s"
            number, item = struct.unpack_from(form, data[entry + 4 : entry_end].ljust(10, b"\0"))
            if item in _PICTURES:
                found.add(number)
    return found


def _parts(data: bytes, start: int, end: int, steps: Iterator[int]) -> set[int]:
    """Numbers of the items that belong to others."""
    found = set()
    for at, beyond in _find(data, start, end, (b"iref",), steps):
        form = ">H" if data[at] == 0 else ">I"
        for kind, reference, reference_end in _boxes(data, at + 4, beyond, steps):
            if kind in _PARTS and reference_end - reference >= 4:
                found.add(struct.unpack_from(form, data, reference)[0])
    return found


def _find(
    data: bytes, start: int, end: int, path: tuple[bytes, ...], steps: Iterator[int]
) -> Iterator[tuple[int, int]]:
    """Where the contents of the boxes at the end of the path begin and end, those that hold a version at least."""
    for kind, inner, inner_end in _boxes(data, start, end, steps):
        if kind == path[0]:
            if len(path) > 1:
                yield from _find(data, inner, inner_end, path[1:], steps)
            elif inner_end - inner >= 4:
                yield inner, inner_end


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
