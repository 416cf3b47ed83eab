"""How a page looks, in 64 bits: two scans of the same page differ in few of them (a difference hash)."""

import numpy as np
from PIL import Image

ROWS, COLUMNS = 8, 8
CLEARLY = 4
"""Shades of gray by which a spot must be darker than the one right of it; less is the noise of a scanner."""


def of(picture: Image.Image) -> list[int]:
    """Eight rows of eight bits, from the top: where the page gets lighter from left to right."""
    small = picture.convert("L").resize((COLUMNS + 1, ROWS), Image.Resampling.BOX)
    shades = np.asarray(small, dtype=np.int16)
    gets_lighter = shades[:, 1:] - shades[:, :-1] > CLEARLY
    return [int(row) for row in np.packbits(gets_lighter, axis=1)[:, 0]]
