"""A paper on a desk: finding its four corners in a photo, and looking at it from straight above. In the sandbox only.

Few papers are photos, so OpenCV is loaded by the first picture whose edge is not paper.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ocr.geometry import Matrix3

if TYPE_CHECKING:
    from cv2.typing import MatLike

SMALL = 640
"""Longest side of the copy that is searched, in pixels."""
LEAST_AREA, MOST_AREA = 0.08, 0.97
"""Share of the picture; a smaller paper has too few pixels, a larger one is the picture."""
RIGHT_ANGLE = 25.0
"""Degrees by which a corner may miss a right angle; more is no paper seen by somebody who wants it read."""
CONTRAST = 1.2
"""How many times as light as what lies around it the paper must be, on each side that is in the picture."""
MOST_SIDES = 6
FURTHEST = 4.0
"""How many times its own length a side may be drawn out to where a hidden corner must be."""
SIDES_SEEN = 3
EDGE = 0.012
"""Share of the picture's side: a corner nearer to the edge than this lies on the edge."""
ROUGH = 0.02
"""Share of the outline's length by which it may miss four straight lines."""
DESK = 40
"""Grey levels between the middle of the picture and its edge, below which there is no desk to be seen."""


class Cut(NamedTuple):
    """A paper cut out of its photo."""

    image: Image.Image
    back: Matrix3
    """From its pixels to those of the photo."""


def cut_out(gray: Image.Image) -> Cut | None:
    """The paper on the photo, seen from straight above; None when the picture is the paper, or nothing is clear."""
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
    """Light areas, then areas inside of clear edges: the second also finds a paper that is half in shadow."""
    import cv2

    soft = cv2.GaussianBlur(small, (5, 5), 0)
    _, light = cv2.threshold(soft, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    kernel = np.ones((7, 7), np.uint8)
    yield cv2.morphologyEx(light, cv2.MORPH_CLOSE, kernel)
    for low, high in ((30, 90), (12, 36)):
        edges = cv2.dilate(cv2.Canny(soft, low, high), np.ones((3, 3), np.uint8))
        yield cv2.morphologyEx(edges, cv2.MORPH_CLOSE, kernel)


def _with_four_sides(corners: NDArray[np.float64]) -> Iterator[NDArray[np.float64]]:
    """The outline itself, or what is left of it without the sides that a shadow or a thumb has cut off a corner."""
    if len(corners) == 4:
        yield corners
    elif 4 < len(corners) <= MOST_SIDES:
        for no in range(len(corners)):
            less = _without_side(corners, no)
            if less is not None:
                yield from _with_four_sides(less)


def _without_side(corners: NDArray[np.float64], no: int) -> NDArray[np.float64] | None:
    """The outline without the side that begins at a corner: its neighbours go on until they meet, if they do."""
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
    """How many times lighter the paper is than its surroundings, along the side where that is least; 0 when too few
    sides are in the picture, or one of them does not stand out."""
    height, width = small.shape
    middle, found = corners.mean(0), []
    for no in range(4):
        along = corners[no] + (corners[(no + 1) % 4] - corners[no]) * np.linspace(0.06, 0.94, 60)[:, None]
        inward = middle - along.mean(0)
        inward = inward / max(1e-9, float(np.hypot(*inward)))
        inside, outside = along + 6 * inward, along - 6 * inward
        seen = (
            (outside > EDGE * min(width, height)) & (outside < np.array([width, height]) * (1 - EDGE))
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
