"""A small scanned page, different each time."""

import hashlib
import io
from uuid import uuid4

from PIL import Image, ImageDraw

from workflow_app.trials.officer import Fields


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


def with_file(fields: Fields, name: str, data: bytes) -> tuple[bytes, str]:
    """A form with one file as a browser sends it: body and content type."""
    boundary = uuid4().hex
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{field}"\r\n\r\n{value}\r\n'.encode()
        for field, values in fields.items()
        for value in ([values] if isinstance(values, str) else values)
    ]
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"; filename="pindai.png"\r\n'
    parts += [f"{head}Content-Type: image/png\r\n\r\n".encode(), data, f"\r\n--{boundary}--\r\n".encode()]
    return b"".join(parts), f"multipart/form-data; boundary={boundary}"
