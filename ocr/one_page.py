"""Reading of one page, and the copy of a document.

A page is prepared and recognised, and tried in other ways if the result is poor. The copy is the
best of: PDF/A with text, plain PDF with text, pictures, nothing.
"""

import re
import statistics
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from ocr import engine
from ocr import sandbox as ocr_sandbox
from ocr.engine import Recognised
from ocr.errors import DecodeFailed, EngineError, EngineFailed, OcrError
from ocr.geometry import flattened, place_box
from ocr.sandbox import Sandbox
from ocr.sandbox_requests import look_for_codes
from ocr.types import Inspection, Options, PageReading, PageSource, PdfKind, PdfLevel

DOUBTFUL = 70.0
"""Mean confidence below which the orientation of a page is checked; upright pages are rarely below
85.
"""
ALMOST = 0.9
"""Share of the former result with which a turned page wins, because the engine also reads pages
that lie on their side.
"""
MOST_THUMBNAIL = 1_000_000
"""Largest thumbnail in bytes; an ordinary one has some ten thousand."""
MOST_LAYER = 10_000_000
"""Largest text layer in bytes."""
_PAGE = {"kind": str, "width": int, "height": int, "likeness": list}
_TEXT = {"text": str, "words": list}
_PICTURE = {
    "is_blank": bool,
    "is_sideways": bool,
    "is_card": bool,
    "is_cut_out": bool,
    "cut": int,
    "back": list,
    "dpi": int,
    "image_width": int,
    "image_height": int,
}
SPEAKS_OF_CODE = re.compile(
    r"\b(?:QR|pindai|memindai|dipindai)\b|\b[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}\b", re.IGNORECASE
)
"""Words that stand beside a QR code. Only pages with them are searched for codes, because the
search costs a tenth of the reading.
"""
LAYOUT = ("turn", "back", "width", "height", "image_width", "image_height")
"""Fields of a prepared picture by which the text layer is placed on the copy."""
Prepare = Callable[..., dict[str, Any]]
"""Function that prepares a page, turned and cropped as requested."""


@dataclass(frozen=True, slots=True)
class ReadPage:
    """One page with the data that the searchable copy needs."""

    reading: PageReading
    layout: Mapping[str, Any]
    """Position of the layer on the page, in plain numbers; empty for a page without a layer."""
    layer: bytes = b""
    """A PDF of invisible text; empty for a page without a layer."""
    thumbnail: bytes = b""


def read_page(
    sandbox: Sandbox,
    path: Path,
    media_type: str,
    no: int,
    options: Options,
    *,
    turn: int | None = None,
    helper: Sandbox | None = None,
) -> ReadPage:
    """Read page `no` of a file and remove the intermediate files.

    `turn` is the clockwise turn that a person chose; without it the orientation is detected. With
    an idle `helper`, each sandbox reads one half of the page.
    """
    thumbnail = b""
    prepare = partial(
        _prepare, sandbox, path, media_type, no, options, in_halves=helper is not None
    )
    try:
        prepared = prepare(turn=turn or 0)
        thumbnail = prepared["thumbnail"]
        if prepared["kind"] == "text":
            return ReadPage(_with_own_text(no, prepared), {}, thumbnail=thumbnail)
        if turn is None and prepared["is_blank"] and prepared["is_cut_out"]:
            prepared = prepare(whole=True)
        if prepared["is_blank"]:
            return ReadPage(_without_text(no, prepared, PageSource.BLANK), {}, thumbnail=thumbnail)
        if (
            turn is None
            and prepared["is_sideways"]
            and (found := _turn_of(sandbox, prepared, options))
        ):
            prepared = prepare(turn=found)
        first = _first_look(sandbox, helper, prepared, options)
        page = _recognised(sandbox, no, *_better(sandbox, prepare, prepared, first, options))
        return _with_codes(sandbox, path, media_type, page)
    except (DecodeFailed, EngineError) as error:
        return ReadPage(failed(no, error), {}, thumbnail=thumbnail)
    finally:
        for left in path.parent.glob(f"{no:05d}-*"):
            left.unlink()


