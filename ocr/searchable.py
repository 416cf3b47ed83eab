"""The searchable copy: each page as it looks, with the recognised words invisible over it. In the sandbox only."""

import math
from typing import Any

import pikepdf
from pikepdf import Dictionary, Matrix, Name, Page, Pdf

from ocr import embedding, signatures

NOTICE = "Halaman %d tidak dapat ditampilkan di sini. Lihat berkas aslinya di arsip."
_ACTIVE_IN_ROOT = (Name.OpenAction, Name.AA, Name.Metadata, Name.AF)
_ACTIVE_NAMES = (Name.JavaScript, Name.EmbeddedFiles)


def assemble(path: str, media_type: str, pages: list[dict[str, Any]], output: str) -> dict[str, Any]:
    """Write the copy to `output`.

    Each entry of `pages`: `no`; `layer` (a PDF of invisible text) or None; and of that layer `turn`, `skew`,
    `width`, `height` (upright page) and `image_width`, `image_height` (picture that the engine read).
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
        pdf.save(output, object_stream_mode=pikepdf.ObjectStreamMode.generate)
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


def _disarm(pdf: Pdf) -> None:
    """Nothing in the copy acts by itself, and nothing tells who made the file. The original keeps it all."""
    _drop(pdf.Root, _ACTIVE_IN_ROOT)
    _drop(pdf.trailer, (Name.Info,))
    names = pdf.Root.get(Name.Names)
    if isinstance(names, Dictionary):
        _drop(names, _ACTIVE_NAMES)
    form = pdf.Root.get(Name.AcroForm)
    if isinstance(form, Dictionary):
        _drop(form, (Name.XFA,))
    for page in pdf.pages:
        _drop(page.obj, (Name.AA, Name.Metadata))
        notes = page.obj.get(Name.Annots)
        for note in notes if isinstance(notes, pikepdf.Array) else ():
            if isinstance(note, Dictionary):
                _drop(note, (Name.A, Name.AA, Name.FS))


def _drop(holder: Any, names: tuple[Name, ...]) -> None:
    for name in names:
        if name in holder:
            del holder[name]


def _lay_text(pdf: Pdf, page: Page, entry: dict[str, Any]) -> None:
    with Pdf.open(entry["layer"]) as layer:
        form = pdf.copy_foreign(layer.pages[0].as_form_xobject())
        _, _, wide, high = (float(each) for each in layer.pages[0].mediabox)
    matrix = _matrix(page, entry, wide, high)
    name = page.add_resource(form, Name.XObject, prefix="Teks")
    page.contents_add(b"q", prepend=True)
    page.contents_add(b"Q q %s cm %s Do Q" % (matrix.encode(), str(name).encode()))


def _matrix(page: Page, entry: dict[str, Any], wide: float, high: float) -> Matrix:
    """From points of the text layer over pixels of the engine's picture and of the upright page to the page's
    own space, which a viewer turns clockwise by /Rotate."""
    left, bottom, right, top = (float(each) for each in page.cropbox)
    across, up = right - left, top - bottom
    turn = int(page.obj.get(Name.Rotate, 0)) % 360
    shown = (up, across) if turn in (90, 270) else (across, up)
    skew = math.radians(entry["skew"])
    cos, sin = math.cos(skew), math.sin(skew)
    steps = (
        Matrix(entry["image_width"] / wide, 0, 0, entry["image_height"] / high, 0, 0),
        Matrix(1, 0, 0, 1, -entry["image_width"] / 2, -entry["image_height"] / 2),
        Matrix(cos, -sin, sin, cos, 0, 0),
        Matrix(1, 0, 0, 1, entry["width"] / 2, entry["height"] / 2),
        Matrix(shown[0] / entry["width"], 0, 0, shown[1] / entry["height"], 0, 0),
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
