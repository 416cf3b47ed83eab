"""Preparation of one page of any file: its own text, or a picture for the engine, and a thumbnail.

Runs in the sandbox only. A page can be cut between two paragraphs near its middle, read by two
processors, and joined again. The module also computes a difference hash of 64 bits for each page;
two scans of the same page differ in few bits.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from ocr import headers, pictures, preprocess

INK = 48
"""Grey levels by which ink is darker than the paper."""
GAP, WIDER = 0.1, 1.4
"""Smallest gap without ink between two paragraphs, in inches, and its smallest ratio to the usual
gap of the page.
"""
SIDE = 0.3
"""Smallest share of the inked rows in each half; a smaller half is not worth the cut. It is also
the share of the width that a column takes.
"""
NEAR, GUTTER = 1.0, 0.2
"""Inches above and below a gap that are searched for columns, and inches without ink between
columns.
"""


def write(image: Image.Image, dpi: int, upper: str, lower: str) -> int:
    """Cut the picture, write its halves and return the row of the cut; 0 for a page without one."""
    cut = find_cut(image, dpi)
    if cut:
        image.crop((0, 0, image.width, cut)).save(upper, "PPM")
        image.crop((0, cut, image.width, image.height)).save(lower, "PPM")
    return cut


def find_cut(image: Image.Image, dpi: int) -> int:
    """Return the middle of the gap that divides the lines best; 0 when there is none.

    There is none when something runs down the page beside the gap (a frame, a table, a second
    column), or when columns have level gaps, because columns are read one after the other.
    """
    factor = max(1, round(dpi / 100))
    small = np.asarray(image.reduce(factor), np.int16)
    is_ink = small < np.median(small) - INK
    has_ink = is_ink.any(axis=1)
    above = np.concatenate(([0], np.cumsum(has_ink)))
    if not above[-1]:
        return 0
    edges = np.flatnonzero(np.diff(np.concatenate(([True], has_ink, [True])).astype(np.int8)))
    begins, ends = edges[0::2], edges[1::2]
    widths = ends - begins
    inner = widths[(begins > 0) & (ends < has_ink.size)]
    least = max(GAP * 100, WIDER * float(np.median(inner))) if inner.size else 0.0
    shares = above[begins] / above[-1]
    found = (widths >= least) & (shares >= SIDE) & (shares <= 1 - SIDE)
    for at in sorted(np.flatnonzero(found), key=lambda at: abs(shares[at] - 0.5)):
        if not _has_columns(is_ink, int(begins[at]), int(ends[at])):
            return int(begins[at] + ends[at]) // 2 * factor
    return 0


def _has_columns(is_ink: NDArray[np.bool_], begin: int, end: int) -> bool:
    """Return whether the text above and below this gap is set in columns."""
    near = int(NEAR * 100)
    columns = np.flatnonzero(is_ink[max(0, begin - near) : end + near].any(axis=0))
    first, last = columns[0], columns[-1]
    shares = (columns - first) / max(1, last - first)
    is_gutter = np.diff(columns) > GUTTER * 100
    return bool((is_gutter & (shares[:-1] >= SIDE) & (shares[1:] <= 1 - SIDE)).any())


def join(upper: str, lower: str, cut: int, width: int, height: int, output: str) -> dict[str, Any]:
    """Write the text layers of both halves as that of the whole page."""
    # Imported only for pages with two halves.
    import pikepdf

    with pikepdf.new() as whole, pikepdf.open(upper) as above, pikepdf.open(lower) as below:
        wide, _ = _size(above)
        scale = wide / width
        page = whole.add_blank_page(page_size=(wide, height * scale))
        for half, bottom in ((above, (height - cut) * scale), (below, 0.0)):
            form = whole.copy_foreign(half.pages[0].as_form_xobject())
            name = page.add_resource(form, pikepdf.Name.XObject, prefix="Paruh")
            page.contents_add(b"q 1 0 0 1 0 %.3f cm %s Do Q" % (bottom, str(name).encode()))
        whole.save(output, deterministic_id=True)
    return {}


def _size(pdf: Any) -> tuple[float, float]:
    left, bottom, right, top = (float(each) for each in pdf.pages[0].mediabox)
    return right - left, top - bottom


ROWS, COLUMNS = 8, 8
CLEARLY = 4
"""Grey levels by which a spot must be darker than its right neighbour; less is scanner noise."""


def of(picture: Image.Image) -> list[int]:
    """Return eight rows of eight bits, from the top: a bit says where the page gets lighter from
    left to right.
    """
    small = picture.convert("L").resize((COLUMNS + 1, ROWS), Image.Resampling.BOX)
    shades = np.asarray(small, dtype=np.int16)
    gets_lighter = shades[:, 1:] - shades[:, :-1] > CLEARLY
    return [int(row) for row in np.packbits(gets_lighter, axis=1)[:, 0]]


FRAME, PEN, MARGIN = (184, 92, 0), 3, 4
"""Colour and width of the frame around a found word, and its distance from the
letters, in pixels.
"""


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
    """Prepare page `no`, turned clockwise by `turn` degrees, and write its thumbnail to
    `thumbnail`.

    The answer has `likeness` (see `of`), `width` and `height` of the upright page, and `kind`. For
    "text" it has `text` and `words`. For "picture" the picture for the engine is written to
    `image`, and the answer has the facts of `preprocess.prepare`, with the rows of `back` in
    sequence. `whole` also keeps what lies around the paper. If the page can be cut in two, the
    `halves` are written and `cut` is the row of the cut, else 0.
    """
    if media_type == headers.PDF:
        # Imported only for PDFs: it costs a fifth of a second in every process.
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
        "cut": write(prepared.image, prepared.dpi, *halves) if is_plain else 0,
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
    """Write page `no`, turned clockwise by `turn` degrees, as a picture whose longest side is at
    most `pixels`.

    Only `part` is drawn, with frames around `marks`: left, top, right and bottom as shares of the
    upright page.
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
    """Return the rectangle in pixels, clipped to the picture and never empty."""
    left, top, right, bottom = (min(1.0, max(0.0, share)) for share in shares)
    x, y = round(left * image.width) - margin, round(top * image.height) - margin
    beyond_x, beyond_y = round(right * image.width) + margin, round(bottom * image.height) + margin
    return max(0, x), max(0, y), max(x + 1, beyond_x), max(y + 1, beyond_y)


def _small(path: str, media_type: str, no: int, pixels: int) -> Image.Image:
    if media_type != headers.PDF:
        return pictures.decode_thumbnail(path, media_type, no, pixels)
    from ocr import pdf

    return pdf.draw_thumbnail(path, no, pixels)


def look(path: str, media_type: str) -> dict[str, Any]:
    """Return the difference hash of a page from its stored thumbnail."""
    return {"likeness": of(pictures.decode(path, media_type, 1))}


def _save_thumbnail(image: Image.Image, path: str) -> list[int]:
    """Write a new picture from the pixels alone, without any metadata of the file; returns its
    hash.
    """
    bare = Image.new("RGB", image.size)
    bare.paste(image)
    bare.save(path, "WEBP", quality=70)
    return of(bare)
