"""Preparation of a page picture for recognition, only where needed: cropping from a photo, removing
shadows, darkening faded writing, straightening, and detecting blank pages.

Runs in the sandbox only. Measurements use a small copy, so an ordinary page costs some tens of
milliseconds. For a sheet of paper on a desk, its four corners are found and the perspective is
removed; OpenCV is imported only for the first picture whose edge is not paper.
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
"""Longest side of the small copy, in pixels."""
LEAST_AREA, MOST_AREA = 0.08, 0.97
"""Limits of the sheet's share of the picture; a smaller sheet has too few pixels, a larger one is
the picture itself.
"""
RIGHT_ANGLE = 25.0
"""Degrees by which a corner may differ from a right angle."""
CONTRAST = 1.2
"""Smallest ratio of the brightness of the sheet to that of its surroundings, on each
visible side.
"""
MOST_SIDES = 6
FURTHEST = 4.0
"""Largest extension of a side to a hidden corner, in its own lengths."""
SIDES_SEEN = 3
EDGE = 0.012
"""Distance from the edge within which a corner counts as on the edge, as a share of the side of the
picture.
"""
ROUGH = 0.02
"""Largest deviation of the outline from four straight lines, as a share of its length."""
DESK = 40
"""Smallest difference in grey levels between the middle and the edge of a picture that shows a
desk.
"""


class Cut(NamedTuple):
    """A sheet cropped from its photo."""

    image: Image.Image
    back: Matrix3
    """Mapping from its pixels to those of the photo."""


def cut_out(gray: Image.Image) -> Cut | None:
    """Return the sheet in the photo, seen from straight above; None when the sheet fills the
    picture or is not clearly visible.
    """
    shrink = max(1, round(max(gray.size) / SMALL))
    small = np.asarray(gray.reduce(shrink))
    if not _shows_desk(small):
        return None
    corners = _find(small)
    if corners is None:
        return None
    # The middle of a small pixel is the middle of the large ones it stands for.
    return _seen_from_above(gray, corners * shrink + (shrink - 1) / 2)


def _shows_desk(small: NDArray[np.uint8]) -> bool:
    """Return whether a large part of the edge is clearly darker than the lightest parts of the
    picture.
    """
    edge = np.concatenate([small[0], small[-1], small[:, 0], small[:, -1]])
    return bool(np.percentile(small, 90) - np.percentile(edge, 25) > DESK)


def _find(small: NDArray[np.uint8]) -> NDArray[np.float64] | None:
    """Return the corners, clockwise from the top left, of the outline with the best contrast."""
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
    """Yield light areas, then areas inside clear edges; the latter also show a sheet that is half
    in shadow.
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
    """Yield the outline itself, or the outline without the sides by which a shadow or a thumb cut
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
    """Return the outline without the side that begins at a corner: its neighbours are extended
    until they meet, if they do.
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
    """Return whether the four corners are nearly right angles."""
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
    """Return the smallest brightness ratio of the sheet to its surroundings over all sides; 0 when
    too few sides are visible, or one has no contrast.
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
    # One is added, so that division by black is possible.
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
"""Difference between the lightest and darkest paper of a page, in grey levels, above which the page
is divided by its background.
"""
PAPER_LEVEL = 180
"""Mean grey level below which a page is divided too: a grey photocopy, or a photo in poor light."""
SKEW_LEAST, SKEW_MOST = 0.15, 7.0
"""Limits in degrees: less is harmless, more is not skew but another page layout."""
SKEW_CLEAR = 1.25
"""Smallest ratio of the line sharpness at the found angle to that at a usual one."""
SIDEWAYS_CLEAR = 1.5
"""Smallest ratio of the line sharpness across the page to that along it for which the engine is
asked whether the page lies on its side.
"""
EDGES_LEAST = 200
"""Smallest number of edge points that can show lines."""
INK_CONTRAST = 48
"""Grey levels by which ordinary ink differs from its paper."""
FAINT_CONTRAST = 18
"""The same for faint toner, on paper with little grain."""
GRAIN_MOST = 6.0
"""Smallest ratio of the contrast of faint ink to the grain of the paper."""
FAINT_SHARE = 4
"""Ratio of faint to ordinary ink above which a page is faded."""
INK_LEAST = 60
"""Smallest number of ink pixels (at 100 dpi) of a page that is not blank."""
FAINT_INK = 110
"""Contrast to which fainter ink is darkened."""
CARD_SHAPE = (1.5, 1.68)
"""Limits of the side ratio of a card of ID-1 size: 85.6 by 54 mm, a ratio of 1.585."""
CARD_INCHES, PAPER_INCHES = 3.37, 11.69
CARD_MOST_INCHES = 5.0


class Prepared(NamedTuple):
    """A page ready for the engine."""

    image: Image.Image
    dpi: int
    skew: float
    """Degrees of skew that were removed, counter-clockwise."""
    back: Matrix3
    """Mapping from the pixels of `image` to those of the given page."""
    is_blank: bool
    is_sideways: bool
    """Whether the lines seem to run from top to bottom; the engine determines which side is up."""
    is_card: bool
    """Whether it has the shape of an identity card, with labels and values side by side in one
    block.
    """
    is_cut_out: bool
    """Whether only the visible sheet of the picture is left."""


class Lines(NamedTuple):
    """Direction of the lines of a page."""

    angle: float
    """Degrees by which they fall to the right; 0 when they are level or unclear."""
    sharpness: float
    """Concentration of the lines on few rows at that angle; comparable between two directions of
    one page.
    """


def prepare(page: Image.Image, dpi: int, *, whole: bool = False) -> Prepared:
    """Crop, divide, darken, straighten and judge one grey page. `whole` prevents cropping."""
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
    """Return whether the shape, and the size if the resolution is known, are those of a card."""
    is_small = not dpi or gray.width / dpi <= CARD_MOST_INCHES
    return is_small and CARD_SHAPE[0] < gray.width / gray.height < CARD_SHAPE[1]


def _ink(depth: NDArray[np.int16], grain: float) -> NDArray[np.bool_]:
    """Return where the page is darker than its paper by the contrast of ink, or on a faded page by
    more than its grain.
    """
    ordinary = depth > INK_CONTRAST
    least = float(np.clip(np.median(depth) + GRAIN_MOST * grain, FAINT_CONTRAST, INK_CONTRAST))
    faint = depth > least
    return faint if faint.sum() > FAINT_SHARE * ordinary.sum() else ordinary


def _grain(small: Image.Image) -> float:
    """Return the standard deviation between neighbouring pixels of the bare paper, in
    grey levels.
    """
    steps = np.abs(np.diff(np.asarray(small, np.int16), axis=1))
    return float(np.median(steps)) * 1.4826 / 2**0.5 if steps.size else 0.0


def _darken(gray: Image.Image, times: float) -> Image.Image:
    """Increase the difference from white, so that the lightest parts stay unchanged."""
    return gray.point([max(0, round(255 - (255 - level) * times)) for level in range(256)])


def find_lines(ink: NDArray[np.bool_]) -> Lines:
    """Return the angle at which the projected lower edges of the ink fall on the fewest rows."""
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
    """Return the paper without its writing, at a quarter of the small copy's size: lightest
    neighbours, heavily blurred.
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
    # Below 48 there is no paper but the dark area around it; dividing by it would make noise look
    # like writing.
    ground = np.maximum(
        np.asarray(paper.resize(gray.size, Image.Resampling.BILINEAR), np.uint16), 48
    )
    return Image.fromarray(np.minimum(pixels * np.uint16(255) // ground, 255).astype(np.uint8))
