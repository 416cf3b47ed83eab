"""Pictures of more than eight bits a dot (16 and 32 bits, whole or with a point), brought to eight. Runs in the sandbox only."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from PIL import Image

_SAMPLE_FORMAT, _PHOTOMETRIC = 339, 262
_UNSIGNED, _WHITE_IS_ZERO = 1, 0


@dataclass(frozen=True, slots=True)
class Depth:
    """What is black and what is white in a picture. The file seldom says: devices of 10 or 12 bits fill the lower part of 16."""

    black: float
    white: float
    is_unsigned: bool
    """Its whole numbers of 32 bits have no sign, whatever Pillow makes of them."""
    is_inverted: bool

    @classmethod
    def of(cls, image: Image.Image, rows: int) -> Self | None:
        """From all of its dots, so many rows at a time; None for a picture of eight bits or less. Nothing is darker than nought,
        and no picture that could have been told in eight bits is made lighter."""
        if not image.mode.startswith(("I", "F")):
            return None
        tags: Any = getattr(image, "tag_v2", {})
        is_unsigned = (
            bool(tags) and image.mode == "I" and tags.get(_SAMPLE_FORMAT, (_UNSIGNED,))[0] == _UNSIGNED
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
