"""Drawn signatures: decoded apart, written anew, and nothing comes along that is not ink."""

import base64
import io
import zlib

import pytest
from PIL import Image

from ocr.errors import DecodeFailed
from ocr.sandbox_requests import redraw
from tests import signatures

LONGEST = 2000


def picture_of(uri: str) -> bytes:
    return base64.b64decode(uri.partition(",")[2])


def anew(uri: str) -> bytes | None:
    return redraw(picture_of(uri), LONGEST)


def test_the_same_pixels_come_back_and_once_more_the_same_bytes() -> None:
    first = anew(signatures.drawn())
    assert first is not None
    assert redraw(first, LONGEST) == first
    with Image.open(io.BytesIO(first)) as image:
        assert (image.format, image.mode, image.size) == ("PNG", "RGBA", signatures.PAD)
        assert image.getpixel((7, 7)) == (0x7F, 0x7F, 0x7F, 0x7F)


def test_what_is_said_about_the_picture_and_what_is_hidden_in_it_stay_behind() -> None:
    hidden_and_ink = b"\0" + b"\x01\x02\x03\x00" + b"\x10\x20\x2e\xff"
    said = signatures.chunk(b"tEXt", b"Author\0Contoh") + signatures.chunk(
        b"eXIf", b"MM\0*\0\0\0\x08\0\0"
    )
    pixels = signatures.chunk(b"IDAT", zlib.compress(hidden_and_ink))
    anew = redraw(signatures.png(signatures.head(2, 1), said, pixels), LONGEST)
    assert anew is not None
    assert b"Contoh" not in anew
    assert b"eXIf" not in anew
    with Image.open(io.BytesIO(anew)) as image:
        assert [image.getpixel((x, 0)) for x in range(2)] == [
            (0, 0, 0, 0),
            (0x10, 0x20, 0x2E, 0xFF),
        ]


@pytest.mark.parametrize("name", signatures.EMPTY)
def test_where_nothing_can_be_seen_there_is_no_signature(name: str) -> None:
    assert anew(signatures.EMPTY[name]) is None


@pytest.mark.parametrize("name", signatures.UNDECODABLE)
def test_what_cannot_be_decoded_is_refused(name: str) -> None:
    with pytest.raises(DecodeFailed):
        anew(signatures.UNDECODABLE[name])


def test_of_a_bomb_comes_the_picture_that_its_head_promises() -> None:
    assert anew(signatures.BOMB) == anew(signatures.drawn())


def test_a_picture_larger_than_a_pad_is_refused_whatever_its_first_head_says() -> None:
    with pytest.raises(DecodeFailed):
        anew(signatures.BROKEN["two heads"])
    with pytest.raises(DecodeFailed):
        anew(signatures.drawn(LONGEST + 1, 1))
