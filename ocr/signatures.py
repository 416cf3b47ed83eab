"""What a file is, by its first bytes. Names and declared types are never asked."""

from ocr.errors import UnknownType

JPEG = "image/jpeg"
PNG = "image/png"
TIFF = "image/tiff"
GIF = "image/gif"
BMP = "image/bmp"
WEBP = "image/webp"
HEIC = "image/heic"
PDF = "application/pdf"

PDF_SEARCH = 1024
"""A PDF may begin after this many bytes of something else, and real ones do."""

_HEIF_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}

_FOREIGN = (
    (b"PK\x03\x04", "arsip ZIP atau dokumen Office"),
    (b"PK\x05\x06", "arsip ZIP kosong"),
    (b"\xd0\xcf\x11\xe0", "dokumen Office lama"),
    (b"Rar!", "arsip RAR"),
    (b"7z\xbc\xaf", "arsip 7z"),
    (b"\x1f\x8b", "arsip gzip"),
    (b"MZ", "program"),
    (b"\x7fELF", "program"),
    (b"{\\rtf", "dokumen RTF"),
    (b"%!PS", "PostScript"),
    (b"\x00\x00\x00\x0cjP  ", "JPEG 2000"),
    (b"\xff\x4f\xff\x51", "JPEG 2000"),
)


def media_type_of(data: bytes) -> str:
    """The media type that the content shows; `UnknownType`, naming what was found, for anything else."""
    if picture := _picture(data):
        return picture
    if foreign := _foreign(data):
        raise UnknownType(foreign)
    if b"%PDF-" in data[:PDF_SEARCH]:
        return PDF
    raise UnknownType


def _picture(data: bytes) -> str | None:
    if data.startswith(b"\xff\xd8\xff"):
        return JPEG
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if data[:4] in (b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+"):
        return TIFF
    if data[:6] in (b"GIF87a", b"GIF89a"):
        return GIF
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return WEBP
    if data[4:8] == b"ftyp" and _brands(data) & _HEIF_BRANDS and b"avif" not in _brands(data):
        return HEIC
    # "BM" alone begins many texts; the header size after it takes one of a few values.
    if data.startswith(b"BM") and data[14:18] in {
        bytes((size, 0, 0, 0)) for size in (12, 40, 52, 56, 64, 108, 124)
    }:
        return BMP
    return None


def _brands(data: bytes) -> set[bytes]:
    size = int.from_bytes(data[:4], "big")
    return {data[8:12]} | {data[at : at + 4] for at in range(16, min(size, 256), 4)}


def _foreign(data: bytes) -> str:
    for magic, name in _FOREIGN:
        if data.startswith(magic):
            return name
    if data[4:8] == b"ftyp":
        return "AVIF" if b"avif" in _brands(data) else "video"
    start = data[:4096].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if start.startswith((b"<svg", b"<?xml")) and b"<svg" in start:
        return "SVG"
    if start.startswith((b"<!doctype html", b"<html", b"<head", b"<body", b"<script")):
        return "halaman web (HTML)"
    if start.startswith((b"<?xml", b"<!doctype")):
        return "XML"
    return ""
