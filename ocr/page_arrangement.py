"""Pages of files arranged into one PDF, isolated from all other pages, and examined for QR codes.

Runs in the sandbox only. Pages of a PDF share resources, so a page is first reduced to what it
shows; otherwise a part would carry pictures of pages that belong to somebody else. Pages of a
feeder stack are examined for QR codes and blankness; this is the only module that uses zxing-cpp.
"""

import re
from contextlib import ExitStack
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, Page, Pdf, PdfError, Stream
from PIL import Image

from ocr import headers, pictures, preprocess, searchable

_OF_PAGE = frozenset(
    {
        "/Type",
        "/Parent",
        "/MediaBox",
        "/CropBox",
        "/BleedBox",
        "/TrimBox",
        "/ArtBox",
        "/Rotate",
        "/UserUnit",
    }
    | {"/Contents", "/Resources", "/Group", "/Annots"}
)
"""Keys that a page needs for its appearance. The others (articles, private data, structure) refer
to other pages.
"""
_OF_NOTE = frozenset(
    {
        "/Type",
        "/Subtype",
        "/Rect",
        "/AP",
        "/AS",
        "/F",
        "/Border",
        "/BS",
        "/C",
        "/IC",
        "/CA",
        "/Contents",
    }
    | {"/QuadPoints", "/InkList", "/Vertices", "/L", "/LE", "/DA", "/DS"}
)
"""Keys that a comment or stamp needs; the others (form fields, links) refer to other pages."""
_NAME = re.compile(rb"/([^\x00\t\n\f\r ()<>\[\]{}/%]+)")
_CODED = re.compile(rb"#([0-9A-Fa-f]{2})")
_DEEPEST = 20

Seen = set[tuple[int, int]]


def isolate(page: Page) -> None:
    """Remove everything that the page does not show. To be called in the source file, before the
    page is copied from it.
    """
    seen: Seen = set()
    inherited = page.resources
    _keep(page.obj, _OF_PAGE)
    page.obj.Resources = _used(inherited, _content(page.obj.get("/Contents")), seen, 0)
    notes = page.obj.get("/Annots")
    for note in notes if isinstance(notes, Array) else []:
        if isinstance(note, Dictionary):
            _keep(note, _OF_NOTE)
            if note.get("/Subtype") == Name.Widget:
                note.Subtype = (
                    Name.Stamp
                )  # shows the same without being a field of a form that is not copied
            _tidy(note.get("/AP"), seen, 0)


def _keep(holder: Object, names: frozenset[str]) -> None:
    for key in set(holder.keys()) - names:
        del holder[key]


def _used(resources: Object, content: bytes, seen: Seen, depth: int) -> Dictionary:
    """Return the resources that are named in the content, or in a drawn form without resources of
    its own.
    """
    names, kept = _names(content), Dictionary()
    forms = resources.get("/XObject", Dictionary())
    read: set[str] = set()
    while new := (names & set(forms.keys())) - read:
        read |= new
        for form in (forms[key] for key in new):
            if isinstance(form, Stream) and "/Resources" not in form:
                names |= _names(_content(form)) if form.get("/Subtype") == Name.Form else set()
    for kind, entries in resources.items():
        if isinstance(entries, Dictionary):
            kept[kind] = Dictionary({key: value for key, value in entries.items() if key in names})
            _tidy(kept[kind], seen, depth)
        elif kind == "/ProcSet":
            kept[kind] = entries
    return kept


def _tidy(thing: Object | None, seen: Seen, depth: int) -> None:
    """Reduce nested objects with resources in the same way: forms, patterns, masks, drawn fonts."""
    if depth > _DEEPEST or not isinstance(thing, Dictionary | Stream | Array):
        return
    if thing.is_indirect:
        if thing.objgen in seen:
            return
        seen.add(thing.objgen)
    if isinstance(thing, Array):
        for each in thing.as_list():
            _tidy(each, seen, depth + 1)
        return
    for private in {"/PieceInfo", "/Metadata", "/StructParent", "/StructParents", "/Parent"} & set(
        thing.keys()
    ):
        del thing[private]
    own = thing.get("/Resources")
    if isinstance(own, Dictionary):
        drawn = thing.get("/CharProcs", Dictionary())
        parts = [
            _content(thing) if isinstance(thing, Stream) else b"",
            *map(_content, drawn.as_dict().values()),
        ]
        thing["/Resources"] = _used(own, b"\n".join(parts), seen, depth + 1)
    for key, value in list(thing.items()):
        if key != "/Resources":
            _tidy(value, seen, depth + 1)


