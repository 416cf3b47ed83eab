"""Two scans of a page look alike, two pages do not."""

import random

from PIL import Image, ImageDraw, ImageFilter

from ocr import pages


def page(seed: int) -> Image.Image:
    """Lines of gray bars as words are: where they begin and end differs from page to page."""
    chance = random.Random(seed)
    made = Image.new("L", (480, 680), 250)
    draw = ImageDraw.Draw(made)
    for top in range(40, 640, 14):
        left = chance.randrange(30, 200)
        while left < 440 - chance.randrange(200):
            right = left + chance.randrange(10, 60)
            draw.rectangle((left, top, right, top + 8), fill=40)
            left = right + chance.randrange(6, 60)
    return made


def scanned_again(original: Image.Image) -> Image.Image:
    """A little askew, a little blurred, darker, smaller."""
    moved = original.rotate(0.6, fillcolor=250, resample=Image.Resampling.BICUBIC)
    dimmed = moved.filter(ImageFilter.GaussianBlur(1.2)).point(lambda shade: int(shade * 0.93))
    return dimmed.resize((430, 609))


def distance(one: Image.Image, other: Image.Image) -> int:
    pairs = zip(pages.of(one), pages.of(other), strict=True)
    return sum((left ^ right).bit_count() for left, right in pairs)


def test_a_second_scan_is_near_and_another_page_is_far() -> None:
    for seed in range(20):
        assert distance(page(seed), scanned_again(page(seed))) <= 8, seed
        assert distance(page(seed), page(seed + 100)) > 8, seed


def test_an_empty_page_has_nothing_to_compare() -> None:
    assert pages.of(Image.new("RGB", (480, 680), "white")) == [0] * 8
