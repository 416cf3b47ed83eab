"""Measures of a TIFF: walks the chain of directories without decoding, classic and BigTIFF."""

import struct
from collections.abc import Iterator
from itertools import chain
from typing import NamedTuple

from ocr.errors import DamagedFile, TooManyPages, TruncatedFile
from ocr.headers import Measure

MOST_TAGS = 2000
"""In one directory; real ones have some dozens."""
MOST_PLACES = 4_000_000
"""Places and lengths of strips and tiles in one file: 300 pages of A4 with a strip for each row have half as many."""
_WIDTH, _HEIGHT = 256, 257
_PLACES = ((273, 279), (324, 325))
"""Tags of offsets and byte counts, of strips and of tiles."""
_WANTED = {_WIDTH, _HEIGHT, *chain(*_PLACES)}
_CODES = {3: "H", 4: "I", 16: "Q"}
"""Whole numbers of 2, 4 and 8 bytes: the only types that sizes and places may have."""


class _Tag(NamedTuple):
    code: str
    number: int
    at: int


def measure(data: bytes, max_pages: int) -> Measure:
    """Pages and the largest page. Stops with `TooManyPages` as soon as there are too many, with `TruncatedFile`
    when pixels or directories lie behind the end, with `DamagedFile` when the chain runs in a circle or the strips
    are more than an honest file has."""
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
        self._data = memoryview(data)
        self._order = "<" if data[:2] == b"II" else ">"
        self._is_big = data[2:4] in (b"+\x00", b"\x00+")
        self._places_left = MOST_PLACES
        (self.first,) = self._unpack("Q", 8) if self._is_big else self._unpack("I", 4)

    def directory(self, at: int) -> tuple[dict[int, _Tag], int]:
        """The tags of interest, and where the next directory is."""
        head, entry, word = (8, 20, "Q") if self._is_big else (2, 12, "I")
        (count,) = self._unpack("Q" if self._is_big else "H", at)
        if count > MOST_TAGS:
            raise DamagedFile
        end = at + head + count * entry
        (following,) = self._unpack(word, end)
        tags = {}
        entries = struct.iter_unpack(f"{self._order}HH{word}{word}", self._data[at + head : end])
        for place, (tag, kind, number, value) in enumerate(entries):
            if tag not in _WANTED:
                continue
            if kind not in _CODES:
                raise DamagedFile
            code, room = _CODES[kind], struct.calcsize("<" + word)
            is_inside = struct.calcsize("<" + code) * number <= room
            tags[tag] = _Tag(code, number, at + head + (place + 1) * entry - room if is_inside else value)
        return tags, following

    def one(self, tags: dict[int, _Tag], name: int) -> int:
        """The first value of a tag; 0 when it is not there."""
        tag = tags.get(name)
        return self._unpack(tag.code, tag.at)[0] if tag and tag.number else 0

    def check_pixels(self, tags: dict[int, _Tag]) -> None:
        """Every strip or tile must lie inside the file."""
        for offsets, counts in _PLACES:
            places = zip(self._values(tags, offsets), self._values(tags, counts), strict=False)
            if any(offset + count > len(self._data) for offset, count in places):
                raise TruncatedFile

    def _values(self, tags: dict[int, _Tag], name: int) -> Iterator[int]:
        """The values of a tag, one after the other: a list of them would take many times the size of the file."""
        tag = tags.get(name)
        if tag is None:
            return iter(())
        self._places_left -= tag.number
        if self._places_left < 0:
            raise DamagedFile
        form = self._order + tag.code
        end = tag.at + tag.number * struct.calcsize(form)
        if end > len(self._data):
            raise TruncatedFile
        return chain.from_iterable(struct.iter_unpack(form, self._data[tag.at : end]))

    def _unpack(self, form: str, at: int) -> tuple[int, ...]:
        form = self._order + form
        if at + struct.calcsize(form) > len(self._data):
            raise TruncatedFile
        return struct.unpack_from(form, self._data, at)
