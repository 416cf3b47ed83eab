"""Inspection of PDFs, extraction of their own text, and drawing of their pages.

Runs in the sandbox only. This is the only module that uses pdfium.
"""

import ctypes
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice
from typing import Any, NamedTuple

import pypdfium2 as pdfium
from PIL import Image, ImageChops
from pypdfium2 import raw

from ocr.pictures import MAX_PIXELS

TEXT_DPI = 150
"""Pixels per inch of the word boxes of a page with its own text."""
LOOKED_AT = 10
"""Pages examined to determine whether a PDF has text."""
WORDS_LEAST = 5
WORDS_OVER_PICTURE = 30
PICTURE_COVERS = 0.6
"""Share of the page. A page under a larger picture with few words is a scan with a stamp or an
advertisement of the scanner over it.
"""
GARBAGE_MOST = 0.1
CERTAIN = 100.0
"""Confidence of words that were not recognised but extracted."""
MOST_LETTERS, MOST_WORDS = 200_000, 20_000
"""Limits for one page: twenty times a dense sheet. A page with more text is not meant
to be read.
"""
SPOT, ALIKE = 8, 16
"""Pixels along a compared spot of a thumbnail, and grey levels by which a scan may differ there
from the drawn page. The start of a letter moves by a part of a pixel.
"""
STRAIGHT, BESIDE = 1000, 1.0
"""Part of its side by which a scan may lean, and points by which its edges may differ from those of
the page.
"""
MOST_PIXELS_A_SIDE = 100_000
"""Largest side in which word boxes are given; the largest possible page of a PDF takes a third."""


class TextPage(NamedTuple):
    """Text that the PDF contains; words as (text, confidence, left, top, width, height)."""

    text: str
    words: list[tuple[str, float, int, int, int, int]]
    width: int
    height: int


class DrawnPage(NamedTuple):
    """A page drawn in grey."""

    image: Image.Image
    dpi: int


def inspect(path: str) -> dict[str, Any]:
    """Return the facts about a PDF that `ocr.inspect` needs."""
    empty: dict[str, Any] = dict.fromkeys(
        ("needs_password", "opens", "encrypted", "has_text", "signed", "xfa"), False
    )
    empty |= {"pages": 0, "width": 0, "height": 0}
    try:
        document = pdfium.PdfDocument(path)
    except pdfium.PdfiumError as error:
        needs_password = error.err_code == raw.FPDF_ERR_PASSWORD
        return empty | {
            "needs_password": needs_password,
            "opens": not needs_password and _is_without_pages(path),
        }
    pages = len(document)
    found = empty | {
        "opens": True,
        "pages": pages,
        "encrypted": raw.FPDF_GetSecurityHandlerRevision(document) != -1,
        "signed": raw.FPDF_GetSignatureCount(document) > 0,
        "xfa": document.get_formtype() in (raw.FORMTYPE_XFA_FULL, raw.FORMTYPE_XFA_FOREGROUND),
    }
    if pages:
        width, height = document[0].get_size()
        found |= {
            "width": round(width),
            "height": round(height),
            "has_text": any(take_text(path, no) for no in range(1, min(pages, LOOKED_AT) + 1)),
        }
    return found


def _is_without_pages(path: str) -> bool:
    """Return whether the file is valid but empty; pdfium refuses to open such a file."""
    import pikepdf

    try:
        with pikepdf.open(path) as document:
            return len(document.pages) == 0
    except (pikepdf.PdfError, ValueError, RuntimeError):
        return False


def take_text(path: str, no: int) -> TextPage | None:
    """Return the page's own text; None if it must be recognised from the picture or exceeds the
    limits.
    """
    page = _open(path)[no - 1]
    try:
        scale = TEXT_DPI / 72
        width, height = (max(1, round(side * scale)) for side in page.get_size())
        textpage = page.get_textpage()
        letters = textpage.count_chars()
        if not 0 < letters <= MOST_LETTERS or max(width, height) > MOST_PIXELS_A_SIDE:
            return None
        runs = list(islice(_words(textpage.raw, letters), MOST_WORDS + 1))
        if not WORDS_LEAST <= len(runs) <= MOST_WORDS:
            return None
        words = [(text, CERTAIN, *_box(page, corners, width, height)) for text, corners in runs]
        if _is_garbage(words):
            return None
        if len(words) < WORDS_OVER_PICTURE and _picture_cover(page) > PICTURE_COVERS:
            return None
        text = _clean(textpage.get_text_range()).replace("\r\n", "\n")
        return TextPage(text.strip(), words, width, height)
    finally:
        page.close()


def draw(path: str, no: int, dpi: int = 300, small: Image.Image | None = None) -> DrawnPage:
    """Draw a page in grey, in the resolution of its scan (200 to `dpi`), with at most `MAX_PIXELS`.

    A page that is only a scan, as its thumbnail (`small`) shows, is not drawn: its picture is
    taken, which is ten times as fast and equally sharp.
    """
    page = _open(path)[no - 1]
    try:
        wide, high = page.get_size()
        wanted = min(dpi, max(200, _picture_dpi(page) or dpi))
        most = (MAX_PIXELS / max(1.0, wide * high)) ** 0.5 * 72
        drawn = min(wanted, most)
        size = wide * drawn / 72, high * drawn / 72
        image = _scan(page, size, small) if small else None
        if image is None:
            image = page.render(scale=drawn / 72, grayscale=True).to_pil().convert("L")
        return DrawnPage(image, max(70, round(drawn)))
    finally:
        page.close()


