"""The searchable copy: every page as it looks, with the recognised words as invisible text over it.

Runs in the sandbox only. Page pictures are put into the PDF unchanged if their coding allows it.
Invisible text is set with the font of the engine, either from the engine's layer or from words and
their positions.
"""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Matrix, Name, Object, Page, Pdf, Stream
from PIL import Image

from ocr import headers, pictures

QUALITY = 90
_TURNS = {1: 0, 3: 180, 6: 90, 8: 270}
_SPACES = {1: Name.DeviceGray, 3: Name.DeviceRGB, 4: Name.DeviceCMYK}
_PHOTOMETRIC, _STRIP_OFFSETS, _ROWS_PER_STRIP, _STRIP_LENGTHS = 262, 273, 278, 279


def add_picture(pdf: Pdf, path: str, media_type: str, no: int) -> Page:
    """Append a page that shows picture `no` of the file in its paper size, turned according to
    EXIF.

    JPEG and simple PNG keep their coded pixels bit for bit and lose the metadata; black and white
    is coded as CCITT group 4 without loss; everything else becomes JPEG.
    """
    image = pictures.open_page(path, media_type, no)
    scale = 72 / pictures.dpi_of(image)
    turn = _TURNS.get(pictures.orientation(image, media_type))
    coded = _keep_coding(pdf, path, media_type, image) if turn is not None else None
    if coded is None:
        turn, coded = 0, _recode(pdf, path, media_type, no)
    width, height = float(coded.Width) * scale, float(coded.Height) * scale
    page = _add_page(pdf, width, height, turn or 0)
    page.add_resource(coded, Name.XObject, Name.Halaman)
    page.obj.Contents = pdf.make_stream(b"q %.3f 0 0 %.3f 0 0 cm /Halaman Do Q" % (width, height))
    return page


def bind(files: list[list[str]], output: str) -> dict[str, Any]:
    """Write the pictures (path and media type) as one PDF in their order. If some cannot be shown,
    nothing is written and the answer has their numbers.
    """
    broken = []
    with Pdf.new() as pdf:
        for no, (path, media_type) in enumerate(files, 1):
            try:
                if media_type in (headers.JPEG, headers.PNG):
                    # The coded pixels are copied without decoding, so this check is the only one
                    # for missing data.
                    with pictures.open_page(path, media_type, 1) as image:
                        image.draft("L", (64, 64))
                        image.load()
                add_picture(pdf, path, media_type, 1)
            except (OSError, ValueError, SyntaxError, IndexError, pikepdf.PdfError):
                broken.append(no)
        if not broken:
            mode = pikepdf.ObjectStreamMode.generate
            pdf.save(output, object_stream_mode=mode, deterministic_id=True)
    return {"broken": broken}


def add_notice(pdf: Pdf, sentence: str) -> Page:
    """Append an A4 page with one sentence in place of a picture that cannot be shown."""
    page = _add_page(pdf, 595, 842, 0)
    font = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
    page.add_resource(font, Name.Font, Name.Huruf)
    page.obj.Contents = pdf.make_stream(
        b"BT /Huruf 12 Tf 56 760 Td (%s) Tj ET" % sentence.encode("ascii", "replace")
    )
    return page


def _add_page(pdf: Pdf, width: float, height: float, turn: int) -> Page:
    pdf.add_blank_page(page_size=(max(3.0, width), max(3.0, height)))
    page = pdf.pages[-1]
    if turn:
        page.rotate(turn, relative=False)
    return page


def _keep_coding(pdf: Pdf, path: str, media_type: str, image: Image.Image) -> Stream | None:
    data = Path(path).read_bytes()
    if media_type == headers.JPEG:
        return _jpeg(pdf, data)
    if (
        media_type == headers.PNG
        and not image.has_transparency_data
        and not image.info.get("interlace")
    ):
        return _png(pdf, data)
    return None


