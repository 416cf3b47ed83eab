"""Places on a picture that was turned or cut out lead back to the page."""

import math

import numpy as np
import pytest

from ocr import geometry
from ocr.types import Box

SLANT = np.array([[1.1, 0.02, 40], [0.03, 0.98, 25], [0.00002, -0.00001, 1]])


def test_the_middle_of_a_turned_picture_is_the_middle_of_the_page() -> None:
    back = geometry.back_from_turn(3, (1060, 2050), (1000, 2000))
    assert geometry.place(back, [(530, 1025)]) == pytest.approx(np.array([[500, 1000]]))


def test_what_was_turned_counter_clockwise_goes_back_clockwise() -> None:
    back = geometry.back_from_turn(90, (2000, 1000), (1000, 2000))
    assert geometry.place(back, [(0, 1000)]) == pytest.approx(np.array([[0, 0]]), abs=1e-9)


def test_a_box_keeps_its_size_when_only_turned() -> None:
    back = geometry.back_from_turn(5, (1200, 1200), (1000, 1000))
    box = geometry.place_box(back, Box(700, 600, 90, 30))
    assert (box.width, box.height) == (90, 30)


def test_a_box_shrinks_with_the_picture() -> None:
    half = np.diag([0.5, 0.5, 1])
    assert geometry.place_box(half, Box(100, 60, 40, 20)) == Box(50, 30, 20, 10)


def test_a_box_is_never_empty() -> None:
    assert geometry.place_box(np.diag([0.01, 0.01, 1]), Box(0, 0, 3, 3)).width == 1


def test_without_perspective_the_flattened_matrix_is_the_same() -> None:
    back = geometry.back_from_turn(3, (1060, 2050), (1000, 2000))
    assert geometry.flattened(back, (1060, 2050)) == pytest.approx(back)


def test_with_perspective_it_misses_the_corners_by_little() -> None:
    corners = [(0, 0), (1000, 0), (1000, 1400), (0, 1400)]
    near = geometry.place(geometry.flattened(SLANT, (1000, 1400)), corners)
    assert (
        max(math.dist(*pair) for pair in zip(near, geometry.place(SLANT, corners), strict=True))
        < 15
    )
