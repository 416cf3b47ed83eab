"""The copy of a document, as far up the ladder as it goes: PDF/A with text, plain PDF with text, pictures, nothing."""

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from ocr import answers
from ocr.errors import DecodeFailed
from ocr.geometry import flattened
from ocr.one_page import LAYOUT, ReadPage
from ocr.sandbox import Sandbox
from ocr.types import Inspection, Options, PageSource, PdfKind, PdfLevel

SIGNED = "PDF bertanda tangan digital tidak diubah, jadi tidak dibuat salinan untuk arsip."
_NO_COPY = "Salinan yang dapat dicari tidak dapat dibuat. File aslinya tersimpan utuh."
_UNLOCKED = (
    "PDF aslinya dibatasi pembuatnya (cetak atau salin); salinannya tidak, karena PDF/A melarang penguncian."
)
_XFA = "Formulir XFA tidak dapat menjadi PDF/A. Bila isinya tidak tampak, cetak formulir itu ke PDF biasa, lalu unggah lagi."
_LACKS = {
    "fonts": "hurufnya tidak tertanam di dalam file",
    "form": "memuat kotak isian formulir",
    "layers": "memuat lapisan yang dapat disembunyikan",
    "colours": "memakai warna mesin cetak (CMYK)",
    "other": "memuat bagian yang tidak dapat dipastikan sesuai dengan PDF/A",
    "pages": "ada halaman yang tidak dapat ditampilkan",
}
_UNJUDGED = "Belum diketahui apakah sesuai dengan PDF/A: pemeriksaannya tidak selesai."
PLAIN, ARCHIVAL = "salinan.pdf", "salinan-arsip.pdf"


class Copy(NamedTuple):
    """What was made of a document, and why it is not more."""

    pdf: bytes | None
    kind: PdfKind
    level: PdfLevel = PdfLevel.NONE
    reason: str = ""


class Judged(NamedTuple):
    """A copy as PDF/A, or why it cannot be one."""

    pdf: bytes | None
    reason: str


def make_copy(
    sandbox: Sandbox, path: Path, inspection: Inspection, pages: list[ReadPage], options: Options
) -> Copy:
    """The best copy that can be made of the document at `path`; a rung that breaks leaves the one below it."""
    if inspection.signed:
        return Copy(None, PdfKind.ORIGINAL, reason=SIGNED)
    seconds = options.limits.decode_seconds + 2 * len(pages)
    sources = {page.reading.source for page in pages}
    try:
        serves = sources == {PageSource.TEXT} and not _is_active(sandbox, path)
    except DecodeFailed:
        return Copy(None, PdfKind.NONE, reason=_NO_COPY)
    if serves and (level := _claimed(sandbox, path, seconds)) is not PdfLevel.NONE:
        return Copy(None, PdfKind.ORIGINAL, level)
    try:
        answer = sandbox.call(
            "assemble",
            seconds=seconds,
            path=str(path),
            media_type=inspection.media_type,
            pages=[_entry(page, path.parent) for page in pages],
            output=str(path.with_name(PLAIN)),
        )
        layered = answers.checked(answer, {"layered": int})["layered"]
        plain = sandbox.read(PLAIN, options.limits.decode_file)
    except DecodeFailed:
        return Copy(None, PdfKind.ORIGINAL if serves else PdfKind.NONE, reason="" if serves else _NO_COPY)
    kind = PdfKind.SEARCHABLE if layered or PageSource.TEXT in sources else PdfKind.PICTURE
    if inspection.xfa:
        return Copy(plain, kind, PdfLevel.PLAIN, _XFA)
    judged = conforming(
        sandbox, path.with_name(PLAIN), seconds, options, has_notices=PageSource.FAILED in sources
    )
    if judged.pdf:
        return Copy(judged.pdf, kind, PdfLevel.A_2B, _UNLOCKED if inspection.encrypted else "")
    if serves:
        return Copy(None, PdfKind.ORIGINAL, reason=judged.reason)
    return Copy(plain, kind, PdfLevel.PLAIN, judged.reason)


def conforming(
    sandbox: Sandbox, path: Path, seconds: float, options: Options, *, has_notices: bool = False
) -> Judged:
    """The plain copy at `path` as PDF/A, unless it holds what PDF/A forbids, or judging it takes too much."""
    output = path.with_name(ARCHIVAL)
    try:
        answer = sandbox.call("conform", seconds=seconds, path=str(path), output=str(output))
        found = answers.checked(answer, {"conforms": bool, "lacks": str})
        if found["conforms"]:
            return Judged(sandbox.read(ARCHIVAL, options.limits.decode_file), "")
    except DecodeFailed:
        return Judged(None, _UNJUDGED)
    named = ["pages"] if has_notices else found["lacks"].split(",")
    said = [_LACKS[each] for each in named if each in _LACKS] or [_LACKS["other"]]
    return Judged(None, f"Tidak dapat menjadi PDF/A: {'; '.join(said)}.")


def _is_active(sandbox: Sandbox, path: Path) -> bool:
    """A PDF with scripts or attachments is shown as a copy without them."""
    answer = sandbox.call("is_active", path=str(path))
    return bool(answers.checked(answer, {"is_active": bool})["is_active"])


def _claimed(sandbox: Sandbox, path: Path, seconds: float) -> PdfLevel:
    """What the file received is already."""
    try:
        answer = sandbox.call("claim", seconds=seconds, path=str(path))
        return PdfLevel(answers.checked(answer, {"level": str})["level"])
    except (DecodeFailed, ValueError):
        return PdfLevel.NONE


def _entry(page: ReadPage, folder: Path) -> dict[str, Any]:
    entry = {name: page.layout.get(name, 0) for name in LAYOUT}
    if page.layout:
        size = page.layout["image_width"], page.layout["image_height"]
        back = np.array(page.layout["back"]).reshape(3, 3)
        entry["back"] = flattened(back, size)[:2].flatten().tolist()
    layer = folder / f"{page.reading.no:05d}-lapis.pdf"
    if page.layer:
        layer.write_bytes(page.layer)
    return entry | {"no": page.reading.no, "layer": str(layer) if page.layer else None}