def _jpeg(pdf: Pdf, data: bytes) -> Stream | None:
    kept, frame, is_adobe = b"\xff\xd8", b"", False
    for marker, body in _jpeg_segments(data):
        is_adobe = is_adobe or (marker == 0xEE and body.startswith(b"Adobe"))
        if 0xC0 <= marker <= 0xC2:
            frame = body
        elif marker == 0xDA:
            break
        if marker == 0xEE or not (0xE0 <= marker <= 0xEF or marker == 0xFE):
            kept += bytes((0xFF, marker)) + (len(body) + 2).to_bytes(2, "big") + body
    else:
        return None
    if len(frame) < 6 or frame[0] != 8 or frame[5] not in _SPACES:
        return None
    scan = data[_scan_start(data) :]
    height, width = int.from_bytes(frame[1:3], "big"), int.from_bytes(frame[3:5], "big")
    stream = _picture(pdf, kept + scan, Name.DCTDecode, width, height, _SPACES[frame[5]], 8)
    if frame[5] == 4 and is_adobe:
        stream.Decode = Array([1, 0] * 4)
    return stream


def _jpeg_segments(data: bytes) -> Iterator[tuple[int, bytes]]:
    at = 2
    while at + 4 <= len(data) and data[at] == 0xFF:
        marker, length = data[at + 1], int.from_bytes(data[at + 2 : at + 4], "big")
        if marker == 0xFF:
            at += 1
            continue
        yield marker, data[at + 4 : at + 2 + length]
        at += 2 + length


def _scan_start(data: bytes) -> int:
    at = 2
    while data[at + 1] != 0xDA:
        at += 1 if data[at + 1] == 0xFF else 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    return at


def _png(pdf: Pdf, data: bytes) -> Stream | None:
    chunks = list(_png_chunks(data))
    header = chunks[0][1]
    width, height = int.from_bytes(header[:4], "big"), int.from_bytes(header[4:8], "big")
    bits, kind, interlaced = header[8], header[9], header[12]
    if bits > 8 or interlaced or kind not in (0, 2, 3):
        return None
    space: pikepdf.Object = _SPACES[3 if kind == 2 else 1]
    if kind == 3:
        palette = next(body for name, body in chunks if name == b"PLTE")
        space = Array(
            [Name.Indexed, Name.DeviceRGB, len(palette) // 3 - 1, pikepdf.String(palette)]
        )
    coded = b"".join(body for name, body in chunks if name == b"IDAT")
    stream = _picture(pdf, coded, Name.FlateDecode, width, height, space, bits)
    stream.DecodeParms = Dictionary(
        Predictor=15, Colors=3 if kind == 2 else 1, BitsPerComponent=bits, Columns=width
    )
    return stream


def _png_chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 8
    while at + 8 <= len(data):
        length = int.from_bytes(data[at : at + 4], "big")
        yield data[at + 4 : at + 8], data[at + 8 : at + 8 + length]
        at += length + 12


def _recode(pdf: Pdf, path: str, media_type: str, no: int) -> Stream:
    image = pictures.decode(path, media_type, no)
    if image.mode == "1":
        return _group4(pdf, image)
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=QUALITY)
    space = Name.DeviceGray if image.mode == "L" else Name.DeviceRGB
    return _picture(pdf, buffer.getvalue(), Name.DCTDecode, image.width, image.height, space, 8)


def _group4(pdf: Pdf, image: Image.Image) -> Stream:
    buffer = io.BytesIO()
    image.save(buffer, "TIFF", compression="group4", tiffinfo={_ROWS_PER_STRIP: image.height})
    buffer.seek(0)
    with Image.open(buffer, formats=["TIFF"]) as tiff:
        tags = dict(tiff.tag_v2)  # type: ignore[attr-defined]  # a TIFF picture, as asked for, has it
    (start,), (length,) = tags[_STRIP_OFFSETS], tags[_STRIP_LENGTHS]
    coded = buffer.getvalue()[start : start + length]
    # With "0 is black" the encoder would treat the dark pixels as the white runs of a fax.
    is_inverted = tags[_PHOTOMETRIC] == 1
    stream = _picture(
        pdf, coded, Name.CCITTFaxDecode, image.width, image.height, Name.DeviceGray, 1
    )
    stream.DecodeParms = Dictionary(
        K=-1, Columns=image.width, Rows=image.height, BlackIs1=is_inverted
    )
    return stream


