"""Making a page easier to read, only where it needs it: cut out of its photo, shadows divided away,
faded writing darkened, skew turned out, blanks known.

Runs in the sandbox only. Measures are taken on a small copy, so an ordinary page costs some tens of
milliseconds.

A paper on a desk: finding its four corners in a photo, and looking at it from straight above. In
the sandbox only.

Few papers are photos, so OpenCV is loaded by the first picture whose edge is not paper.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from ocr import geometry
from ocr.geometry import Matrix3

if TYPE_CHECKING:
    from cv2.typing import MatLike

SMALL = 640
"""Longest side of the copy that is searched, in pixels."""
LEAST_AREA, MOST_AREA = 0.08, 0.97
"""Share of the picture; a smaller paper has too few pixels, a larger one is the picture."""
RIGHT_ANGLE = 25.0
"""Degrees by which a corner may miss a right angle; more is no paper seen by somebody who wants it
read.
"""
CONTRAST = 1.2
"""How many times as light as what lies around it the paper must be, on each side that is in the
picture.
"""
MOST_SIDES = 6
FURTHEST = 4.0
"""How many times its own length a side may be drawn out to where a hidden corner must be."""
SIDES_SEEN = 3
EDGE = 0.012
"""Share of the picture's side: a corner nearer to the edge than this lies on the edge."""
ROUGH = 0.02
"""Share of the outline's length by which it may miss four straight lines."""
DESK = 40
"""Grey levels between the middle of the picture and its edge, below which there is no desk to be
seen.
"""


class Cut(NamedTuple):
    """A paper cut out of its photo."""

    image: Image.Image
    back: Matrix3
    """From its pixels to those of the photo."""


def cut_out(gray: Image.Image) -> Cut | None:
    """The paper on the photo, seen from straight above; None when the picture is the paper, or
    nothing is clear.
    """
    shrink = max(1, round(max(gray.size) / SMALL))
    small = np.asarray(gray.reduce(shrink))
    if not _shows_desk(small):
        return None
    corners = _find(small)
    if corners is None:
        return None
    # The middle of a small pixel is the middle of the large ones it was made of.
    return _seen_from_above(gray, corners * shrink + (shrink - 1) / 2)


def _shows_desk(small: NDArray[np.uint8]) -> bool:
    """Whether a good part of the edge is clearly darker than the lightest parts of the picture."""
    edge = np.concatenate([small[0], small[-1], small[:, 0], small[:, -1]])
    return bool(np.percentile(small, 90) - np.percentile(edge, 25) > DESK)


def _find(small: NDArray[np.uint8]) -> NDArray[np.float64] | None:
    """The corners from the top left clockwise, of the outline whose sides stand out most."""
    best, most = None, 0.0
    for corners in _quadrilaterals(small):
        score = _contrast(small, corners)
        if score > most:
            best, most = corners, score
    return best


def _quadrilaterals(small: NDArray[np.uint8]) -> Iterator[NDArray[np.float64]]:
    import cv2

    cv2.setNumThreads(1)
    for mask in _masks(small):
        outlines, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
        for outline in outlines:
            hull = cv2.convexHull(outline)
            share = cv2.contourArea(hull) / small.size
            if not LEAST_AREA < share < MOST_AREA:
                continue
            simple = cv2.approxPolyDP(hull, ROUGH * cv2.arcLength(hull, closed=True), closed=True)
            for corners in _with_four_sides(simple.reshape(-1, 2).astype(np.float64)):
                if _is_like_paper(corners):
                    yield _from_top_left(corners)