def _scan(page: Any, size: tuple[float, float], small: Image.Image) -> Image.Image | None:
    """Return the only picture of a page if it has the size of the drawn page, fills it upright and
    looks like it, so that it is not masked, cropped or covered.
    """
    found = list(islice(page.get_objects(max_depth=1), 2))
    if (
        len(found) != 1
        or found[0].type != raw.FPDF_PAGEOBJ_IMAGE
        or raw.FPDFPage_GetAnnotCount(page)
    ):
        return None
    if any(abs(have - want) > 1 for have, want in zip(found[0].get_px_size(), size, strict=True)):
        return None
    if not _is_filled(page, found[0]):
        return None
    try:
        image: Image.Image = found[0].get_bitmap(render=False).to_pil().convert("L")
    except (pdfium.PdfiumError, ValueError):
        return None
    alone = image.resize(small.size, Image.Resampling.BOX, reducing_gap=2)
    spots = ImageChops.difference(alone.reduce(SPOT), small.convert("L").reduce(SPOT))
    return image if max(spots.tobytes()) <= ALIKE else None


def _is_filled(page: Any, picture: Any) -> bool:
    """Return whether the picture fills the page upright. A thumbnail alone does not show this for a
    faded picture.
    """
    right, rises, leans, up, _, _ = picture.get_matrix().get()
    is_straight = (
        max(abs(rises), abs(leans)) < min(right, up) / STRAIGHT and not page.get_rotation()
    )
    edges = zip(picture.get_bounds(), page.get_bbox(), strict=True)
    return is_straight and all(abs(edge - end) <= BESIDE for edge, end in edges)


def draw_thumbnail(path: str, no: int, pixels: int) -> Image.Image:
    """Return a small colour picture of the page."""
    page = _open(path)[no - 1]
    try:
        image: Image.Image = (
            page.render(scale=pixels / max(1.0, *page.get_size())).to_pil().convert("RGB")
        )
        return image
    finally:
        page.close()


@lru_cache(maxsize=1)
def _open(path: str) -> Any:
    document = pdfium.PdfDocument(path)
    document.init_forms()
    return document


def _words(textpage: Any, letters: int) -> Iterator[tuple[str, tuple[float, float, float, float]]]:
    """Yield runs of characters without white space, with their rectangles in points of the page."""
    text = ""
    around: list[float] = []
    left, right, bottom, top = (ctypes.c_double() for _ in range(4))
    for at in range(letters):
        letter = _clean(chr(raw.FPDFText_GetUnicode(textpage, at)))
        if letter and not letter.isspace():
            if raw.FPDFText_GetCharBox(textpage, at, left, right, bottom, top):
                box = (left.value, bottom.value, right.value, top.value)
                around = (
                    [*map(min, box[:2], around[:2]), *map(max, box[2:], around[2:])]
                    if around
                    else [*box]
                )
            text += letter
        elif text:
            if around:
                yield text, (around[0], around[1], around[2], around[3])
            text, around = "", []
    if text and around:
        yield text, (around[0], around[1], around[2], around[3])


def _box(
    page: Any, corners: tuple[float, float, float, float], width: int, height: int
) -> tuple[int, int, int, int]:
    """Convert a rectangle in points of the page to a box in pixels of the displayed page."""
    across, down = ctypes.c_int(), ctypes.c_int()
    xs, ys = [], []
    for x, y in (corners[:2], corners[2:]):
        raw.FPDF_PageToDevice(page, 0, 0, width, height, 0, x, y, across, down)
        xs.append(across.value)
        ys.append(down.value)
    return min(xs), min(ys), max(1, abs(xs[0] - xs[1])), max(1, abs(ys[0] - ys[1]))


def _clean(text: str) -> str:
    """Return the text without pdfium's characters for unknown glyphs and with its soft hyphens as
    hyphens.
    """
    kept = text.replace("\x02", "-").replace("\ufffe", "-")
    return "".join(
        each
        for each in kept
        if each in "\t\r\n" or (each >= " " and not "\ud800" <= each <= "\udfff")
    )


def _is_garbage(words: list[tuple[str, float, int, int, int, int]]) -> bool:
    """Return whether too many characters are private-use or replacement characters, which result
    from fonts without a map to Unicode.
    """
    letters = "".join(word[0] for word in words)
    unknown = sum(1 for each in letters if each == "\ufffd" or "\ue000" <= each <= "\uf8ff")
    return unknown > GARBAGE_MOST * len(letters)


def _pictures(page: Any) -> Iterator[tuple[Any, float, float]]:
    for picture in page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=3):
        left, bottom, right, top = picture.get_bounds()
        yield picture, right - left, top - bottom


def _picture_cover(page: Any) -> float:
    wide, high = page.get_size()
    largest: float = max((width * height for _, width, height in _pictures(page)), default=0.0)
    return largest / max(1.0, float(wide * high))


def _picture_dpi(page: Any) -> int:
    """Return the resolution of the finest picture that covers most of the page; 0 without one."""
    wide, high = page.get_size()
    found = [
        max(picture.get_px_size()) / max(width, height) * 72
        for picture, width, height in _pictures(page)
        if width * height > PICTURE_COVERS * wide * high
    ]
    return round(max(found, default=0))
