"""Making a page easier to read, only where it needs it: shadows divided away, skew turned out, blanks known.

Runs in the sandbox only. Measures are taken on a small copy, so an ordinary page costs some tens of milliseconds.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

Pixels = NDArray[np.uint8]

SHADOW_SPREAD = 36
"""Grey levels between the lightest and darkest paper on one page, above which the background is divided away."""
PAPER_LEVEL = 180
"""A paper darker than this on average is divided too: a grey photocopy, a photo in poor light."""
SKEW_LEAST, SKEW_MOST = 0.15, 7.0
"""Degrees: less harms nothing, more is not skew but another page layout."""
SKEW_CLEAR = 1.25
"""How much sharper the lines must stand at the found angle than at a usual one to believe it."""
INK_CONTRAST = 48
INK_LEAST = 60
"""A page with fewer pixels (of 100 dpi) that differ from their paper holds nothing to read."""


class Prepared(NamedTuple):
    """A page ready for the engine. `skew` is what was turned out, in degrees clockwise."""

    image: Image.Image
    skew: float
    is_blank: bool


def prepare(gray: Image.Image, dpi: int) -> Prepared:
    """Divide, straighten and judge one grey page."""
    small = gray.reduce(max(1, round(dpi / 100)))
    paper = _paper(small)
    if _needs_division(paper):
        gray = _divide(gray, paper)
        small = _divide(small, paper)
        paper = Image.new("L", small.size, 255)
    ink = np.asarray(small, np.int16) < np.asarray(paper, np.int16) - INK_CONTRAST
    if int(ink.sum()) < INK_LEAST:
        return Prepared(gray, 0.0, is_blank=True)
    skew = find_skew(ink)
    if skew:
        gray = gray.rotate(skew, Image.Resampling.BILINEAR, expand=True, fillcolor=255)
    return Prepared(gray, skew, is_blank=False)


def find_skew(ink: NDArray[np.bool_]) -> float:
    """By how many degrees the lines run down to the right; 0 when they run level or nothing is clear.

    Lower edges of the ink are projected at every angle; at the right one they fall on few rows.
    """
    edges = ink[:-1] & ~ink[1:]
    rows, columns = np.nonzero(edges)
    if rows.size < 200:
        return 0.0
    step = rows.size // 40_000 + 1
    y, x = rows[::step].astype(np.float32), columns[::step].astype(np.float32)
    coarse = np.arange(-SKEW_MOST, SKEW_MOST + 0.01, 0.25)
    scores = [_sharpness(y, x, angle) for angle in coarse]
    best = float(coarse[int(np.argmax(scores))])
    if max(scores) < SKEW_CLEAR * float(np.median(scores)) or abs(best) >= SKEW_MOST:
        return 0.0
    fine = np.arange(best - 0.25, best + 0.26, 0.05)
    angle = float(fine[int(np.argmax([_sharpness(y, x, each) for each in fine]))])
    return round(angle, 2) if abs(angle) >= SKEW_LEAST else 0.0


def _sharpness(y: NDArray[np.float32], x: NDArray[np.float32], angle: float) -> float:
    slope = np.tan(np.radians(angle))
    shifted = y - x * slope
    counts = np.bincount((shifted - shifted.min()).astype(np.int32))
    return float(np.square(counts, dtype=np.float64).sum())


def _paper(small: Image.Image) -> Image.Image:
    """The paper without its writing: lightest neighbours, heavily blurred. A quarter of the small copy's size."""
    coarse = small.reduce(4)
    for _ in range(3):
        coarse = coarse.filter(ImageFilter.MaxFilter(5))
    return coarse.filter(ImageFilter.GaussianBlur(8)).resize(small.size, Image.Resampling.BILINEAR)


def _needs_division(paper: Image.Image) -> bool:
    levels = np.asarray(paper.reduce(8))
    darkest, lightest = np.percentile(levels, (3, 97))
    return bool(lightest - darkest > SHADOW_SPREAD or levels.mean() < PAPER_LEVEL)


def _divide(gray: Image.Image, paper: Image.Image) -> Image.Image:
    pixels = np.asarray(gray, np.uint16)
    # Below 48 there is no paper but the dark around it; dividing by it would make noise look like writing.
    ground = np.maximum(np.asarray(paper.resize(gray.size, Image.Resampling.BILINEAR), np.uint16), 48)
    return Image.fromarray(np.minimum(pixels * np.uint16(255) // ground, 255).astype(np.uint8))