def _better(
    sandbox: Sandbox,
    prepare: Prepare,
    prepared: dict[str, Any],
    recognised: Recognised,
    options: Options,
) -> tuple[dict[str, Any], Recognised]:
    """Return the best of the alternatives for a poorly read page: turned upright, without cropping,
    or with other thresholds.
    """
    turn = prepared["turn"]
    if not turn and _is_doubtful(recognised) and (turn := _turn_of(sandbox, prepared, options)):
        turned = prepare(turn=turn)
        again = _recognise(sandbox, turned, options)
        if again.weight > ALMOST * recognised.weight:
            prepared, recognised = turned, again
    if prepared["is_cut_out"] and _is_doubtful(recognised):
        whole = prepare(turn=prepared["turn"], whole=True)
        again = _recognise(sandbox, whole, options)
        if again.weight > recognised.weight:
            prepared, recognised = whole, again
    if _is_doubtful(recognised):
        again = _recognise(sandbox, prepared, options, local=True)
        if again.weight > recognised.weight:
            recognised = again
    return prepared, recognised


def _prepare(
    sandbox: Sandbox,
    path: Path,
    media_type: str,
    no: int,
    options: Options,
    *,
    turn: int = 0,
    whole: bool = False,
    in_halves: bool = False,
) -> dict[str, Any]:
    name = path.with_name(f"{no:05d}-{turn}{'-utuh' if whole else ''}")
    image, thumbnail = name.with_suffix(".pgm"), name.with_suffix(".webp")
    halves = (
        [image.with_stem(f"{image.stem}-{half}") for half in ("atas", "bawah")] if in_halves else []
    )
    answer = sandbox.call(
        "page",
        path=str(path),
        media_type=media_type,
        no=no,
        turn=turn,
        whole=whole,
        thumbnail_pixels=options.thumbnail_pixels,
        thumbnail=str(thumbnail),
        image=str(image),
        halves=[str(half) for half in halves],
    )
    found = ocr_sandbox.checked(answer, _PAGE)
    found |= ocr_sandbox.checked(answer, _TEXT if found["kind"] == "text" else _PICTURE)
    found["likeness"] = ocr_sandbox.bytes_of(found["likeness"], 8)
    if found["kind"] != "text":
        found["back"] = ocr_sandbox.numbers(found["back"], 9)
    return found | {
        "turn": turn,
        "image": image,
        "halves": halves,
        "thumbnail": sandbox.read(thumbnail.name, MOST_THUMBNAIL),
    }


def _first_look(
    sandbox: Sandbox, helper: Sandbox | None, prepared: dict[str, Any], options: Options
) -> Recognised:
    """Return the first result. A page whose halves cannot be read or joined is read whole."""
    size, cut, image = (
        (prepared["image_width"], prepared["image_height"]),
        prepared["cut"],
        prepared["image"],
    )
    if helper is not None and 0 < cut < size[1]:
        readers, halves = (sandbox, helper), prepared["halves"]
        try:
            return engine.recognise_halves(
                readers, halves, image, size, cut, prepared["dpi"], options
            )
        except (DecodeFailed, EngineFailed):
            pass
    return _recognise(sandbox, prepared, options)


def _recognise(
    sandbox: Sandbox, prepared: dict[str, Any], options: Options, *, local: bool = False
) -> Recognised:
    return engine.recognise(
        sandbox,
        prepared["image"],
        prepared["dpi"],
        options,
        one_block=prepared["is_card"],
        local=local,
    )


def _turn_of(sandbox: Sandbox, prepared: dict[str, Any], options: Options) -> int:
    return engine.find_turn(sandbox, prepared["image"], prepared["dpi"], options)


def _is_doubtful(recognised: Recognised) -> bool:
    """Return whether the result does not look like an upright page: low confidence, or words that
    are higher than wide.
    """
    long_words = [word.box for word in recognised.words if len(word.text) > 3]
    lies = (
        bool(long_words)
        and statistics.median(box.height / max(1, box.width) for box in long_words) > 1
    )
    return lies or (recognised.confidence or 0.0) < DOUBTFUL


def _recognised(
    sandbox: Sandbox, no: int, prepared: dict[str, Any], recognised: Recognised
) -> ReadPage:
    back = np.array(prepared["back"]).reshape(3, 3)
    reading = PageReading(
        no,
        recognised.text,
        None if recognised.confidence is None else round(recognised.confidence, 1),
        tuple(replace(word, box=place_box(back, word.box)) for word in recognised.words),
        prepared["width"],
        prepared["height"],
        PageSource.OCR,
        prepared["turn"],
        likeness=prepared["likeness"],
    )
    layout = {name: prepared[name] for name in LAYOUT}
    layer = sandbox.read(recognised.layer.name, MOST_LAYER) if recognised.words else b""
    return ReadPage(reading, layout, layer, prepared["thumbnail"])


