"""Photos become the pages of one document as they are coded (R39)."""

import io

import pikepdf
import pillow_heif
import pytest
from PIL import Image

from ocr import sandbox_requests
from ocr.errors import BrokenPhotos
from ocr.inspect import inspect
from ocr.sandbox_requests import Photo
from ocr.types import Limits
from tests.unit.ocr import fed

LIMITS = Limits()


def photo(words: str, *, turn: int = 1, kind: str = "JPEG") -> bytes:
    """A page as a phone takes it, with what phones say about themselves."""
    target = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = turn
    exif[0x010F] = "Ponsel contoh"
    fed.sheet(words).convert("RGB").resize((600, 800)).save(target, kind, exif=exif.tobytes())
    return target.getvalue()


def test_r39_pages_stand_in_their_order_with_the_pixels_of_the_photos() -> None:
    first, second = photo("Halaman satu"), photo("Halaman dua", turn=6)
    bound = sandbox_requests.bind([Photo(first, "image/jpeg"), Photo(second, "image/jpeg")], LIMITS)

    assert inspect(bound).pages == 2
    with pikepdf.open(io.BytesIO(bound)) as pdf:
        for page, source in zip(pdf.pages, (first, second), strict=True):
            stream = page.obj.Resources.XObject.Halaman
            coded = bytes(stream.read_raw_bytes())
            assert stream.Filter == pikepdf.Name.DCTDecode
            assert (
                Image.open(io.BytesIO(coded)).tobytes() == Image.open(io.BytesIO(source)).tobytes()
            )
            assert coded[-2000:] == source[-2000:], "nothing was coded again"
        assert [int(page.obj.get("/Rotate", 0)) for page in pdf.pages] == [0, 90]
    assert b"Ponsel contoh" not in bound


def test_the_same_photos_are_the_same_bytes() -> None:
    photos = [Photo(photo("Halaman satu"), "image/jpeg"), Photo(photo("Halaman dua"), "image/jpeg")]

    assert sandbox_requests.bind(photos, LIMITS) == sandbox_requests.bind(photos, LIMITS)
    assert sandbox_requests.bind(photos, LIMITS) != sandbox_requests.bind(photos[::-1], LIMITS)


def test_photos_of_an_iphone_are_taken_too() -> None:
    pillow_heif.register_heif_opener()
    heic = photo("Halaman ponsel lain", kind="HEIF")
    assert inspect(heic).media_type == "image/heic"

    bound = sandbox_requests.bind(
        [Photo(heic, "image/heic"), Photo(photo("Halaman dua"), "image/jpeg")], LIMITS
    )

    assert inspect(bound).pages == 2


def test_a_broken_photo_is_named_by_its_page() -> None:
    whole = photo("Halaman satu")
    broken = Photo(whole[: len(whole) // 2], "image/jpeg")

    with pytest.raises(BrokenPhotos) as told:
        sandbox_requests.bind([Photo(whole, "image/jpeg"), broken, broken], LIMITS)

    assert told.value.pages == (2, 3)
    assert "2, 3" in told.value.sentence
