"""File types and picture sizes from headers, without decoding.

The type comes from the first bytes only; names and declared types are ignored. For JPEG, PNG, GIF,
BMP, WebP, HEIC/HEIF (boxes of the ISO base media file format) and TIFF (directories, classic and
BigTIFF) the module measures the picture and checks that the file is complete. Nothing is decoded,
so a file of a few hundred bytes that claims 60,000 x 60,000 pixels costs nothing.
"""

import re
import struct
from collections.abc import Iterator
from itertools import chain
from typing import NamedTuple

from ocr.errors import DamagedFile, TooManyPages, TruncatedFile, UnknownType

JPEG = "image/jpeg"
PNG = "image/png"
TIFF = "image/tiff"
GIF = "image/gif"
BMP = "image/bmp"
WEBP = "image/webp"
HEIC = "image/heic"
PDF = "application/pdf"

PDF_SEARCH = 1024
"""Bytes that may precede the PDF header; real files have them."""

_HEIF_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}

_FOREIGN = (
    (b"PK\x03\x04", "arsip ZIP atau dokumen Office"),
    (b"PK\x05\x06", "arsip ZIP kosong"),
    (b"\xd0\xcf\x11\xe0", "dokumen Office lama"),
    (b"Rar!", "arsip RAR"),
    (b"7z\xbc\xaf", "arsip 7z"),
    (b"\x1f\x8b", "arsip gzip"),
    (b"MZ", "program"),
    (b"\x7fELF", "program"),
    (b"{\\rtf", "dokumen RTF"),
    (b"%!PS", "PostScript"),
    (b"\x00\x00\x00\x0cjP  ", "JPEG 2000"),
    (b"\xff\x4f\xff\x51", "JPEG 2000"),
)


def media_type_of(data: bytes) -> str:
    """Return the media type of the content. Raises `UnknownType`, which names what was found."""
    if picture := _picture(data):
        return picture
    if foreign := _foreign(data):
        raise UnknownType(foreign)
    if b"%PDF-" in data[:PDF_SEARCH]:
        return PDF
    raise UnknownType