def _picture(
    pdf: Pdf, coded: bytes, coding: Name, width: int, height: int, space: pikepdf.Object, bits: int
) -> Stream:
    stream = Stream(pdf, coded)
    stream.Type, stream.Subtype, stream.Filter = Name.XObject, Name.Image, coding
    stream.Width, stream.Height, stream.BitsPerComponent, stream.ColorSpace = (
        width,
        height,
        bits,
        space,
    )
    return stream


NOTICE = "Halaman %d tidak dapat ditampilkan di sini. Lihat file aslinya di arsip."
_ACTIVE = (
    Name.OpenAction, Name.AA, Name.JS, Name.JavaScript, Name.EmbeddedFiles, Name.EF, Name.AF,
        Name.XFA,
    Name.RichMediaContent,
)  # fmt: skip
"""Keys of scripts, attached files and automatic actions, anywhere in the file."""
_MOST_NESTED = 100
LAYER = "Teks"
"""Prefix of the name of an invisible text that this library added."""


def assemble(
    path: str, media_type: str, pages: list[dict[str, Any]], output: str
) -> dict[str, Any]:
    """Write the copy to `output`.

    Each entry of `pages`: `no`; `layer` (a PDF of invisible text) or None; and for that layer
    `turn`, `back` (six numbers, row by row: from pixels of the engine's picture to those of the
    upright page), `width`, `height` (upright page) and `image_width`, `image_height` (picture that
    the engine read).
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
        pdf.save(
            output, object_stream_mode=pikepdf.ObjectStreamMode.generate, deterministic_id=True
        )
    return {"layered": layered}


def _page_pictures(path: str, media_type: str, count: int) -> Pdf:
    if media_type == headers.PDF:
        pdf = Pdf.open(path)
        _disarm(pdf)
        return pdf
    pdf = Pdf.new()
    for no in range(1, count + 1):
        try:
            add_picture(pdf, path, media_type, no)
        except (OSError, ValueError, SyntaxError, IndexError, pikepdf.PdfError):
            add_notice(pdf, NOTICE % no)
    return pdf


def is_active(path: str) -> dict[str, Any]:
    """Return whether a PDF holds scripts, attached files, or actions that lead out of it."""
    with Pdf.open(path) as pdf:
        return {"is_active": any(True for _ in _active_parts(pdf))}


def _disarm(pdf: Pdf) -> None:
    """Remove active parts and the names of authors from the copy. The original keeps them."""
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
    """Yield the active parts of one object and of the values in it; other objects are visited
    through `pdf.objects`.
    """
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
    """Return whether an action is anything but a jump inside the document."""
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
    """Return the mapping from points of the text layer, over pixels of the engine's picture and of
    the upright page, to the page's own space, which a viewer turns clockwise by /Rotate.
    """
    left, bottom, right, top = (float(each) for each in page.cropbox)
    across, up = right - left, top - bottom
    turn = int(page.obj.get(Name.Rotate, 0)) % 360
    shown = (up, across) if turn in (90, 270) else (across, up)
    a, b, c, d, e, f = entry["back"]
    steps = (
        # The layer is measured from its lower edge, pixels from the upper one.
        Matrix(
            entry["image_width"] / wide,
            0,
            0,
            -entry["image_height"] / high,
            0,
            entry["image_height"],
        ),
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


FONT = "pdf.ttf"
"""Font file in the folder of the engine's models; every letter has an empty glyph."""
_WIDTH = 0.5
"""Width of every letter as a share of its height."""
_SAME = (1, 0, 0, 0, 1, 0)
_TO_UNICODE = b"""/CIDInit /ProcSet findresource begin
12 dict begin
begincmap
/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def
/CMapName /Adobe-Identify-UCS def
/CMapType 2 def
1 begincodespacerange
<0000> <FFFF>
endcodespacerange
1 beginbfrange
<0000> <FFFF> <0000>
endbfrange
endcmap
CMapName currentdict /CMap defineresource pop
end
end
"""


