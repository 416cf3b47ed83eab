"""Boxes of an MP4 file: whether it holds nothing but sound, and how long that lasts. Nothing is decoded."""

import struct
from collections.abc import Iterator

from ocr.errors import DamagedRecording, TruncatedRecording

STEPS = 50_000
"""Boxes looked at in one file at most."""
_INSIDE = {b"moov", b"trak", b"mdia"}
"""Boxes that hold the boxes of interest."""
BRANDS = {
    b"M4A ",
    b"M4B ",
    b"isom",
    b"iso2",
    b"iso4",
    b"iso5",
    b"iso6",
    b"mp41",
    b"mp42",
    b"3gp4",
    b"3gp5",
    b"3gp6",
    b"dash",
}
"""Of files whose tracks tell what they are; the other brands are pictures."""
PICTURES = {b"vide", b"auxv", b"pict"}
SOUND = b"soun"


def is_sound_only(data: bytes) -> bool:
    """Are there tracks of sound, and none of pictures? Of a file that was cut off before it names any, nobody knows better."""
    tracks: set[bytes] = set()
    is_cut = False
    try:
        for name, start, _ in _boxes(data):
            if name == b"hdlr":
                tracks.add(data[start + 8 : start + 12])
    except (TruncatedRecording, DamagedRecording):
        is_cut = True
    return data[8:12] in BRANDS and not tracks & PICTURES and (SOUND in tracks or is_cut)


def seconds(data: bytes) -> float | None:
    """How long it lasts, None where the header leaves it open; raises when the file is broken or not all there."""
    known: set[bytes] = set()
    length: float | None = None
    for name, start, _ in _boxes(data):
        known.add(name)
        if name == b"mvhd":
            layout = ">II" if data[start : start + 1] == b"\x00" else ">IQ"
            at = start + (12 if layout == ">II" else 20)
            if len(data) < at + struct.calcsize(layout):
                raise TruncatedRecording
            scale, units = struct.unpack_from(layout, data, at)
            length = units / scale if scale and 0 < units < 2**32 - 1 else None
    if not {b"moov", b"mdat"} <= known:
        raise TruncatedRecording
    return length


def _boxes(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Name, start and end of what each box holds, those inside the known ones included."""
    at, steps = 0, 0
    while at < len(data):
        steps += 1
        if steps > STEPS:
            raise DamagedRecording
        if len(data) < at + 8:
            raise TruncatedRecording
        size, name = struct.unpack_from(">I4s", data, at)
        start = at + 8
        if size == 1:
            if len(data) < at + 16:
                raise TruncatedRecording
            size = int(struct.unpack_from(">Q", data, start)[0])
            start += 8
        end = at + size if size else len(data)
        if end < start:
            raise DamagedRecording
        if end > len(data):
            raise TruncatedRecording
        yield name, start, end
        at = start if name in _INSIDE else end
