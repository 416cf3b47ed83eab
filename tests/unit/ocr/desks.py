"""Papers as a phone sees them: on a dark desk, at a slant, with known corners."""

import numpy as np
from PIL import Image

from workflow_app.tools.load.corpus import projection

SIZE = (1500, 2000)
UPRIGHT = ((180, 240), (1290, 200), (1340, 1690), (150, 1740))
"""Corners from the top left clockwise of a paper that is higher than wide."""
LYING = ((120, 600), (1380, 560), (1400, 1380), (90, 1400))
"""The same of a card."""
DESK = 70


def photo(
    paper: Image.Image, corners: tuple[tuple[int, int], ...] = UPRIGHT, *, desk: int = DESK
) -> Image.Image:
    """The grey paper on an even desk."""
    width, height = paper.size
    warp = projection(corners, [(0, 0), (width, 0), (width, height), (0, height)])
    picture = Image.new("L", SIZE, desk)
    seen = paper.transform(SIZE, Image.Transform.PERSPECTIVE, warp, Image.Resampling.BICUBIC)
    mask = Image.new("L", paper.size, 255).transform(SIZE, Image.Transform.PERSPECTIVE, warp)
    picture.paste(seen, (0, 0), mask)
    return picture


def shaded(picture: Image.Image) -> Image.Image:
    """With a shadow that falls on the lower left corner and leaves a third of the light there."""
    x = np.linspace(0, 1, picture.width)[None, :]
    y = np.linspace(0, 1, picture.height)[:, None]
    light = 1 - 0.65 * np.exp(-((x / 0.35) ** 2 + ((1 - y) / 0.35) ** 2))
    return Image.fromarray((np.asarray(picture) * light).astype(np.uint8))
