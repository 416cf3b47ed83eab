"""The searchable copy: each page as it looks, with the recognised words invisible over it. In the sandbox only."""

from collections.abc import Iterator
from typing import Any

import pikepdf
from pikepdf import Dictionary, Matrix, Name, Page, Pdf, Stream

from ocr import embedding, signatures

NOTICE = "Halaman %d tidak dapat ditampilkan di sini. Lihat file aslinya di arsip."
_ACTIVE = (
    Name.OpenAction, Name.AA, Name.JS, Name.JavaScript, Name.EmbeddedFiles, Name.EF, Name.AF, Name.XFA,
    Name.RichMediaContent,
)  # fmt: skip
"""Keys that hold scripts, attached files, or what happens by itself, wherever they stand."""
_MOST_NESTED = 100
LAYER = "Teks"
"""How the name of the invisible text begins that we laid over a page."""


def assemble(path: str, media_type: str, pages: list[dict[str, Any]], output: str) -> dict[str, Any]:
    """Write the copy to `output`.

    Each entry of `pages`: `no`; `layer` (a PDF of invisible text) or None; and of that layer `turn`, `back`
    (six numbers, row by row: from pixels of the engine's picture to those of the upright page), `width`, `height` (upright
    page) and `image_width`, `image_height` (picture that the engine read).
    """
    layered = 0
    with _page_pictures(path, media_type, len(pages)) as pdf:
        for page, entry in zip(pdf.pages, pages, strict=True):
            if entry["turn"]:
                page.rotate(entry["turn"], relative=True)
            if entry["layer"]:
                _lay_text(pdf, page, entry)
                layered += 1
        pdf.remove_unreferenced_resources()
        pdf.save(output, object_stream_mode=pikepdf.ObjectStreamMode.generate, deterministic_id=True)
    return {"layered": layered}


def _page_pictures(path: str, media_type: str, count: int) -> Pdf:
    if media_type == signatures.PDF:
        pdf = Pdf.open(path)
        _disarm(pdf)
        return pdf
    pdf = Pdf.new()
    for no in range(1, count + 1):
        try:
            embedding.add_picture(pdf, path, media_type, no)
        except (OSError, ValueError, SyntaxError, IndexError, pikepdf.PdfError):
            embedding.add_notice(pdf, NOTICE % no)
    return pdf


def is_active(path: str) -> dict[str, Any]:
    """Whether a PDF holds scripts, attached files, or actions that lead out of it."""
    with Pdf.open(path) as pdf:
        return {"is_active": any(True for _ in _active_parts(pdf))}


def _disarm(pdf: Pdf) -> None:
    """Nothing in the copy acts by itself, and nothing tells who made the file. The original keeps it all."""
    for holder, name in list(_active_parts(pdf)):
        if name in holder:
            del holder[name]
    for holder, name in (
        (pdf.trailer, Name.Info),
        *((each, Name.Metadata) for each in (pdf.Root, *_pages(pdf))),
    ):
        if name in holder:
            del holder[name]


def _pages(pdf: Pdf) -> Iterator[pikepdf.Object]:
    return (page.obj for page in pdf.pages)


def _active_parts(pdf: Pdf) -> Iterator[tuple[Any, Name]]:
    for thing in (pdf.trailer, *pdf.objects):
        yield from _active_in(thing, 0)


def _active_in(thing: Any, depth: int) -> Iterator[tuple[Any, Name]]:
    """Active parts of one object and of what is written inside of it; others have their turn in `pdf.objects`."""
    if depth > _MOST_NESTED:
        raise ValueError("nested too deep")
    if isinstance(thing, Dictionary | Stream):
        yield from ((thing, name) for name in _ACTIVE if name in thing)
        if _leads_out(thing.get(Name.A)):
            yield thing, Name.A
        if Name.S in thing and Name.Next in thing:
            yield thing, Name.Next
        inner = [thing[key] for key in thing.keys()]  # noqa: SIM118  # an object of the library, no dict
    else:
        inner = list(thing) if isinstance(thing, pikepdf.Array) else []
    for each in inner:
        if isinstance(each, Dictionary | Stream | pikepdf.Array) and not each.is_indirect:
            yield from _active_in(each, depth + 1)


def _leads_out(action: Any) -> bool:
    """An action other than a jump inside of the document."""
    return isinstance(action, Dictionary) and Name.S in action and action[Name.S] != Name.GoTo


def _lay_text(pdf: Pdf, page: Page, entry: dict[str, Any]) -> None:
    with Pdf.open(entry["layer"]) as layer:
        form = pdf.copy_foreign(layer.pages[0].as_form_xobject())
        _, _, wide, high = (float(each) for each in layer.pages[0].mediabox)
    placed = matrix(page, entry, wide, high)
    name = page.add_resource(form, Name.XObject, prefix=LAYER)
    page.contents_add(b"q", prepend=True)
    page.contents_add(b"Q q %s cm %s Do Q" % (placed.encode(), str(name).encode()))


def matrix(page: Page, entry: dict[str, Any], wide: float, high: float) -> Matrix:
    """From points of the text layer over pixels of the engine's picture and of the upright page to the page's
    own space, which a viewer turns clockwise by /Rotate."""
    left, bottom, right, top = (float(each) for each in page.cropbox)
    across, up = right - left, top - bottom
    turn = int(page.obj.get(Name.Rotate, 0)) % 360
    shown = (up, across) if turn in (90, 270) else (across, up)
    a, b, c, d, e, f = entry["back"]
    steps = (
        # The layer counts from its lower edge, pixels from the upper one.
        Matrix(entry["image_width"] / wide, 0, 0, -entry["image_height"] / high, 0, entry["image_height"]),
        Matrix(a, d, b, e, c, f),
        Matrix(shown[0] / entry["width"], 0, 0, -shown[1] / entry["height"], 0, shown[1]),
        {
            0: Matrix(1, 0, 0, 1, left, bottom),
            90: Matrix(0, 1, -1, 0, left + across, bottom),
            180: Matrix(-1, 0, 0, -1, left + across, bottom + up),
            270: Matrix(0, -1, 1, 0, left, bottom + up),
        }[turn],
    )
    total = Matrix()
    for step in steps:
        total = total @ step
    return total
