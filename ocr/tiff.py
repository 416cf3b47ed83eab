"""Measures of a TIFF: walks the chain of directories without decoding, classic and BigTIFF."""

import struct

from ocr.errors import DamagedFile, TooManyPages, TruncatedFile
from ocr.headers import Measure

MOST_TAGS = 2000
"""In one directory; real ones have some dozens."""
_WIDTH, _HEIGHT = 256, 257
_PLACES = ((273, 279), (324, 325))
"""Tags of offsets and byte counts, of strips and of tiles."""
_SIZES = {
    1: 1,
    2: 1,
    3: 2,
    4: 4,
    5: 8,
    6: 1,
    7: 1,
    8: 2,
    9: 4,
    10: 8,
    11: 4,
    12: 8,
    13: 4,
    16: 8,
    17: 8,
    18: 8,
}
_CODES = {1: "B", 3: "H", 4: "I", 13: "I", 16: "Q", 18: "Q"}


def measure(data: bytes, max_pages: int) -> Measure:
    """Pages and the largest page. Stops with `TooManyPages` as soon as there are too many, with `TruncatedFile`
    when pixels or directories lie behind the end, with `DamagedFile` when the chain runs in a circle."""
    walker = _Walker(data)
    at, seen, best = walker.first, set[int](), (0, 0)
    while at:
        if at in seen:
            raise DamagedFile
        seen.add(at)
        if len(seen) > max_pages:
            raise TooManyPages(len(seen), max_pages)
        tags, at = walker.directory(at)
        size = walker.one(tags, _WIDTH), walker.one(tags, _HEIGHT)
        if 0 in size:
            raise DamagedFile
        best = max(best, size, key=lambda each: each[0] * each[1])
        walker.check_pixels(tags)
    return Measure(len(seen), *best)


class _Walker:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self._order = "<" if data[:2] == b"II" else ">"
        self._is_big = data[2:4] in (b"+\x00", b"\x00+")
        (self.first,) = self._unpack("Q", 8) if self._is_big else self._unpack("I", 4)

    def directory(self, at: int) -> tuple[dict[int, tuple[int, int, int]], int]:
        """Tags as (type, count, where the value is), and where the next directory is."""
        head, entry, word = (8, 20, "Q") if self._is_big else (2, 12, "I")
        (count,) = self._unpack("Q" if self._is_big else "H", at)
        if count > MOST_TAGS:
            raise DamagedFile
        if at + head + count * entry > len(self._data):
            raise TruncatedFile
        tags = {}
        for start in range(at + head, at + head + count * entry, entry):
            tag, kind, number = self._unpack("HH" + word, start)
            value = start + 4 + struct.calcsize("<" + word)
            if _SIZES.get(kind, 1) * number > struct.calcsize("<" + word):
                (value,) = self._unpack(word, value)
            tags[tag] = (kind, number, value)
        (following,) = self._unpack(word, at + head + count * entry)
        return tags, following

    def one(self, tags: dict[int, tuple[int, int, int]], tag: int) -> int:
        """The first value of a tag; 0 when it is not there."""
        values = self._values(tags, tag)
        return values[0] if values else 0

    def check_pixels(self, tags: dict[int, tuple[int, int, int]]) -> None:
        """Every strip or tile must lie inside the file."""
        for offsets, counts in _PLACES:
            places = zip(self._values(tags, offsets), self._values(tags, counts), strict=False)
            if any(offset + count > len(self._data) for offset, count in places):
                raise TruncatedFile

    def _values(self, tags: dict[int, tuple[int, int, int]], tag: int) -> tuple[int, ...]:
        kind, number, value = tags.get(tag, (0, 0, 0))
        if kind not in _CODES:
            return ()
        if value + number * _SIZES[kind] > len(self._data):
            raise TruncatedFile
        return self._unpack(f"{number}{_CODES[kind]}", value)

    def _unpack(self, form: str, at: int) -> tuple[int, ...]:
        form = self._order + form
        if at + struct.calcsize(form) > len(self._data):
            raise TruncatedFile
        return struct.unpack_from(form, self._data, at)
