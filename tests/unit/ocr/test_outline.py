"""A paper is cut out of its photo, and a scan is left whole."""

import numpy as np
import pytest
from PIL import Image, ImageDraw

from ocr import geometry, preprocess
from tests.unit.ocr import desks, papers

PAPER = papers.page(size=(1240, 1754))
CARD = papers.page(size=(1011, 638), ink=40).point(lambda level: level - 20)


def corners_of(cut: preprocess.Cut) -> np.ndarray:
    """Where the corners of the cut are in the photo."""
    width, height = cut.image.size
    return geometry.place(cut.back, [(0, 0), (width, 0), (width, height), (0, height)])


def found(picture: Image.Image) -> preprocess.Cut:
    """The cut that must be there."""
    cut = preprocess.cut_out(picture)
    assert cut
    return cut


@pytest.mark.parametrize(("paper", "corners"), [(PAPER, desks.UPRIGHT), (CARD, desks.LYING)])
@pytest.mark.parametrize("see", [lambda picture: picture, desks.shaded])
def test_the_corners_are_found_also_when_one_lies_in_the_shadow(paper, corners, see) -> None:
    cut = found(see(desks.photo(paper, corners)))
    assert np.abs(corners_of(cut) - np.array(corners)).max() < 0.02 * max(desks.SIZE)


@pytest.mark.parametrize("level", [30, 120, 190])
def test_a_desk_may_be_of_any_colour_darker_than_the_paper(level: int) -> None:
    assert found(desks.photo(PAPER, desk=level))


def test_the_paper_is_seen_from_straight_above() -> None:
    cut = found(desks.photo(CARD, desks.LYING))
    assert cut.image.width / cut.image.height == pytest.approx(1011 / 638, rel=0.06)


def test_a_paper_that_reaches_over_one_edge_of_the_photo_is_cut_out_too() -> None:
    whole = desks.photo(PAPER)
    assert found(whole.crop((300, 0, *whole.size))).image.width < whole.width - 300


@pytest.mark.parametrize(
    "scan",
    [
        PAPER,
        papers.page(ink=120),
        PAPER.rotate(2, fillcolor=248),
        PAPER.point(lambda level: level // 2),
        Image.new("L", (1240, 1754), 250),
        Image.new("L", (1240, 1754), 20),
        Image.new("L", (3, 2000), 20),
    ],
    ids=["page", "faint", "crooked", "dark", "blank", "black", "line"],
)
def test_a_scan_is_left_whole(scan: Image.Image) -> None:
    assert preprocess.cut_out(scan) is None


def test_a_light_frame_on_a_page_is_no_paper_on_a_desk() -> None:
    """Two of its sides stand out no more than a table's do; what is written around it would be
    lost.
    """
    page = papers.page(size=(1240, 1754)).point(lambda level: max(0, level - 30))
    draw = ImageDraw.Draw(page)
    draw.rectangle((200, 900, 1040, 1500), fill=235)
    assert preprocess.cut_out(page) is None


def test_half_a_page_on_the_black_of_the_glass_is_left_whole() -> None:
    torn = PAPER.copy()
    torn.paste(20, (0, 900, *torn.size))
    assert preprocess.cut_out(torn) is None


def test_noise_is_no_paper() -> None:
    noise = np.random.default_rng(3).integers(0, 255, (1600, 1200), np.uint8)
    assert preprocess.cut_out(Image.fromarray(noise)) is None
