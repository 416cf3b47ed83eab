"""Decoding pictures with Pillow. Runs in the sandbox only.

Pictures of more than eight bits a dot (16 and 32 bits, whole or with a point), brought to eight.
Runs in the sandbox only. The ink of a drawn signature: decoded, and written again as a picture of
our own. Runs in the sandbox only.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFile

from ocr import headers

_SAMPLE_FORMAT, _PHOTOMETRIC = 339, 262
_UNSIGNED, _WHITE_IS_ZERO = 1, 0


@dataclass(frozen=True, slots=True)
class Depth:
    """What is black and what is white in a picture. The file seldom says: devices of 10 or 12 bits
    fill the lower part of 16.
    """

    black: float
    white: float
    is_unsigned: bool
    """Its whole numbers of 32 bits have no sign, whatever Pillow makes of them."""
    is_inverted: bool

    @classmethod
    def of(cls, image: Image.Image, rows: int) -> Self | None:
        """From all of its dots, so many rows at a time; None for a picture of eight bits or less.
        Nothing is darker than nought, and no picture that could have been told in eight bits is
        made lighter.
        """
        if not image.mode.startswith(("I", "F")):
            return None
        tags: Any = getattr(image, "tag_v2", {})
        is_unsigned = (
            bool(tags)
            and image.mode == "I"
            and tags.get(_SAMPLE_FORMAT, (_UNSIGNED,))[0] == _UNSIGNED
        )
        is_inverted = tags.get(_PHOTOMETRIC) == _WHITE_IS_ZERO
        least, most = 0.0, 1.0 if image.mode == "F" else 255.0
        for pixels in _bands(image, rows, is_unsigned):
            known = pixels[np.isfinite(pixels)] if image.mode == "F" else pixels
            if known.size:
                least, most = min(least, float(known.min())), max(most, float(known.max()))
        return cls(least, most, is_unsigned, is_inverted)

    def flat(self, band: Image.Image) -> Image.Image:
        """A part of the picture in eight bits. What is no number is paper."""
        pixels = _pixels(band, self.is_unsigned).astype(np.float64)
        shares = np.clip((pixels - self.black) / (self.white - self.black), 0.0, 1.0)
        paper = 0.0 if self.is_inverted else 1.0
        grey = (np.nan_to_num(shares, nan=paper) * 255).astype(np.uint8)
        return Image.fromarray(255 - grey if self.is_inverted else grey)


def _bands(image: Image.Image, rows: int, is_unsigned: bool) -> Iterator[NDArray[Any]]:
    for top in range(0, image.height, rows):
        band = image.crop((0, top, image.width, min(image.height, top + rows)))
        yield _pixels(band, is_unsigned)


def _pixels(band: Image.Image, is_unsigned: bool) -> NDArray[Any]:
    pixels = np.asarray(band)
    return pixels.view(np.uint32) if is_unsigned else pixels


MAX_PIXELS = 20_000_000
"""More than this (A4 at 450 dpi) makes recognition slower and no better, so larger pages are scaled
down.
"""
BAND_PIXELS = 4_000_000
"""Flattened at a time."""
A4_INCHES = 11.69
_FORMATS = {
    headers.JPEG: "JPEG",
    headers.PNG: "PNG",
    headers.TIFF: "TIFF",
    headers.GIF: "GIF",
    headers.BMP: "BMP",
    headers.WEBP: "WEBP",
    headers.HEIC: "HEIF",
}
_EXIF_ORIENTATION = 0x0112
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_CLOCKWISE = {
    90: Image.Transpose.ROTATE_270,
    180: Image.Transpose.ROTATE_180,
    270: Image.Transpose.ROTATE_90,
}

# The pixel limit is ours and was checked from the header; Pillow's own would only warn.
Image.MAX_IMAGE_PIXELS = None
ImageFile.LOAD_TRUNCATED_IMAGES = False


class Gray(NamedTuple):
    """A page as the engine sees it: grey, at most `MAX_PIXELS`, standing as its EXIF says."""

    image: Image.Image
    dpi: int


@cache
def _know_heif() -> None:
    # Loaded for the pictures that need it only: it costs a tenth of a second in every process.
    import pillow_heif

    pillow_heif.register_heif_opener(thumbnails=False)


def open_page(path: str, media_type: str, no: int) -> Image.Image:
    """The page `no` (from 1), its pixels not decoded yet. Only the decoder of that type is
    tried.
    """
    if media_type == headers.HEIC:
        _know_heif()
    image = Image.open(Path(path), formats=[_FORMATS[media_type]])
    # Pillow maps uncompressed pixels of a file with a name in the size of the turned page, which
    # garbles one that lies on its side.
    image.filename = ""
    if (
        no > 1 or media_type == headers.HEIC
    ):  # which opens with the picture that its maker calls the main one
        image.seek(no - 1)
    return image


def decode_gray(path: str, media_type: str, no: int) -> Gray:
    """Decode one page to grey, with the resolution that its size suggests where none is given."""
    image = open_page(path, media_type, no)
    dpi, turn, full = dpi_of(image), orientation(image, media_type), max(image.size)
    if media_type == headers.JPEG:
        # libjpeg decodes straight to grey, and to 1/2, 1/4 or 1/8 while it is at it.
        image.draft("L", _within(image.size, MAX_PIXELS))
    # First down to somewhat more than is wanted, while the colours go, then to the exact size.
    gray = _flattened(image, "L", int((image.width * image.height / MAX_PIXELS) ** 0.5))
    if gray.width * gray.height > MAX_PIXELS:
        gray = gray.resize(_within(gray.size, MAX_PIXELS), Image.Resampling.BOX)
    return Gray(_stand_up(gray, turn), max(70, round(dpi * max(gray.size) / full)))


def decode(path: str, media_type: str, no: int) -> Image.Image:
    """Decode one page in full: black and white ("1"), grey ("L") or colour ("RGB"), standing as its
    EXIF says.
    """
    image = open_page(path, media_type, no)
    turn = orientation(image, media_type)
    if image.mode != "1":
        image = to_gray(image) if image.mode.startswith(("L", "I", "F")) else to_rgb(image)
    return _stand_up(image, turn)


def decode_thumbnail(path: str, media_type: str, no: int, pixels: int) -> Image.Image:
    """A small colour picture of the page, standing as its EXIF says."""
    image = open_page(path, media_type, no)
    turn = orientation(image, media_type)
    if media_type == headers.JPEG:
        image.draft("RGB", (pixels, pixels))
    colours = _flattened(image, "RGB", max(image.size) // (2 * pixels))
    colours.thumbnail((pixels, pixels), Image.Resampling.BOX, reducing_gap=2)
    return _stand_up(colours, turn)


def turn_clockwise(image: Image.Image, degrees: int) -> Image.Image:
    """Turn by 0, 90, 180 or 270 degrees without loss."""
    return image.transpose(_CLOCKWISE[degrees]) if degrees else image


def to_gray(image: Image.Image) -> Image.Image:
    """Grey on white; of more than eight bits scaled instead of cut off."""
    return _flattened(image, "L")


def to_rgb(image: Image.Image) -> Image.Image:
    """Colour on white."""
    return _flattened(image, "RGB")


def orientation(image: Image.Image, media_type: str) -> int:
    """The EXIF orientation, 1 to 8. TIFF and HEIC are turned by their decoders."""
    if media_type not in (headers.JPEG, headers.PNG, headers.WEBP):
        return 1
    value = image.getexif().get(_EXIF_ORIENTATION, 1)
    return value if value in _UPRIGHT else 1


def dpi_of(image: Image.Image) -> int:
    """The resolution in the file when it makes a paper of believable size, else that of a full A4
    page.
    """
    longest = max(image.size)
    given = image.info.get("dpi", (0, 0))[0]
    if given and 3 <= longest / float(given) <= 24:
        return round(float(given))
    return min(600, max(70, round(longest / A4_INCHES)))


def _within(size: tuple[int, int], pixels: int) -> tuple[int, int]:
    scale = min(1.0, (pixels / (size[0] * size[1])) ** 0.5)
    return max(1, int(size[0] * scale)), max(1, int(size[1] * scale))


def _stand_up(image: Image.Image, turn: int) -> Image.Image:
    return image.transpose(_UPRIGHT[turn]) if turn in _UPRIGHT else image


def _flattened(image: Image.Image, mode: str, factor: int = 1) -> Image.Image:
    """On white, and smaller by a whole factor. Done in bands: a large picture several times over
    would not fit into the memory of the sandbox.
    """
    image.load()
    factor = max(1, factor)
    rows = max(1, BAND_PIXELS // (image.width * factor)) * factor
    depth = Depth.of(image, rows)
    if factor == 1 and image.height <= rows:
        return _flat(image, depth).convert(mode)
    whole = Image.new(mode, (-(-image.width // factor), -(-image.height // factor)))
    for top in range(0, image.height, rows):
        band = image.crop((0, top, image.width, min(image.height, top + rows)))
        whole.paste(_flat(band, depth).convert(mode).reduce(factor), (0, top // factor))
    return whole


def _flat(image: Image.Image, depth: Depth | None) -> Image.Image:
    if depth is not None:
        return depth.flat(image)
    if image.has_transparency_data:
        colours = image.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", colours.size, "white"), colours)
    return image


PALEST = 250
"""Grey from which on nobody sees anything on white paper."""


def redraw(source: str, target: str, longest: int) -> dict[str, Any]:
    """Write the pixels of the PNG `source`, and nothing else of it, to `target`; says whether
    anything can be seen.
    """
    image = open_page(source, headers.PNG, 1)
    if max(image.size) > longest:
        raise ValueError("larger than a pad")
    colours = image.convert("RGBA")
    # Laid upon nothing, so that what lies under full transparency and all that is said about the
    # picture stay behind.
    ink = Image.alpha_composite(Image.new("RGBA", colours.size), colours)
    ink.save(Path(target), "PNG")
    return {"is_empty": not any(to_gray(ink).histogram()[: PALEST + 1])}
