"""Recordings made of bytes, one of each kind that is taken; a WAV can really be heard."""

import math
import struct
from collections.abc import Callable


def wav(seconds: float = 2.0, rate: int = 8000) -> bytes:
    """A quiet tone, 16 bits, as a telephone records it."""
    samples = int(seconds * rate)
    tone = b"".join(struct.pack("<h", int(3000 * math.sin(n / 5))) for n in range(rate))
    data = (tone * (samples // rate + 1))[: samples * 2]
    form = struct.pack("<HHIIHH", 1, 1, rate, rate * 2, 2, 16)
    body = b"WAVE" + _chunk(b"fmt ", form) + _chunk(b"LIST", b"INFO") + _chunk(b"data", data)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def mp3(frames: int = 80, *, tag: bytes = b"") -> bytes:
    """128 kilobits, 44.1 kHz, each frame 417 bytes and 26 ms."""
    title = b"ID3\x04\x00\x00" + bytes((0, 0, len(tag) >> 7, len(tag) & 127)) + tag if tag else b""
    return title + (b"\xff\xfb\x90\x00" + b"\x55" * 413) * frames


def aac(frames: int = 80) -> bytes:
    """16 kHz, each frame 64 ms."""
    size, payload = 57, b"\x21" * 50
    head = 0xFFF << 44 | 1 << 40 | 1 << 38 | 8 << 34 | 1 << 30 | size << 13 | 0x7FF << 2
    return (head.to_bytes(7, "big") + payload) * frames


def ogg(seconds: int = 3, *, codec: bytes = b"OpusHead", is_ended: bool = True) -> bytes:
    """One page a second, as a voice message of a telephone."""
    first = codec + struct.pack("<BBHIhB", 1, 1, 312, 16000, 0, 0)
    pages = [(2, 0, first), (0, 0, b"OpusTags" + bytes(8))]
    for no in range(1, seconds + 1):
        pages.append((4 if no == seconds and is_ended else 0, no * 48000 + 312, b"\x78" * 200))
    return b"".join(
        _page(flags, granule, no, body) for no, (flags, granule, body) in enumerate(pages)
    )


def m4a(seconds: float = 4.0, *, brand: bytes = b"M4A ", track: bytes = b"soun") -> bytes:
    """The header before the sound, as telephones write it when they have finished."""
    header = _box(b"mvhd", bytes(12) + struct.pack(">II", 1000, int(seconds * 1000)) + bytes(80))
    media = _box(b"mdia", _box(b"hdlr", bytes(8) + track + bytes(13)))
    moov = _box(b"moov", header + _box(b"trak", media))
    return _box(b"ftyp", brand + bytes(4) + b"isom") + moov + _box(b"mdat", b"\x11" * 600)


KINDS: dict[str, tuple[Callable[[], bytes], float]] = {
    "audio/wav": (wav, 2.0),
    "audio/mpeg": (mp3, 80 * 1152 / 44100),
    "audio/aac": (aac, 80 * 1024 / 16000),
    "audio/ogg": (ogg, 3.0),
    "audio/mp4": (m4a, 4.0),
}
"""Media type to who makes it, and how long it lasts."""


def _chunk(name: bytes, data: bytes) -> bytes:
    return name + struct.pack("<I", len(data)) + data


def _box(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data) + 8) + name + data


def _page(flags: int, granule: int, no: int, body: bytes) -> bytes:
    lengths = bytes([255] * (len(body) // 255) + [len(body) % 255])
    head = b"OggS\x00" + struct.pack("<BqIIIB", flags, granule, 7, no, 0, len(lengths))
    return head + lengths + body
