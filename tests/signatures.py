"""Drawn signatures as data addresses: an honest one, and pictures made to do harm or to show
nothing.
"""

import base64
import struct
import zlib

PAD = (640, 220)
"""Pixels of the pad on our pages."""
_BYTES = {0: 1, 2: 3, 4: 2, 6: 4}
"""Of one pixel, by the kind of colour."""


def uri(picture: bytes) -> str:
    return "data:image/png;base64," + base64.b64encode(picture).decode()


def chunk(kind: bytes, body: bytes, *, is_damaged: bool = False) -> bytes:
    crc = zlib.crc32(kind + body) ^ is_damaged
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", crc)


def head(width: int, height: int, colours: int = 6, bits: int = 8) -> bytes:
    return chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, bits, colours, 0, 0, 0))


def ink(width: int, height: int, value: int = 0x7F, colours: int = 6) -> bytes:
    """Packed pixels with this byte in every channel."""
    return zlib.compress((b"\0" + bytes([value]) * (width * _BYTES[colours])) * height, 9)


def png(*chunks: bytes) -> bytes:
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks) + END


def drawn(width: int = PAD[0], height: int = PAD[1], value: int = 0x7F, colours: int = 6) -> str:
    return uri(
        png(head(width, height, colours), chunk(b"IDAT", ink(width, height, value, colours)))
    )


END = chunk(b"IEND", b"")
_PIXELS = chunk(b"IDAT", ink(*PAD))
_BOMB = zlib.compress(bytes(60 << 20), 9)

BROKEN = {
    "checksum of the pixels": uri(png(head(*PAD), chunk(b"IDAT", ink(*PAD), is_damaged=True))),
    "checksum of the head": uri(png(b"".join((head(*PAD)[:-1], b"\xff")), _PIXELS)),
    "no pixels": uri(png(head(*PAD))),
    "two heads": uri(png(head(64, 22), head(60_000, 60_000), _PIXELS)),
    "no head": uri(png(_PIXELS)),
    "head not first": uri(png(_PIXELS, head(*PAD))),
    "two ends": uri(png(head(*PAD), _PIXELS, END)),
    "no end": uri(png(head(*PAD), _PIXELS)[: -len(END)]),
    "more after the end": uri(png(head(*PAD), _PIXELS) + b"<script>"),
    "a part longer than the rest": uri(png(head(*PAD), _PIXELS, b"\xff\xff\xff\xf0tEXt")),
    "half a chunk": uri(png(head(*PAD), _PIXELS)[:-6]),
    "no width": uri(png(head(0, 220), _PIXELS)),
    "too wide": uri(png(head(60_000, 60_000), _PIXELS)),
    "two bytes a channel": uri(png(head(*PAD, bits=16), _PIXELS)),
    "another kind of picture": "data:image/svg+xml;base64,PHN2Zy8+",
    "an address": "https://contoh.test/tanda.png",
    "no base64": "data:image/png;base64,%%%",
}
"""What walking through the chunks finds, without decoding."""

UNDECODABLE = {
    "pixels are rubbish": uri(png(head(*PAD), chunk(b"IDAT", b"rubbish" * 30))),
    "pixels end early": uri(png(head(*PAD), chunk(b"IDAT", zlib.compress(bytes(100))))),
    "a text that becomes 60 MB": uri(png(head(*PAD), chunk(b"zTXt", b"C\0\0" + _BOMB), _PIXELS)),
    "a profile that becomes 60 MB": uri(png(head(*PAD), chunk(b"iCCP", b"C\0\0" + _BOMB), _PIXELS)),
    "a kind of colour that does not exist": uri(png(head(*PAD, colours=5), _PIXELS)),
}
"""Whole by its chunks; only who decodes it finds out."""

BOMB = uri(png(head(*PAD), chunk(b"IDAT", ink(PAD[0], 24_000))))
"""A hundred times the pixels that its head promises: a decoder takes no more than promised."""

EMPTY = {
    "transparent": drawn(value=0),
    "white": drawn(value=255),
    "white without transparency": drawn(value=255, colours=2),
    "almost white": drawn(value=253, colours=0),
}
"""Nobody has drawn anything."""
