"""What scanners, copiers, poor light and phones do to a clean sheet."""

from collections.abc import Callable, Sequence
from random import Random

import numpy as np
from PIL import Image, ImageChops, ImageFilter

Wear = Callable[[Image.Image, Random], Image.Image]
PHONE = (3000, 4000)
"""Twelve megapixels."""


def none(image: Image.Image, _random: Random) -> Image.Image:
    """As drawn."""
    return image


def skew(image: Image.Image, random: Random) -> Image.Image:
    """Fed at a slant of half a degree to three degrees."""
    angle = random.choice((-1, 1)) * random.uniform(0.5, 3)
    return image.rotate(angle, Image.Resampling.BICUBIC, fillcolor=(252, 252, 250))


def turn(image: Image.Image, random: Random) -> Image.Image:
    """Fed upside down or on its side."""
    return image.rotate(random.choice((90, 180, 270)), expand=True)


def noise(image: Image.Image, random: Random) -> Image.Image:
    """Grain of a bad sensor, and specks."""
    source = np.random.default_rng(random.getrandbits(32))
    grain = source.standard_normal(image.size[::-1], np.float32)
    pixels = np.asarray(image, np.float32) + 18 * grain[..., None]
    pixels[source.random(image.size[::-1], np.float32) < 0.0006] = 40
    return Image.fromarray(pixels.clip(0, 255).astype(np.uint8))


def blur(image: Image.Image, _random: Random) -> Image.Image:
    """Out of focus."""
    return image.filter(ImageFilter.GaussianBlur(2.2))


def fade(image: Image.Image, random: Random) -> Image.Image:
    """Thermal paper and the last of the toner: grey on off-white."""
    strength = random.uniform(0.2, 0.3)
    return image.point([max(0, round(243 - (255 - level) * strength)) for level in range(256)] * 3)


def shadow(image: Image.Image, random: Random) -> Image.Image:
    """Light from one side, and the shadow of a hand."""
    return _lit(image, random)


def small(image: Image.Image, _random: Random) -> Image.Image:
    """Scanned at 200 dpi."""
    return image.resize((image.width * 2 // 3, image.height * 2 // 3), Image.Resampling.BOX)


def photo(image: Image.Image, random: Random) -> Image.Image:
    """A phone over a desk: perspective, the desk around the paper, uneven light, a little blur."""
    width, height = PHONE
    desk = _desk(random)

    def near(x: float, y: float) -> tuple[float, float]:
        return width * x + random.uniform(-0.035, 0.035) * width, height * y + random.uniform(
            -0.025, 0.025
        ) * height

    ratio = image.width / image.height
    tall = 0.86 if ratio < 1 else 0.86 * width / height / ratio
    wide = 0.86 * tall / 0.86 * height / width * ratio if ratio < 1 else 0.86
    left, top = (1 - wide) / 2, (1 - tall) / 2
    corners = [near(left, top), near(1 - left, top), near(1 - left, 1 - top), near(left, 1 - top)]
    source = [(0, 0), (image.width, 0), (image.width, image.height), (0, image.height)]
    warp = projection(corners, source)
    paper = image.transform(PHONE, Image.Transform.PERSPECTIVE, warp, Image.Resampling.BICUBIC)
    mask = Image.new("L", image.size, 255).transform(
        PHONE, Image.Transform.PERSPECTIVE, warp, Image.Resampling.BILINEAR
    )
    desk.paste(paper, (0, 0), mask)
    return _lit(desk, random).filter(ImageFilter.GaussianBlur(0.8))


def _lit(image: Image.Image, random: Random) -> Image.Image:
    """In light that falls off to one side, with a dark round patch. Light changes slowly, so it is made small."""
    x, y = np.linspace(0, 1, 150)[None, :], np.linspace(0, 1, 200)[:, None]
    slope = 0.75 + 0.25 * (x if random.random() < 0.5 else 1 - x)
    middle = random.uniform(0.2, 0.8), random.uniform(0.2, 0.8)
    patch = np.exp(-(((x - middle[0]) / 0.3) ** 2 + ((y - middle[1]) / 0.25) ** 2))
    light = Image.fromarray((255 * slope * (1 - 0.45 * patch)).astype(np.uint8))
    full = light.resize(image.size, Image.Resampling.BICUBIC)
    return ImageChops.multiply(image, Image.merge("RGB", (full, full, full)))


def _desk(random: Random) -> Image.Image:
    """Dark wood: long soft grain."""
    source = np.random.default_rng(random.getrandbits(32))
    grain = Image.fromarray(source.integers(0, 60, (PHONE[1] // 160, PHONE[0] // 8), np.uint8))
    soft = grain.resize(PHONE, Image.Resampling.BICUBIC)
    return ImageChops.add(Image.new("RGB", PHONE, (92, 64, 44)), Image.merge("RGB", (soft, soft, soft)))


def projection(
    corners: Sequence[tuple[float, float]], source: Sequence[tuple[int, int]]
) -> tuple[float, ...]:
    """The eight numbers by which Pillow finds for a place in the result its place in the source."""
    rows: list[list[float]] = []
    wanted: list[float] = []
    for (x, y), (u, v) in zip(corners, source, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        wanted += [u, v]
    return tuple(float(value) for value in np.linalg.solve(np.array(rows), np.array(wanted)))
