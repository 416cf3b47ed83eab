"""A small scanned page, different each time."""

import hashlib
import io

from PIL import Image, ImageDraw


def scan(words: str) -> bytes:
    """A page with these words as a picture; the same words give the same bytes."""
    page = Image.new("L", (620, 220), 255)
    ImageDraw.Draw(page).text((30, 80), words, fill=0, font_size=26)
    picture = io.BytesIO()
    page.save(picture, "PNG")
    return picture.getvalue()


def hash_of(data: bytes) -> str:
    """Under what name the archive keeps these bytes."""
    return hashlib.sha256(data).hexdigest()