def font(pdf: Pdf, models: str) -> Object | None:
    """Return the font as an object of this PDF; None when the engine has none."""
    path = Path(models) / FONT
    if not models or not path.is_file():
        return None
    program = path.read_bytes()
    file = pdf.make_stream(program, Length1=len(program))
    descriptor = Dictionary(
        Type=Name.FontDescriptor, FontName=Name.GlyphLessFont, Flags=5, ItalicAngle=0, Ascent=1000,
            Descent=-1,
        CapHeight=1000, StemV=80, FontBBox=Array([0, 0, 500, 1000]), FontFile2=file,
    )  # fmt: skip
    letters = Dictionary(
        Type=Name.Font, Subtype=Name.CIDFontType2, BaseFont=Name.GlyphLessFont, DW=500,
        CIDSystemInfo=Dictionary(Registry=b"Adobe", Ordering=b"Identity", Supplement=0),
        CIDToGIDMap=pdf.make_stream(b"\x00\x01" * 65536),
            FontDescriptor=pdf.make_indirect(descriptor),
    )  # fmt: skip
    whole = Dictionary(
        Type=Name.Font, Subtype=Name.Type0, BaseFont=Name.GlyphLessFont,
            Encoding=Name("/Identity-H"),
        DescendantFonts=Array([pdf.make_indirect(letters)]), ToUnicode=pdf.make_stream(_TO_UNICODE),
    )  # fmt: skip
    return pdf.make_indirect(whole)


def remove(page: Page) -> None:
    """Remove the text that an earlier copy added; text of the file itself stays."""
    forms = page.resources.get(Name.XObject, Dictionary())
    for name, form in forms.items():
        if name.startswith(f"/{LAYER}") and isinstance(form, Stream):
            form.write(b"")


def lay(
    pdf: Pdf, page: Page, letters: Object, words: list[list[Any]], width: int, height: int
) -> None:
    """Add the words as invisible text, each `[text, left, top, width, height]` in pixels of the
    upright page of this size.
    """
    shown = [_shown(word, height) for word in words if word[0]]
    form = pdf.make_stream(
        b"BT\n3 Tr\n%s\nET\n" % b"\n".join(shown),
        Type=Name.XObject,
        Subtype=Name.Form,
        BBox=Array([0, 0, width, height]),
        Resources=Dictionary(Font=Dictionary({"/f": letters})),
    )
    entry = {
        "back": _SAME,
        "image_width": width,
        "image_height": height,
        "width": width,
        "height": height,
    }
    name = page.add_resource(form, Name.XObject, prefix=LAYER)
    page.contents_add(b"q", prepend=True)
    page.contents_add(
        b"Q q %s cm %s Do Q" % (matrix(page, entry, width, height).encode(), str(name).encode())
    )


def _shown(word: list[Any], page_height: int) -> bytes:
    """Return the instructions for one word and a space, as wide and as high as its box."""
    text, left, top, width, height = word
    size = max(1, height)
    stretch = 100 * max(1, width) / (len(text) * _WIDTH * size)
    code = f"{text} ".encode("utf-16-be", "replace").hex()
    return (
        f"1 0 0 1 {left} {page_height - top - height} Tm /f {size} Tf {stretch:.2f} Tz <{code}> Tj"
    ).encode()