def _picture(data: bytes) -> str | None:
    if data.startswith(b"\xff\xd8\xff"):
        return JPEG
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if data[:4] in (b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+"):
        return TIFF
    if data[:6] in (b"GIF87a", b"GIF89a"):
        return GIF
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return WEBP
    if data[4:8] == b"ftyp" and _brands(data) & _HEIF_BRANDS and b"avif" not in _brands(data):
        return HEIC
    # "BM" begins many texts; the header size after it has one of a few values.
    if data.startswith(b"BM") and data[14:18] in {
        bytes((size, 0, 0, 0)) for size in (12, 40, 52, 56, 64, 108, 124)
    }:
        return BMP
    return None


def _brands(data: bytes) -> set[bytes]:
    size = int.from_bytes(data[:4], "big")
    return {data[8:12]} | {data[at : at + 4] for at in range(16, min(size, 256), 4)}


def _foreign(data: bytes) -> str:
    for magic, name in _FOREIGN:
        if data.startswith(magic):
            return name
    if data[4:8] == b"ftyp":
        return "AVIF" if b"avif" in _brands(data) else "video"
    start = data[:4096].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if start.startswith((b"<svg", b"<?xml")) and b"<svg" in start:
        return "SVG"
    if start.startswith((b"<!doctype html", b"<html", b"<head", b"<body", b"<script")):
        return "halaman web (HTML)"
    if start.startswith((b"<?xml", b"<!doctype")):
        return "XML"
    return ""


STEPS = 250_000
"""Largest number of parts walked through; no genuine file of 50 MB has more, a hostile one has
millions.
"""
_ANIMATION = 0x02
_JPEG_FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
_JPEG_BARE = {0x01, *range(0xD0, 0xD8)}
_MARKER = re.compile(rb"\xff+[^\xff]")
_AFTER_SCAN = re.compile(rb"\xff+[^\x00\xff\xd0-\xd7]")


class Measure(NamedTuple):
    """Size and pages of a picture according to its header."""

    pages: int
    width: int
    height: int
    is_moving: bool = False
    """Whether it is an animation, of which the first picture is the page."""


def jpeg(data: bytes) -> Measure:
    """Walk the segments up to the end-of-image marker. Later data, which some phones add, is
    ignored.
    """
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
    """Read the header; uncompressed pixels must be complete."""
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
    """Read the size of the file and of the canvas. Only the first picture of an animation is a
    page.
    """
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


MOST_BOXES = 10_000
"""Largest number of boxes in one file at any depth; real files have some hundred."""
_SIZES = (b"iprp", b"ipco", b"ispe")
_PICTURES = frozenset(
    {
        b"hvc1",
        b"av01",
        b"avc1",
        b"vvc1",
        b"jpeg",
        b"j2k1",
        b"unci",
        b"grid",
        b"iden",
        b"iovl",
        b"tili",
    }
)
"""Item types that are pictures, directly or assembled from others."""
_PARTS = frozenset({b"thmb", b"auxl"})
"""References that make a picture part of another one: preview, mask, depth."""
_HIDDEN = 1


def measure(data: bytes) -> Measure:
    """Return the independent pictures, each a page, and the size of the largest one (tiles and
    previews are smaller). Every box must end inside the file.
    """
    pages, largest, steps = 0, (0, 0), iter(range(MOST_BOXES))
    for kind, start, end in _boxes(data, 0, len(data), steps):
        if kind == b"meta":
            pages += len(
                _pictures(data, start + 4, end, steps) - _parts(data, start + 4, end, steps)
            )
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
    """Return the numbers of the items that are visible pictures; tiles are hidden."""
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
    """Return the numbers of the items that belong to others."""
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
    """Yield begin and end of the contents of the boxes at the end of the path; shorter ones than a
    version field are skipped.
    """
    for kind, inner, inner_end in _boxes(data, start, end, steps):
        if kind == path[0]:
            if len(path) > 1:
                yield from _find(data, inner, inner_end, path[1:], steps)
            elif inner_end - inner >= 4:
                yield inner, inner_end


def _boxes(
    data: bytes, start: int, end: int, steps: Iterator[int]
) -> Iterator[tuple[bytes, int, int]]:
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


MOST_TAGS = 2000
"""Largest number of tags in one directory; real ones have some dozens."""
MOST_PLACES = 4_000_000
"""Largest number of offsets and lengths of strips and tiles in one file; 300 pages of A4 with a
strip for each row have half as many.
"""
_WIDTH, _HEIGHT = 256, 257
_PLACES = ((273, 279), (324, 325))
"""Tags of offsets and byte counts, for strips and for tiles."""
_WANTED = {_WIDTH, _HEIGHT, *chain(*_PLACES)}
_CODES = {3: "H", 4: "I", 16: "Q"}
"""Whole numbers of 2, 4 and 8 bytes: the only types allowed for sizes and offsets."""


class _Tag(NamedTuple):
    code: str
    number: int
    at: int


def measure_tiff(data: bytes, max_pages: int) -> Measure:
    """Return the number of pages and the size of the largest one.

    Raises `TooManyPages` as soon as there are too many, `TruncatedFile` when pixels or directories
    lie beyond the end, and `DamagedFile` when the chain is circular or has too many strips.
    """
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
        """Return the tags of interest, and the position of the next directory."""
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
            tags[tag] = _Tag(
                code, number, at + head + (place + 1) * entry - room if is_inside else value
            )
        return tags, following

    def one(self, tags: dict[int, _Tag], name: int) -> int:
        """Return the first value of a tag; 0 when the tag is absent."""
        tag = tags.get(name)
        return self._unpack(tag.code, tag.at)[0] if tag and tag.number else 0

    def check_pixels(self, tags: dict[int, _Tag]) -> None:
        """Check that every strip or tile lies inside the file."""
        for offsets, counts in _PLACES:
            places = zip(self._values(tags, offsets), self._values(tags, counts), strict=False)
            if any(offset + count > len(self._data) for offset, count in places):
                raise TruncatedFile

    def _values(self, tags: dict[int, _Tag], name: int) -> Iterator[int]:
        """Yield the values of a tag one by one; a list of them would need many times the size of
        the file.
        """
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
