"""Mapping from a derived picture back to the page: turned, cropped and straightened pixels keep
their position.
"""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ocr.types import Box

Matrix3 = NDArray[np.float64]
"""Three by three matrix for points (x, y, 1) in pixels, with y downwards."""

SAME: Matrix3 = np.eye(3)


def back_from_turn(degrees: float, turned: tuple[int, int], page: tuple[int, int]) -> Matrix3:
    """Return the mapping to the page from a picture of size `turned`, which was made by turning the
    page counter-clockwise around its middle.
    """
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    x, y = turned[0] / 2, turned[1] / 2
    return np.array(
        [
            [cos, -sin, page[0] / 2 - (cos * x - sin * y)],
            [sin, cos, page[1] / 2 - (sin * x + cos * y)],
            [0, 0, 1],
        ]
    )


def place(matrix: Matrix3, points: Sequence[tuple[float, float]]) -> NDArray[np.float64]:
    """Return the points of the picture as points of the page, one row each."""
    projected = np.array([(x, y, 1.0) for x, y in points]) @ matrix.T
    return np.asarray(projected[:, :2] / projected[:, 2:], np.float64)


def place_box(matrix: Matrix3, box: Box) -> Box:
    """Return the box on the page: around the same middle, as wide and high as its middle lines are
    there.
    """
    right, bottom = box.left + box.width, box.top + box.height
    x, y = box.left + box.width / 2, box.top + box.height / 2
    west, east, north, south, middle = place(
        matrix, [(box.left, y), (right, y), (x, box.top), (x, bottom), (x, y)]
    )
    width, height = math.dist(west, east), math.dist(north, south)
    return Box(
        round(middle[0] - width / 2),
        round(middle[1] - height / 2),
        max(1, round(width)),
        max(1, round(height)),
    )


def flattened(matrix: Matrix3, size: tuple[int, int]) -> Matrix3:
    """Return the nearest matrix without perspective over a picture of this size, because a PDF can
    place text only that way.
    """
    width, height = size
    corners = [(0.0, 0.0), (width, 0.0), (width, height), (0.0, height)]
    known = np.array([(x, y, 1.0) for x, y in corners])
    found, *_ = np.linalg.lstsq(known, place(matrix, corners), rcond=None)
    return np.vstack([found.T, [0, 0, 1]])
