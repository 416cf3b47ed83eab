"""One page of any file, made ready in the sandbox: its own text, or a picture for the engine; and a thumbnail."""

from typing import Any

from PIL import Image, ImageDraw

from ocr import cuts, likeness, pictures, preprocess, signatures

FRAME, PEN, MARGIN = (184, 92, 0), 3, 4
"""Colour and width of the frame around a found word, and how far it stays off the letters, in pixels."""


def prepare(
    path: str,
    media_type: str,
    no: int,
    turn: int,
    whole: bool,
    thumbnail_pixels: int,
    thumbnail: str,
    image: str,
    halves: list[str],
) -> dict[str, Any]:
    """Prepare page `no`, turned clockwise by `turn` degrees; its small picture is written to `thumbnail`.

    The answer has `likeness` (see there) and `kind` "text" (with `text` and `words`), or "picture" (with what `preprocess.prepare` says of it, and
    the rows of `back` one after the other) after the picture for the engine was written to `image`; `width` and `height`
    are those of the upright page. `whole`: also what lies around the paper is read. Where it can be cut in two, its `halves`
    are written there, and `cut` is the row of the cut, else 0.
    """
    if media_type == signatures.PDF:
        # Loaded for PDFs only: it costs a fifth of a second in every process.
        from ocr import pdf

        small = pdf.draw_thumbnail(path, no, thumbnail_pixels)
        look = _save_thumbnail(pictures.turn_clockwise(small, turn), thumbnail)
        if not turn and (found := pdf.take_text(path, no)):
            return {"kind": "text", "likeness": look} | found._asdict()
        gray, dpi = pdf.draw(path, no, small=small)
    else:
        small = pictures.decode_thumbnail(path, media_type, no, thumbnail_pixels)
        look = _save_thumbnail(pictures.turn_clockwise(small, turn), thumbnail)
        gray, dpi = pictures.decode_gray(path, media_type, no)
    gray = pictures.turn_clockwise(gray, turn)
    prepared = preprocess.prepare(gray, dpi, whole=whole)
    prepared.image.save(image, "PPM")
    is_plain = halves and not (prepared.is_blank or prepared.is_sideways or prepared.is_card)
    return {
        "cut": cuts.write(prepared.image, prepared.dpi, *halves) if is_plain else 0,
        "kind": "picture",
        "likeness": look,
        "is_blank": prepared.is_blank,
        "is_sideways": prepared.is_sideways,
        "is_card": prepared.is_card,
        "is_cut_out": prepared.is_cut_out,
        "back": prepared.back.flatten().tolist(),
        "dpi": prepared.dpi,
        "width": gray.width,
        "height": gray.height,
        "image_width": prepared.image.width,
        "image_height": prepared.image.height,
    }


def draw(
    path: str,
    media_type: str,
    no: int,
    turn: int,
    pixels: int,
    output: str,
    part: list[float] | None = None,
    marks: list[list[float]] | None = None,
) -> dict[str, Any]:
    """Write page `no`, turned clockwise by `turn` degrees, as a picture for people, its longest side so many pixels at most; of it
    only `part`, with frames around `marks`: left, top, right and bottom in shares of the upright page.
    """
    image = pictures.turn_clockwise(_small(path, media_type, no, pixels), turn).convert("RGB")
    pen = ImageDraw.Draw(image)
    for mark in marks or []:
        pen.rectangle(_around(image, mark, MARGIN), outline=FRAME, width=PEN)
    if part:
        image = image.crop(_around(image, part, 0))
    _save_thumbnail(image, output)
    return {"width": image.width, "height": image.height}


def _around(image: Image.Image, shares: list[float], margin: int) -> tuple[int, int, int, int]:
    """In pixels of the picture, never outside of it and never empty."""
    left, top, right, bottom = (min(1.0, max(0.0, share)) for share in shares)
    x, y = round(left * image.width) - margin, round(top * image.height) - margin
    beyond_x, beyond_y = round(right * image.width) + margin, round(bottom * image.height) + margin
    return max(0, x), max(0, y), max(x + 1, beyond_x), max(y + 1, beyond_y)


def _small(path: str, media_type: str, no: int, pixels: int) -> Image.Image:
    if media_type != signatures.PDF:
        return pictures.decode_thumbnail(path, media_type, no, pixels)
    from ocr import pdf

    return pdf.draw_thumbnail(path, no, pixels)


def look(path: str, media_type: str) -> dict[str, Any]:
    """How a page looks whose small picture was kept."""
    return {"likeness": likeness.of(pictures.decode(path, media_type, 1))}


def _save_thumbnail(image: Image.Image, path: str) -> list[int]:
    """A fresh picture from the pixels alone, so that nothing the file said about itself comes along; answers how it looks."""
    bare = Image.new("RGB", image.size)
    bare.paste(image)
    bare.save(path, "WEBP", quality=70)
    return likeness.of(bare)
