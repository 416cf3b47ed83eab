"""Decoding of pictures with Pillow, and of drawn signatures.

Runs in the sandbox only. Pictures with more than eight bits per sample (16 and 32 bits, integer or
floating point) are converted to eight. A signature is decoded and written again as a new picture.
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
    """The values of black and white in a picture. Files seldom state them: devices of 10 or 12 bits
    fill the lower part of 16.
    """

    black: float
    white: float
    is_unsigned: bool
    """The 32-bit integers are unsigned, although Pillow treats them as signed."""
    is_inverted: bool

    @classmethod
    def of(cls, image: Image.Image, rows: int) -> Self | None:
        """Determine the depth from all samples, `rows` rows at a time; None for eight bits or less.

        Zero is the darkest possible value, and a picture that fits into eight bits is not made
        lighter.
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
        """Return a part of the picture in eight bits. NaN becomes paper white."""
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
"""Largest page for recognition (A4 at 450 dpi); more makes it slower and no better, so larger pages
are scaled down.
"""
BAND_PIXELS = 4_000_000
"""Pixels that are flattened at a time."""
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
    """A page for the engine: grey, at most `MAX_PIXELS`, upright according to its EXIF data."""

    image: Image.Image
    dpi: int


@cache
def _know_heif() -> None:
    # Imported only for pictures that need it: it costs a tenth of a second in every process.
    import pillow_heif

    pillow_heif.register_heif_opener(thumbnails=False)


def open_page(path: str, media_type: str, no: int) -> Image.Image:
    """Open page `no` (from 1) without decoding its pixels. Only the decoder of that
    type is tried.
    """
    if media_type == headers.HEIC:
        _know_heif()
    image = Image.open(Path(path), formats=[_FORMATS[media_type]])
    # Pillow maps uncompressed pixels of a named file in the size of the turned page, which garbles
    # a page that lies on its side.
    image.filename = ""
    if no > 1 or media_type == headers.HEIC:  # which opens with the primary picture
        image.seek(no - 1)
    return image


def decode_gray(path: str, media_type: str, no: int) -> Gray:
    """Decode one page to grey; without a stated resolution, the one that its size
    suggests is used.
    """
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
    """Decode one page in full, black and white ("1"), grey ("L") or colour ("RGB"), upright
    according to its EXIF data.
    """
    image = open_page(path, media_type, no)
    turn = orientation(image, media_type)
    if image.mode != "1":
        image = to_gray(image) if image.mode.startswith(("L", "I", "F")) else to_rgb(image)
    return _stand_up(image, turn)


def decode_thumbnail(path: str, media_type: str, no: int, pixels: int) -> Image.Image:
    """Return a small colour picture of the page, upright according to its EXIF data."""
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
    """Return the picture in grey on white; more than eight bits are scaled instead of clipped."""
    return _flattened(image, "L")


def to_rgb(image: Image.Image) -> Image.Image:
    """Return the picture in colour on white."""
    return _flattened(image, "RGB")


def orientation(image: Image.Image, media_type: str) -> int:
    """Return the EXIF orientation, 1 to 8. TIFF and HEIC are turned by their decoders."""
    if media_type not in (headers.JPEG, headers.PNG, headers.WEBP):
        return 1
    value = image.getexif().get(_EXIF_ORIENTATION, 1)
    return value if value in _UPRIGHT else 1


def dpi_of(image: Image.Image) -> int:
    """Return the resolution stated in the file if it gives a plausible paper size, else that of a
    full A4 page.
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
    """Return the picture on white, reduced by a whole factor. It works in bands, because several
    copies of a large picture would not fit into the memory of the sandbox.
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
"""Grey level from which on nothing is visible on white paper."""


def redraw(source: str, target: str, longest: int) -> dict[str, Any]:
    """Write only the pixels of the PNG `source` to `target`; the answer says whether anything is
    visible.
    """
    image = open_page(source, headers.PNG, 1)
    if max(image.size) > longest:
        raise ValueError("larger than a pad")
    colours = image.convert("RGBA")
    # Composed on a transparent picture, so that hidden pixels under full transparency and all
    # metadata are dropped.
    ink = Image.alpha_composite(Image.new("RGBA", colours.size), colours)
    ink.save(Path(target), "PNG")
    return {"is_empty": not any(to_gray(ink).histogram()[: PALEST + 1])}
