"""Making a page easier to read only where it needs it."""

import numpy as np
import pytest
from PIL import Image

from ocr import preprocess
from tests.unit.ocr import papers


def shaded(image: Image.Image) -> Image.Image:
    """The page with a shadow that takes two thirds of the light on its right side."""
    light = np.linspace(1.0, 0.33, image.width)[np.newaxis, :]
    return Image.fromarray((np.asarray(image) * light).astype(np.uint8))


def test_an_ordinary_page_stays_as_it_is() -> None:
    page = papers.page()
    prepared = preprocess.prepare(page, 300)
    assert prepared.image.tobytes() == page.tobytes()
    assert (prepared.skew, prepared.is_blank, prepared.is_sideways) == (0.0, False, False)


@pytest.mark.parametrize("skew", [-4.0, -1.2, 0.6, 2.5])
def test_skew_is_found_to_a_tenth_of_a_degree_and_turned_out(skew: float) -> None:
    crooked = papers.page().rotate(-skew, Image.Resampling.BICUBIC, expand=True, fillcolor=248)
    prepared = preprocess.prepare(crooked, 300)
    assert prepared.skew == pytest.approx(skew, abs=0.11)
    assert abs(preprocess.prepare(prepared.image, 300).skew) <= 0.2


@pytest.mark.parametrize("turn", [90, 270])
def test_a_page_on_its_side_is_recognised_as_such_and_not_straightened(turn: int) -> None:
    prepared = preprocess.prepare(papers.page().rotate(turn, expand=True), 300)
    assert prepared.is_sideways
    assert prepared.skew == 0.0


def test_a_shadow_is_divided_away() -> None:
    prepared = preprocess.prepare(shaded(papers.page()), 300)
    paper = np.percentile(np.asarray(prepared.image)[:, ::40], 90, axis=0)
    assert paper.min() > 215


def test_a_page_in_poor_light_becomes_white() -> None:
    dark = papers.page().point(lambda level: level // 2)
    assert np.median(np.asarray(preprocess.prepare(dark, 300).image)) > 240


@pytest.mark.parametrize("paper", [255, 240, 120])
def test_an_empty_page_is_blank_also_with_the_noise_of_a_scanner(paper: int) -> None:
    noise = (
        np.random.default_rng(7).normal(paper - 10, 6, (1754, 1240)).clip(0, 255).astype(np.uint8)
    )
    assert preprocess.prepare(Image.fromarray(noise), 300).is_blank


def test_one_small_word_is_not_blank() -> None:
    assert not preprocess.prepare(papers.page(lines=("Lunas",)), 300).is_blank


def test_a_tiny_picture_does_no_harm() -> None:
    assert preprocess.prepare(Image.new("L", (1, 1), 255), 300).is_blank