def _with_codes(sandbox: Sandbox, path: Path, media_type: str, page: ReadPage) -> ReadPage:
    """Return the page with its QR codes if its words mention one. If the search fails, the page
    counts as read.
    """
    if not SPEAKS_OF_CODE.search(page.reading.text):
        return page
    try:
        codes = look_for_codes(sandbox, path, media_type, page.reading.no).codes
    except DecodeFailed:
        return page
    return replace(page, reading=replace(page.reading, codes=codes))


def _with_own_text(no: int, prepared: dict[str, Any]) -> PageReading:
    words = ocr_sandbox.words(prepared["words"])
    return PageReading(
        no,
        prepared["text"],
        100.0,
        words,
        prepared["width"],
        prepared["height"],
        PageSource.TEXT,
        likeness=prepared["likeness"],
    )


def _without_text(no: int, prepared: dict[str, Any], source: PageSource) -> PageReading:
    return PageReading(no, "", None, (), prepared["width"], prepared["height"], source)


def failed(no: int, error: OcrError) -> PageReading:
    """Return the reading of a failed page with the reason."""
    return PageReading(
        no,
        "",
        None,
        (),
        0,
        0,
        PageSource.FAILED,
        reason=error.sentence,
        is_retryable=error.is_retryable,
    )


SIGNED = "PDF bertanda tangan digital tidak diubah, jadi tidak dibuat salinan untuk arsip."
_NO_COPY = "Salinan yang dapat dicari tidak dapat dibuat. File aslinya tersimpan utuh."
_UNLOCKED = (
    "PDF aslinya dibatasi pembuatnya (cetak atau salin); salinannya tidak, karena PDF/A melarang "
    "penguncian."
)
_XFA = (
    "Formulir XFA tidak dapat menjadi PDF/A. Bila isinya tidak tampak, cetak formulir itu ke PDF "
    "biasa, lalu unggah lagi."
)
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
    """The copy of a document, and the reason why it is not better."""

    pdf: bytes | None
    kind: PdfKind
    level: PdfLevel = PdfLevel.NONE
    reason: str = ""


class Judged(NamedTuple):
    """A copy as PDF/A, or the reasons why it cannot be one."""

    pdf: bytes | None
    reason: str


def make_copy(
    sandbox: Sandbox, path: Path, inspection: Inspection, pages: list[ReadPage], options: Options
) -> Copy:
    """Return the best copy of the document at `path`; if one kind fails, the next lower one is
    used.
    """
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
        layered = ocr_sandbox.checked(answer, {"layered": int})["layered"]
        plain = sandbox.read(PLAIN, options.limits.decode_file)
    except DecodeFailed:
        return Copy(
            None, PdfKind.ORIGINAL if serves else PdfKind.NONE, reason="" if serves else _NO_COPY
        )
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
    """Return the plain copy at `path` as PDF/A, unless it holds what PDF/A forbids or validation
    takes too much.
    """
    output = path.with_name(ARCHIVAL)
    try:
        answer = sandbox.call("conform", seconds=seconds, path=str(path), output=str(output))
        found = ocr_sandbox.checked(answer, {"conforms": bool, "lacks": str})
        if found["conforms"]:
            return Judged(sandbox.read(ARCHIVAL, options.limits.decode_file), "")
    except DecodeFailed:
        return Judged(None, _UNJUDGED)
    named = ["pages"] if has_notices else found["lacks"].split(",")
    said = [_LACKS[each] for each in named if each in _LACKS] or [_LACKS["other"]]
    return Judged(None, f"Tidak dapat menjadi PDF/A: {'; '.join(said)}.")


def _is_active(sandbox: Sandbox, path: Path) -> bool:
    """Return whether a PDF has scripts or attachments, without which its copy is shown."""
    answer = sandbox.call("is_active", path=str(path))
    return bool(ocr_sandbox.checked(answer, {"is_active": bool})["is_active"])


def _claimed(sandbox: Sandbox, path: Path, seconds: float) -> PdfLevel:
    """Return the conformance level of the received file."""
    try:
        answer = sandbox.call("claim", seconds=seconds, path=str(path))
        return PdfLevel(ocr_sandbox.checked(answer, {"level": str})["level"])
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
