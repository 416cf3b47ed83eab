"""Putting a page picture into a PDF, unchanged where its coding allows. Runs in the sandbox only."""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Page, Pdf, Stream
from PIL import Image

from ocr import pictures, signatures

QUALITY = 90
_TURNS = {1: 0, 3: 180, 6: 90, 8: 270}
_SPACES = {1: Name.DeviceGray, 3: Name.DeviceRGB, 4: Name.DeviceCMYK}
_PHOTOMETRIC, _STRIP_OFFSETS, _ROWS_PER_STRIP, _STRIP_LENGTHS = 262, 273, 278, 279


def add_picture(pdf: Pdf, path: str, media_type: str, no: int) -> Page:
    """Append a page that shows picture `no` of the file, in its size on paper, turned as its EXIF says.

    JPEG and simple PNG keep their coded pixels bit for bit (and lose what the file said about itself); black and
    white is coded as CCITT group 4 without loss; the rest becomes JPEG.
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
    """Write the pictures (path and media type) as one PDF, in their order; answers with the numbers of those that cannot be
    shown, and writes nothing then.
    """
    broken = []
    with Pdf.new() as pdf:
        for no, (path, media_type) in enumerate(files, 1):
            try:
                if media_type in (signatures.JPEG, signatures.PNG):
                    # Kept as they are coded, so nobody else would notice that something is missing.
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
    """Append an A4 page with one sentence, in the place of a picture that cannot be shown."""
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
    if media_type == signatures.JPEG:
        return _jpeg(pdf, data)
    if media_type == signatures.PNG and not image.has_transparency_data and not image.info.get("interlace"):
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
        space = Array([Name.Indexed, Name.DeviceRGB, len(palette) // 3 - 1, pikepdf.String(palette)])
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
    # With "0 is black" the coder takes the dark pixels for the white runs of a fax.
    is_inverted = tags[_PHOTOMETRIC] == 1
    stream = _picture(pdf, coded, Name.CCITTFaxDecode, image.width, image.height, Name.DeviceGray, 1)
    stream.DecodeParms = Dictionary(K=-1, Columns=image.width, Rows=image.height, BlackIs1=is_inverted)
    return stream


def _picture(
    pdf: Pdf, coded: bytes, coding: Name, width: int, height: int, space: pikepdf.Object, bits: int
) -> Stream:
    stream = Stream(pdf, coded)
    stream.Type, stream.Subtype, stream.Filter = Name.XObject, Name.Image, coding
    stream.Width, stream.Height, stream.BitsPerComponent, stream.ColorSpace = width, height, bits, space
    return stream