def _content(content: Object | None) -> bytes:
    """Return the drawing instructions of one or several streams. An undecodable stream draws
    nothing.
    """
    if isinstance(content, Array):
        return b"\n".join(_content(each) for each in content.as_list())
    try:
        return content.read_bytes() if isinstance(content, Stream) else b""
    except PdfError:
        return b""


def _names(content: bytes) -> set[str]:
    """Return every name in the instructions. A name that occurs in a text by chance is kept as
    well.
    """
    found = (
        _CODED.sub(lambda coded: bytes((int(coded[1], 16),)), name)
        for name in set(_NAME.findall(content))
    )
    return {"/" + name.decode("utf-8", "replace") for name in found}


def arrange(
    files: list[list[str]], leaves: list[dict[str, Any]], models: str, output: str
) -> dict[str, Any]:
    """Write the leaves as a PDF; pictures keep their coding.

    `files`: path and media type of each. Each leaf: `file` (index), `no` (page number in it),
    `turn` (degrees clockwise), and `words` with `width` and `height` of the upright page if its
    invisible text is replaced, else None. `models` is the folder of the engine, which contains the
    font for that.
    """
    with ExitStack() as opened, Pdf.new() as made:
        sources = [
            opened.enter_context(Pdf.open(path)) if kind == headers.PDF else None
            for path, kind in files
        ]
        chosen = [
            source.pages[leaf["no"] - 1] if (source := sources[leaf["file"]]) is not None else None
            for leaf in leaves
        ]
        for page in chosen:
            if page is not None:
                isolate(page)
        for leaf, page in zip(leaves, chosen, strict=True):
            if page is None:
                path, kind = files[leaf["file"]]
                searchable.add_picture(made, path, kind, leaf["no"])
            else:
                made.pages.append(page)
        font = searchable.font(made, models)
        laid = 0
        for leaf, page in zip(leaves, made.pages, strict=True):
            if leaf["turn"]:
                page.rotate(leaf["turn"], relative=True)
            if leaf["words"] is not None:
                searchable.remove(page)
                if font is not None and leaf["words"]:
                    searchable.lay(made, page, font, leaf["words"], leaf["width"], leaf["height"])
                    laid += 1
        made.remove_unreferenced_resources()
        made.save(
            output, object_stream_mode=pikepdf.ObjectStreamMode.generate, deterministic_id=True
        )
    return {"pages": len(leaves), "laid": laid}


DPI = 150
LONGEST_SIDE = 3600
"""Longest side in pixels: a sheet of paper at 300 dpi. A larger picture takes longer and shows no
more codes: of 30 worn codes at 600 dpi 25 to 27 were read in 0.23 s from the whole picture, 26 to
27 in 0.07 s from one of this size.
"""
MOST_CODES, LONGEST_CODE = 8, 300


def look(path: str, media_type: str, no: int) -> dict[str, Any]:
    """Return the texts of the QR codes on page `no`, and whether the page is blank."""
    if media_type == headers.PDF:
        from ocr import pdf

        gray, dpi = pdf.draw(path, no, DPI)
    else:
        gray, dpi = pictures.decode_gray(path, media_type, no)
    codes = _codes(gray)
    return {
        "codes": codes,
        "is_blank": not codes and preprocess.prepare(gray, dpi, whole=True).is_blank,
    }


def _codes(gray: Image.Image) -> list[str]:
    import zxingcpp  # few sandboxes search for codes

    smaller = gray.reduce(max(1, round(max(gray.size) / LONGEST_SIDE)))
    found = zxingcpp.read_barcodes(
        smaller,
        formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode),
        text_mode=zxingcpp.TextMode.Plain,
    )
    return [code.text[:LONGEST_CODE] for code in found if code.text][:MOST_CODES]
