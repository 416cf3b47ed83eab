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
SIDEWAYS_CLEAR = 1.5
"""How much sharper the lines must stand across the page than along it to ask whether it lies on its side."""
EDGES_LEAST = 200
"""Fewer points make no lines."""
INK_CONTRAST = 48
INK_LEAST = 60
"""A page with fewer pixels (of 100 dpi) that differ from their paper holds nothing to read."""


class Prepared(NamedTuple):
    """A page ready for the engine."""

    image: Image.Image
    skew: float
    """Degrees that were turned out, counter-clockwise."""
    is_blank: bool
    is_sideways: bool
    """Its lines seem to run from top to bottom; which way up is for the engine to say."""


class Lines(NamedTuple):
    """How the lines of a page run."""

    angle: float
    """Degrees by which they run down to the right; 0 when they run level or nothing is clear."""
    sharpness: float
    """How few rows they fall on at that angle; comparable between two directions of one page."""


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
        return Prepared(gray, 0.0, is_blank=True, is_sideways=False)
    along, across = find_lines(ink), find_lines(ink.T)
    is_sideways = across.sharpness > SIDEWAYS_CLEAR * along.sharpness
    skew = 0.0 if is_sideways else along.angle
    if skew:
        gray = gray.rotate(skew, Image.Resampling.BILINEAR, expand=True, fillcolor=255)
    return Prepared(gray, skew, is_blank=False, is_sideways=is_sideways)


def find_lines(ink: NDArray[np.bool_]) -> Lines:
    """Find the angle at which the lower edges of the ink, projected, fall on the fewest rows."""
    rows, columns = np.nonzero(ink[:-1] & ~ink[1:])
    if rows.size < EDGES_LEAST:
        return Lines(0.0, 0.0)
    step = rows.size // 40_000 + 1
    y, x = rows[::step].astype(np.float32), columns[::step].astype(np.float32)
    coarse = np.arange(-SKEW_MOST, SKEW_MOST + 0.01, 0.25)
    scores = [_sharpness(y, x, angle) for angle in coarse]
    best, usual = float(coarse[int(np.argmax(scores))]), float(np.median(scores))
    if max(scores) < SKEW_CLEAR * usual or abs(best) >= SKEW_MOST:
        return Lines(0.0, usual)
    fine = np.arange(best - 0.25, best + 0.26, 0.05)
    angle = float(fine[int(np.argmax([_sharpness(y, x, each) for each in fine]))])
    return Lines(round(angle, 2) if abs(angle) >= SKEW_LEAST else 0.0, max(scores))


def _sharpness(y: NDArray[np.float32], x: NDArray[np.float32], angle: float) -> float:
    slope = np.tan(np.radians(angle))
    shifted = y - x * slope
    counts = np.bincount((shifted - shifted.min()).astype(np.int32))
    return float(np.square(counts, dtype=np.float64).sum()) / y.size


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
