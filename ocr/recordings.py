"""Voice recordings: their type, completeness and duration, from headers alone.

No sound is decoded, so a file that claims a year of it costs nothing. A WAV, OGG or M4A file states
its length, which shows whether its end is missing; MP3 and AAC state it frame by frame. For MP4
files the module checks that they hold only sound.
"""

import struct
from collections.abc import Callable, Iterator
from typing import NamedTuple

from ocr.errors import DamagedRecording, TruncatedRecording

MP4_STEPS = 50_000
"""Largest number of boxes examined in one file."""
_INSIDE = {b"moov", b"trak", b"mdia"}
"""Boxes that contain the boxes of interest."""
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
"""Brands of files whose tracks define their type; other brands are pictures."""
PICTURES = {b"vide", b"auxv", b"pict"}
SOUND = b"soun"


def is_sound_only(data: bytes) -> bool:
    """Return whether there are tracks of sound and none of pictures. A file truncated before its
    tracks counts as sound.
    """
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
    """Return the duration, None when the header does not state it. Raises when the file is broken
    or truncated.
    """
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
    """Yield name, start and end of the contents of each box, including those inside known boxes."""
    at, steps = 0, 0
    while at < len(data):
        steps += 1
        if steps > MP4_STEPS:
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


WAV, MP3, OGG, M4A, AAC = "audio/wav", "audio/mpeg", "audio/ogg", "audio/mp4", "audio/aac"
STEPS = 500_000
"""Largest number of parts walked through: three hours of frames of the shortest kind."""
LONGEST = 7 * 24 * 3600.0
"""Longest plausible duration in seconds; a header that claims more is ignored."""
_ALIKE = 3
"""Consecutive frames required to recognise MP3 or AAC, because two bytes alone begin many files."""
_OPEN_ENDED = {0, 0xFFFF_FFFF}
"""Lengths in a WAV file whose recorder did not write the final length."""
_KILOBITS = {
    3: (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    2: (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
"""Bit rates of layer III by version; 2.5 has those of 2."""
_OGG_HEADS = (b"OpusHead", b"\x01vorbis", b"Speex   ", b"\x7fFLAC")
"""First bytes of the first packet of a sound stream; streams of pictures begin otherwise."""
_MP3_RATES = (44100, 48000, 32000)
_AAC_RATES = (
    96000,
    88200,
    64000,
    48000,
    44100,
    32000,
    24000,
    22050,
    16000,
    12000,
    11025,
    8000,
    7350,
)


class Sound(NamedTuple):
    """Facts from the headers of a recording."""

    seconds: float | None
    """Duration; None when no header states it."""
    is_whole: bool = True
    """False when its end may be missing although the rest can be heard."""


class _Frame(NamedTuple):
    size: int
    seconds: float
    kind: tuple[int, ...]
    """Properties that are equal in all frames of a recording."""


def kind_of(data: bytes) -> str | None:
    """Return the media type of the content; None for anything but a recording."""
    if data.startswith(b"RIFF") and data[8:12] == b"WAVE":
        return WAV
    if data.startswith(b"OggS"):
        return OGG if data[28:].startswith(_OGG_HEADS) else None
    if data[4:8] == b"ftyp":
        return M4A if is_sound_only(data) else None
    at = _after_tag(data)
    if data.startswith(b"ID3") and at >= len(data):
        return MP3
    for media_type, read in ((AAC, _aac_frame), (MP3, _mp3_frame)):
        frames = _frames(data, at, read)
        first = [frame for frame, _ in zip(frames, range(_ALIKE), strict=False)]
        if len(first) == _ALIKE or (first and data.startswith(b"ID3")):
            return media_type
    return None


def measure(data: bytes, media_type: str) -> Sound:
    """Walk the file. Raises `DamagedRecording` or `TruncatedRecording`."""
    sound = _MEASURES[media_type](data)
    is_plausible = sound.seconds is not None and sound.seconds <= LONGEST
    return sound if is_plausible else sound._replace(seconds=None)


def _wav(data: bytes) -> Sound:
    rate, at = 0, 12
    for _ in range(STEPS):
        name, length = struct.unpack("<4sI", _slice(data, at, 8))
        at += 8
        if name == b"fmt ":
            rate = int(struct.unpack("<I", _slice(data, at + 8, 4))[0])
        if name == b"data":
            there = len(data) - at
            is_whole = length not in _OPEN_ENDED
            if is_whole and length > there:
                raise TruncatedRecording
            size = length if is_whole else there
            if not rate or not size:
                raise DamagedRecording
            return Sound(size / rate, is_whole)
        at += length + length % 2
    raise DamagedRecording


def _ogg(data: bytes) -> Sound:
    """Walk the pages. The duration comes from the last page, in samples of the stream of the first
    page.
    """
    rate, skipped, last, at, has_end = _ogg_rate(data), 0, 0, 0, False
    if data[28:36] == b"OpusHead":
        skipped = int.from_bytes(_slice(data, 38, 2), "little")
    for _ in range(STEPS):
        if at == len(data):
            break
        if _slice(data, at, 4) != b"OggS":
            raise DamagedRecording
        flags, granule = struct.unpack("<Bq", _slice(data, at + 5, 9))
        lengths = _slice(data, at + 27, _slice(data, at + 26, 1)[0])
        at += 27 + len(lengths)
        _slice(data, at, sum(lengths))
        at += sum(lengths)
        last, has_end = max(last, granule), bool(flags & 4)
    else:
        raise DamagedRecording
    if not last:
        raise TruncatedRecording
    return Sound(max(last - skipped, 0) / rate if rate else None, has_end)


def _ogg_rate(data: bytes) -> int:
    """Return the samples per second of the page times; 0 when unknown."""
    head = data[28:108]
    if head.startswith(b"OpusHead"):
        return 48000
    if head.startswith(b"\x01vorbis"):
        return int.from_bytes(head[12:16], "little")
    if head.startswith(b"Speex   "):
        return int.from_bytes(head[36:40], "little")
    return 0


def _m4a(data: bytes) -> Sound:
    return Sound(seconds(data))


def _framed(read: Callable[[bytes, int], _Frame | None]) -> Callable[[bytes], Sound]:
    def walk(data: bytes) -> Sound:
        at, seconds = _after_tag(data), 0.0
        for frame in _frames(data, at, read):
            at += frame.size
            seconds += frame.seconds
        rest = data[at:]
        if not seconds:
            raise TruncatedRecording
        is_over = at >= len(data) or rest.startswith(
            (b"TAG", b"APETAGEX", b"LYRICSBEGIN", b"ID3", b"3DI")
        )
        return Sound(seconds, is_over or not rest.strip(b"\x00"))

    return walk


def _frames(data: bytes, at: int, read: Callable[[bytes, int], _Frame | None]) -> Iterator[_Frame]:
    """Yield whole frames of one kind that follow one another directly."""
    kind: tuple[int, ...] | None = None
    for _ in range(STEPS):
        frame = read(data, at)
        if frame is None or frame.kind != (kind or frame.kind) or at + frame.size > len(data):
            return
        kind = frame.kind
        at += frame.size
        yield frame


def _mp3_frame(data: bytes, at: int) -> _Frame | None:
    head = int.from_bytes(data[at : at + 4], "big")
    version, layer = head >> 19 & 3, head >> 17 & 3
    kilobits, rate, padding = head >> 12 & 15, head >> 10 & 3, head >> 9 & 1
    if head >> 21 != 0x7FF or version == 1 or layer != 1 or kilobits in (0, 15) or rate == 3:
        return None
    hertz = _MP3_RATES[rate] >> {3: 0, 2: 1, 0: 2}[version]
    samples = 1152 if version == 3 else 576
    bits = _KILOBITS[3 if version == 3 else 2][kilobits] * 1000
    return _Frame(samples // 8 * bits // hertz + padding, samples / hertz, (version, rate))


def _aac_frame(data: bytes, at: int) -> _Frame | None:
    head = int.from_bytes(data[at : at + 7], "big")
    rate, size = head >> 34 & 15, head >> 13 & 0x1FFF
    if (
        len(data) < at + 7
        or head >> 44 != 0xFFF
        or head >> 41 & 3
        or rate >= len(_AAC_RATES)
        or size < 7
    ):
        return None
    return _Frame(size, 1024 * ((head & 3) + 1) / _AAC_RATES[rate], (head >> 43 & 1, rate))


def _after_tag(data: bytes) -> int:
    """Return the start of the sound after a title tag."""
    if not data.startswith(b"ID3") or len(data) < 10:
        return 0
    size = 0
    for byte in data[6:10]:
        size = size << 7 | byte & 0x7F
    return 10 + size + (10 if data[5] & 0x10 else 0)


def _slice(data: bytes, at: int, length: int) -> bytes:
    part = data[at : at + length]
    if len(part) < length:
        raise TruncatedRecording
    return part


_MEASURES: dict[str, Callable[[bytes], Sound]] = {
    WAV: _wav,
    OGG: _ogg,
    M4A: _m4a,
    MP3: _framed(_mp3_frame),
    AAC: _framed(_aac_frame),
}
KINDS = frozenset(_MEASURES)
