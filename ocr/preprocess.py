"""Making a page easier to read, only where it needs it: cut out of its photo, shadows divided away, faded writing
darkened, skew turned out, blanks known.

Runs in the sandbox only. Measures are taken on a small copy, so an ordinary page costs some tens of milliseconds.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from ocr import geometry, outline
from ocr.geometry import Matrix3

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
"""Grey levels by which ordinary ink differs from its paper."""
FAINT_CONTRAST = 18
"""The same for the last of the toner, on a paper that is even enough to tell."""
GRAIN_MOST = 6.0
"""Faint ink must stand out this many times as far as the grain of the paper does."""
FAINT_SHARE = 4
"""A page is faded when this many times more of it is faint ink than ordinary ink."""
INK_LEAST = 60
"""A page with fewer pixels (of 100 dpi) that differ from their paper holds nothing to read."""
FAINT_INK = 110
"""Ink that differs less from its paper than this is darkened until it does."""
CARD_SHAPE = (1.5, 1.68)
"""A card of ID-1 size is 85.6 by 54 mm; its side ratio is 1.585."""
CARD_INCHES, PAPER_INCHES = 3.37, 11.69
CARD_MOST_INCHES = 5.0


class Prepared(NamedTuple):
    """A page ready for the engine."""

    image: Image.Image
    dpi: int
    skew: float
    """Degrees that were turned out, counter-clockwise."""
    back: Matrix3
    """From the pixels of `image` to those of the page that was given."""
    is_blank: bool
    is_sideways: bool
    """Its lines seem to run from top to bottom; which way up is for the engine to say."""
    is_card: bool
    """Labels and values side by side in one block, as on an identity card."""
    is_cut_out: bool
    """Only the paper that was seen on the picture is left of it."""


class Lines(NamedTuple):
    """How the lines of a page run."""

    angle: float
    """Degrees by which they run down to the right; 0 when they run level or nothing is clear."""
    sharpness: float
    """How few rows they fall on at that angle; comparable between two directions of one page."""


def prepare(page: Image.Image, dpi: int, *, whole: bool = False) -> Prepared:
    """Cut out, divide, darken, straighten and judge one grey page. `whole` leaves nothing of the picture away."""
    cut = None if whole else outline.cut_out(page)
    gray, back = (cut.image, cut.back) if cut else (page, geometry.SAME)
    is_card = _is_card(gray, 0 if cut else dpi)
    if cut:
        dpi = max(70, round(max(gray.size) / (CARD_INCHES if is_card else PAPER_INCHES)))
    small = gray.reduce(max(1, round(dpi / 100)))
    paper, grain = _paper(small), _grain(small)
    if _needs_division(paper):
        grain *= 255 / max(1.0, float(np.median(np.asarray(paper))))
        gray, small = _divide(gray, paper), _divide(small, paper)
        paper = Image.new("L", small.size, 255)
    depth = np.asarray(paper, np.int16) - np.asarray(small, np.int16)
    ink = _ink(depth, grain)
    found = Prepared(gray, dpi, 0.0, back, False, False, is_card, cut is not None)
    if int(ink.sum()) < INK_LEAST:
        return found._replace(is_blank=True)
    if (faint := float(np.percentile(depth[ink], 90))) < FAINT_INK:
        gray = _darken(gray, FAINT_INK / faint)
    along, across = find_lines(ink), find_lines(ink.T)
    if across.sharpness > SIDEWAYS_CLEAR * along.sharpness:
        return found._replace(image=gray, is_sideways=True)
    if not along.angle:
        return found._replace(image=gray)
    straight = gray.rotate(along.angle, Image.Resampling.BILINEAR, expand=True, fillcolor=255)
    back = back @ geometry.back_from_turn(along.angle, straight.size, gray.size)
    return found._replace(image=straight, skew=along.angle, back=back)


def _is_card(gray: Image.Image, dpi: int) -> bool:
    """By its shape, and where the resolution is known by its size too."""
    is_small = not dpi or gray.width / dpi <= CARD_MOST_INCHES
    return is_small and CARD_SHAPE[0] < gray.width / gray.height < CARD_SHAPE[1]


def _ink(depth: NDArray[np.int16], grain: float) -> NDArray[np.bool_]:
    """Where the page is darker than its paper by as much as ink is; of a faded page, by more than its grain is."""
    ordinary = depth > INK_CONTRAST
    least = float(np.clip(np.median(depth) + GRAIN_MOST * grain, FAINT_CONTRAST, INK_CONTRAST))
    faint = depth > least
    return faint if faint.sum() > FAINT_SHARE * ordinary.sum() else ordinary


def _grain(small: Image.Image) -> float:
    """Standard deviation of what differs from one pixel to the next on the paper itself, in grey levels."""
    steps = np.abs(np.diff(np.asarray(small, np.int16), axis=1))
    return float(np.median(steps)) * 1.4826 / 2**0.5 if steps.size else 0.0


def _darken(gray: Image.Image, times: float) -> Image.Image:
    """Stretch away from white, so that what is lightest stays as it is."""
    return gray.point([max(0, round(255 - (255 - level) * times)) for level in range(256)])


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
