"""Papers made on the spot: pictures and PDFs, whole, odd and broken."""

import io
import struct
import zlib
from collections.abc import Sequence
from pathlib import Path

import pikepdf
import pillow_heif
import weasyprint
from pikepdf import Dictionary, Name
from PIL import Image, ImageDraw, ImageFont

FONT = Path("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf")
SIZE = (1240, 1100)
"""Half a sheet of A5 at 300 dpi: enough for the engine to tell orientation and skew, quick to read.
"""
LINES = (
    "SURAT KETERANGAN TANDA LAPOR KEHILANGAN",
    "Pelapor menerangkan telah kehilangan satu lembar",
    "surat izin mengemudi di sekitar pasar pada hari Senin",
    "tanggal 13 April 2026 sekira pukul 09.30 WITA.",
    "Surat keterangan ini tidak dipungut biaya.",
    "Warga Contoh beralamat di Jalan Contoh Nomor 7.",
)


def page(
    lines: Sequence[str] = LINES, *, size: tuple[int, int] = SIZE, ink: int = 20
) -> Image.Image:
    """A grey page with the lines printed on it twice."""
    image = Image.new("L", size, 248)
    draw = ImageDraw.Draw(image)
    font = ImageFont.truetype(str(FONT), 36)
    for number, line in enumerate((*lines, *lines)):
        draw.text((90, 120 + number * 78), line, fill=ink, font=font)
    return image


def coded(image: Image.Image, form: str = "JPEG", **options: object) -> bytes:
    """The picture as a file of the format."""
    buffer = io.BytesIO()
    if form == "HEIF":
        pillow_heif.register_heif_opener()
    image.save(buffer, form, **{"dpi": (300, 300), **options})
    return buffer.getvalue()


def tiff(pages: Sequence[Image.Image], **options: object) -> bytes:
    """A TIFF of several pages."""
    return coded(pages[0], "TIFF", save_all=True, append_images=list(pages[1:]), **options)


def picture_pdf(*images: Image.Image, turn: int = 0) -> bytes:
    """A scanned PDF: one page for each picture, nothing but the picture on it."""
    pdf = pikepdf.new()
    for image in images:
        width, height = (side * 72 / 300 for side in image.size)
        pdf.add_blank_page(page_size=(width, height))
        picture = pikepdf.Stream(pdf, coded(image.convert("L")))
        picture.Type, picture.Subtype, picture.Filter = Name.XObject, Name.Image, Name.DCTDecode
        picture.Width, picture.Height = image.size
        picture.ColorSpace, picture.BitsPerComponent = Name.DeviceGray, 8
        added = pdf.pages[-1]
        added.add_resource(picture, Name.XObject, Name.Im0)
        added.obj.Contents = pdf.make_stream(b"q %.2f 0 0 %.2f 0 0 cm /Im0 Do Q" % (width, height))
        if turn:
            added.rotate(turn, relative=False)
    return saved(pdf)


def text_pdf(*pages: Sequence[str]) -> bytes:
    """A born-digital PDF: one page for each list of lines."""
    pdf = pikepdf.new()
    font = Dictionary(
        Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica, Encoding=Name.WinAnsiEncoding
    )
    for lines in pages:
        pdf.add_blank_page(page_size=(595, 842))
        pdf.pages[-1].add_resource(font, Name.Font, Name.F0)
        shown = b" ".join(b"(%s) Tj 0 -20 Td" % line.encode("latin-1") for line in lines)
        pdf.pages[-1].obj.Contents = pdf.make_stream(b"BT /F0 12 Tf 72 770 Td " + shown + b" ET")
    return saved(pdf)


def printed_pdf(*pages: Sequence[str]) -> bytes:
    """A born-digital PDF as a program prints it: its faces are embedded, it has a title and a
    link.
    """
    sheets = (
        f"<section><h1>{lines[0]}</h1>{''.join(f'<p>{line}</p>' for line in lines)}"
        "<p><a href='#awal'>ke awal</a></p></section>"
        for lines in pages
    )
    style = "body{font-family:'DejaVu Sans';color:#123}section{break-after:page}"
    text = (
        f"<html lang='id'><title>Surat Contoh</title><style>{style}</style><body "
        f"id='awal'>{''.join(sheets)}"
    )
    return bytes(weasyprint.HTML(string=text).write_pdf())


def saved(pdf: pikepdf.Pdf, **options: object) -> bytes:
    """The PDF as bytes."""
    buffer = io.BytesIO()
    pdf.save(buffer, **options)
    return buffer.getvalue()


def png_claiming(width: int, height: int) -> bytes:
    """A PNG of some hundred bytes whose header claims any size."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    pixels = zlib.compress(b"\0" * 200)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    )


def jpeg_claiming(width: int, height: int) -> bytes:
    """A small JPEG whose frame header claims any size."""
    data = bytearray(coded(Image.new("L", (16, 16), 255)))
    at = data.index(b"\xff\xc0") + 5
    data[at : at + 4] = struct.pack(">HH", height, width)
    return bytes(data)
