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

_SIGNED = "PDF bertanda tangan digital tidak diubah, jadi tidak dibuat salinan yang dapat dicari."
_NO_COPY = "Salinan yang dapat dicari tidak dapat dibuat. File aslinya tersimpan utuh."
PLAIN, ARCHIVAL = "salinan.pdf", "salinan-arsip.pdf"


class Copy(NamedTuple):
    """What was made of a document, and why it is not more."""

    pdf: bytes | None
    kind: PdfKind
    level: PdfLevel = PdfLevel.NONE
    reason: str = ""


def make_copy(
    sandbox: Sandbox, path: Path, inspection: Inspection, pages: list[ReadPage], options: Options
) -> Copy:
    """The best copy that can be made of the document at `path`; a rung that breaks leaves the one below it."""
    if inspection.signed:
        return Copy(None, PdfKind.ORIGINAL, reason=_SIGNED)
    seconds = options.limits.decode_seconds + 2 * len(pages)
    try:
        if all(page.reading.source is PageSource.TEXT for page in pages) and not _is_active(sandbox, path):
            return Copy(None, PdfKind.ORIGINAL)
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
        return Copy(None, PdfKind.NONE, reason=_NO_COPY)
    brings_text = any(page.reading.source is PageSource.TEXT for page in pages)
    kind = PdfKind.SEARCHABLE if layered or brings_text else PdfKind.PICTURE
    archival = conforming(sandbox, path.with_name(PLAIN), seconds, options)
    return Copy(archival or plain, kind, PdfLevel.A_2B if archival else PdfLevel.PLAIN)


def conforming(sandbox: Sandbox, path: Path, seconds: float, options: Options) -> bytes | None:
    """The plain copy at `path` as PDF/A; None when it holds what PDF/A forbids, or judging it takes too much."""
    output = path.with_name(ARCHIVAL)
    try:
        answer = sandbox.call("conform", seconds=seconds, path=str(path), output=str(output))
        if answers.checked(answer, {"conforms": bool})["conforms"]:
            return sandbox.read(ARCHIVAL, options.limits.decode_file)
    except DecodeFailed:
        pass
    return None


def _is_active(sandbox: Sandbox, path: Path) -> bool:
    """A PDF with scripts or attachments is shown as a copy without them."""
    answer = sandbox.call("is_active", path=str(path))
    return bool(answers.checked(answer, {"is_active": bool})["is_active"])


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