def _masks(small: NDArray[np.uint8]) -> Iterator["MatLike"]:
    """Light areas, then areas inside of clear edges: the second also finds a paper that is half in
    shadow.
    """
    import cv2

    soft = cv2.GaussianBlur(small, (5, 5), 0)
    _, light = cv2.threshold(soft, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    kernel = np.ones((7, 7), np.uint8)
    yield cv2.morphologyEx(light, cv2.MORPH_CLOSE, kernel)
    for low, high in ((30, 90), (12, 36)):
        edges = cv2.dilate(cv2.Canny(soft, low, high), np.ones((3, 3), np.uint8))
        yield cv2.morphologyEx(edges, cv2.MORPH_CLOSE, kernel)


def _with_four_sides(corners: NDArray[np.float64]) -> Iterator[NDArray[np.float64]]:
    """The outline itself, or what is left of it without the sides that a shadow or a thumb has cut
    off a corner.
    """
    if len(corners) == 4:
        yield corners
    elif 4 < len(corners) <= MOST_SIDES:
        for no in range(len(corners)):
            less = _without_side(corners, no)
            if less is not None:
                yield from _with_four_sides(less)


def _without_side(corners: NDArray[np.float64], no: int) -> NDArray[np.float64] | None:
    """The outline without the side that begins at a corner: its neighbours go on until they meet,
    if they do.
    """
    before, start, end, after = (corners[(no + step) % len(corners)] for step in (-1, 0, 1, 2))
    one, two = start - before, end - after
    if abs(spread := _cross(one, two)) < 1e-9:
        return None
    reaches = _cross(end - start, two) / spread, _cross(end - start, one) / spread
    if not all(0 < reach < FURTHEST for reach in reaches):
        return None
    return np.vstack([start + reaches[0] * one, np.roll(corners, -no, 0)[2:]])


def _cross(one: NDArray[np.float64], two: NDArray[np.float64]) -> float:
    return float(one[0] * two[1] - one[1] * two[0])


def _is_like_paper(corners: NDArray[np.float64]) -> bool:
    """Four corners that are nearly right angles."""
    for no in range(4):
        one, two = corners[no - 1] - corners[no], corners[(no + 1) % 4] - corners[no]
        cosine = one @ two / max(1e-9, float(np.hypot(*one) * np.hypot(*two)))
        if abs(np.degrees(np.arccos(np.clip(cosine, -1, 1))) - 90) > RIGHT_ANGLE:
            return False
    return True


def _from_top_left(corners: NDArray[np.float64]) -> NDArray[np.float64]:
    around = corners[np.argsort(np.arctan2(*(corners - corners.mean(0)).T[::-1]))]
    return np.roll(around, -int(np.argmin(around.sum(1))), 0)


def _contrast(small: NDArray[np.uint8], corners: NDArray[np.float64]) -> float:
    """How many times lighter the paper is than its surroundings, along the side where that is
    least; 0 when too few sides are in the picture, or one of them does not stand out.
    """
    height, width = small.shape
    middle, found = corners.mean(0), []
    for no in range(4):
        along = (
            corners[no]
            + (corners[(no + 1) % 4] - corners[no]) * np.linspace(0.06, 0.94, 60)[:, None]
        )
        inward = middle - along.mean(0)
        inward = inward / max(1e-9, float(np.hypot(*inward)))
        inside, outside = along + 6 * inward, along - 6 * inward
        seen = (
            (outside > EDGE * min(width, height))
            & (outside < np.array([width, height]) * (1 - EDGE))
        ).all(1)
        if seen.mean() < 0.5:
            continue
        found.append(float(np.median(_levels(small, inside[seen]) / _levels(small, outside[seen]))))
    return min(found) if len(found) >= SIDES_SEEN and min(found) >= CONTRAST else 0.0


def _levels(small: NDArray[np.uint8], points: NDArray[np.float64]) -> NDArray[np.float64]:
    x, y = np.round(points).astype(int).T
    levels = small[y.clip(0, small.shape[0] - 1), x.clip(0, small.shape[1] - 1)]
    # One more than it is, so that black can be divided by.
    return np.asarray(levels, np.float64) + 1


def _seen_from_above(gray: Image.Image, corners: NDArray[np.float64]) -> Cut:
    import cv2

    sides = np.hypot(*(np.roll(corners, -1, 0) - corners).T)
    width, height = round((sides[0] + sides[2]) / 2), round((sides[1] + sides[3]) / 2)
    flat = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
    back: Any = cv2.getPerspectiveTransform(flat, corners.astype(np.float32))
    pixels = cv2.warpPerspective(
        np.asarray(gray),
        back,
        (width, height),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return Cut(Image.fromarray(np.asarray(pixels, np.uint8)), np.asarray(back, np.float64))


Pixels = NDArray[np.uint8]

SHADOW_SPREAD = 36
"""Grey levels between the lightest and darkest paper on one page, above which the background is
divided away.
"""
PAPER_LEVEL = 180
"""A paper darker than this on average is divided too: a grey photocopy, a photo in poor light."""
SKEW_LEAST, SKEW_MOST = 0.15, 7.0
"""Degrees: less harms nothing, more is not skew but another page layout."""
SKEW_CLEAR = 1.25
"""How much sharper the lines must stand at the found angle than at a usual one to believe it."""
SIDEWAYS_CLEAR = 1.5
"""How much sharper the lines must stand across the page than along it to ask whether it lies on its
side.
"""
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
    """Cut out, divide, darken, straighten and judge one grey page. `whole` leaves nothing of the
    picture away.
    """
    cut = None if whole else cut_out(page)
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
    """Where the page is darker than its paper by as much as ink is; of a faded page, by more than
    its grain is.
    """
    ordinary = depth > INK_CONTRAST
    least = float(np.clip(np.median(depth) + GRAIN_MOST * grain, FAINT_CONTRAST, INK_CONTRAST))
    faint = depth > least
    return faint if faint.sum() > FAINT_SHARE * ordinary.sum() else ordinary


def _grain(small: Image.Image) -> float:
    """Standard deviation of what differs from one pixel to the next on the paper itself, in grey
    levels.
    """
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
    """The paper without its writing: lightest neighbours, heavily blurred. A quarter of the small
    copy's size.
    """
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
    # Below 48 there is no paper but the dark around it; dividing by it would make noise look like
    # writing.
    ground = np.maximum(
        np.asarray(paper.resize(gray.size, Image.Resampling.BILINEAR), np.uint16), 48
    )
    return Image.fromarray(np.minimum(pixels * np.uint16(255) // ground, 255).astype(np.uint8))
