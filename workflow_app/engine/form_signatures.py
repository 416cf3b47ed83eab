"""A drawn signature as it comes from the pad: a PNG picture in a data address, walked through and never decoded."""

import base64
import binascii
import struct
import zlib
from collections.abc import Iterator

ADDRESS = "data:image/png;base64,"
LONGEST = 400_000
"""Characters of the whole address."""
LONGEST_SIDE = 2000
"""Pixels: the pad has 640. A picture of few bytes can claim millions."""
UNREADABLE = "Tanda tangan tidak terbaca. Hapus, lalu bubuhkan kembali."

_MAGIC = b"\x89PNG\r\n\x1a\n"
_HEAD = struct.Struct(">IIBBBBB")
_FRAME = 12
"""Bytes of a chunk around its content: length, kind and checksum."""


def is_drawing(address: str) -> bool:
    """Whether this is one whole, small picture by its chunks: head, pixels, end, every checksum right, nothing behind.

    Says nothing about the pixels; whoever shows the picture has it drawn anew in the sandbox before.
    """
    if not address.startswith(ADDRESS) or len(address) > LONGEST:
        return False
    try:
        picture = base64.b64decode(address.removeprefix(ADDRESS), validate=True)
        chunks = list(_chunks(picture))
    except (binascii.Error, ValueError):
        return False
    kinds = [kind for kind, _ in chunks]
    if not kinds or (kinds[0], kinds[-1]) != (b"IHDR", b"IEND") or b"IDAT" not in kinds:
        return False
    return kinds.count(b"IHDR") == kinds.count(b"IEND") == 1 and _is_of_the_pad(chunks[0][1])


def _chunks(picture: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Kind and content of each chunk; raises `ValueError` when one is cut off or its checksum wrong."""
    if not picture.startswith(_MAGIC):
        raise ValueError("not a PNG")
    at = len(_MAGIC)
    while at < len(picture):
        end = at + int.from_bytes(picture[at : at + 4], "big") + _FRAME
        content, checksum = picture[at + 4 : end - 4], picture[end - 4 : end]
        if end > len(picture) or zlib.crc32(content) != int.from_bytes(checksum, "big"):
            raise ValueError("a damaged chunk")
        yield content[:4], content[4:]
        at = end


def _is_of_the_pad(head: bytes) -> bool:
    """Eight bits a channel at most, no interlacing, and sides that a pad can have."""
    if len(head) != _HEAD.size:
        return False
    width, height, bits, _, *methods = _HEAD.unpack(head)
    return 0 < width <= LONGEST_SIDE and 0 < height <= LONGEST_SIDE and bits <= 8 and not any(methods)
