"""The ink of a drawn signature: decoded, and written again as a picture of our own. Runs in the sandbox only."""

from pathlib import Path
from typing import Any

from PIL import Image

from ocr import pictures, signatures

PALEST = 250
"""Grey from which on nobody sees anything on white paper."""


def redraw(source: str, target: str, longest: int) -> dict[str, Any]:
    """Write the pixels of the PNG `source`, and nothing else of it, to `target`; says whether anything can be seen."""
    image = pictures.open_page(source, signatures.PNG, 1)
    if max(image.size) > longest:
        raise ValueError("larger than a pad")
    colours = image.convert("RGBA")
    # Laid upon nothing, so that what lies under full transparency and all that is said about the picture stay behind.
    ink = Image.alpha_composite(Image.new("RGBA", colours.size), colours)
    ink.save(Path(target), "PNG")
    return {"is_empty": not any(pictures.to_gray(ink).histogram()[: PALEST + 1])}
