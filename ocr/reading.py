"""Reading a whole document: every page made ready, recognised where needed, and the searchable copy."""

import os
import queue
import statistics
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from ocr import answers, engine
from ocr.engine import Recognised
from ocr.errors import DecodeFailed, DocumentTimeout, EngineError, OcrError, TooMuchText, lacks_named
from ocr.geometry import flattened, place_box
from ocr.inspect import inspect
from ocr.sandbox import Sandbox
from ocr.types import Inspection, Options, PageReading, PageSource, PdfKind, Reading

DOUBTFUL = 70.0
"""Mean confidence below which the orientation of a page is asked for; upright pages rarely go below 85."""
ALMOST = 0.9
"""A turned page that reads about as well wins: the engine also reads pages that lie on their side."""
MOST_TEXT = 10_000_000
"""Letters of one document, each word counted as `_WORD` more for its place: 300 pages of a thousand words."""
MOST_THUMBNAIL = 1_000_000
"""Bytes; an ordinary one has some ten thousand."""
_WORD = 20
_PAGE = {"kind": str, "width": int, "height": int}
_TEXT = {"text": str, "words": list}
_PICTURE = {
    "is_blank": bool,
    "is_sideways": bool,
    "is_card": bool,
    "is_cut_out": bool,
    "back": list,
    "dpi": int,
    "image_width": int,
    "image_height": int,
}
_LAYOUT = ("turn", "back", "width", "height", "image_width", "image_height")
Prepare = Callable[..., dict[str, Any]]
"""Makes a page ready, turned and cut out as asked."""
_DEFAULT_OPTIONS = Options()
_SIGNED = "PDF bertanda tangan digital tidak diubah, jadi tidak dibuat salinan yang dapat dicari."
_NO_COPY = "Salinan yang dapat dicari tidak dapat dibuat. File aslinya tersimpan utuh."


@dataclass(frozen=True, slots=True)
class _Page:
    """One page with what the searchable copy needs of it."""

    reading: PageReading
    layout: dict[str, Any]
    """Empty for a page without a text layer."""
    layer: Path | None = None
    thumbnail: bytes = b""


@lacks_named()
def read(
    data: bytes, options: Options = _DEFAULT_OPTIONS, *, on_page: Callable[[PageReading], None] | None = None
) -> Reading:
    """Read a document.

    Raises `Refused` when the file is not accepted, `EngineMissing` when Tesseract is not there, a subclass of `Lack`
    when the machine has no room or no process for it. After that every page gets an answer: a page that fails is in the
    reading, marked `failed`, with its reason. `on_page` hears of each page as it is done, in any order, from the threads
    that read.
    """
    inspection = inspect(data, options.limits)
    workers = min(inspection.pages, options.workers or os.cpu_count() or 1)
    with ExitStack() as stack:
        path = Path(stack.enter_context(TemporaryDirectory(prefix="baca-"))) / "file"
        path.write_bytes(data)
        sandboxes = [
            stack.enter_context(Sandbox(options.limits, path.parent, nice=options.nice))
            for _ in range(workers)
        ]
        if not inspection.has_text:
            engine.probe(sandboxes[0], options)
        pages = _read_pages(sandboxes, path, inspection, options, on_page)
        pdf, kind, reason = _copy(sandboxes[0], path, inspection, pages, options)
    return Reading(
        inspection.media_type,
        tuple(page.reading for page in pages),
        pdf,
        kind,
        tuple(page.thumbnail for page in pages),
        reason,
    )


def _read_pages(
    sandboxes: list[Sandbox],
    path: Path,
    inspection: Inspection,
    options: Options,
    on_page: Callable[[PageReading], None] | None,
) -> list[_Page]:
    deadline = time.monotonic() + options.document_seconds
    idle: queue.SimpleQueue[Sandbox] = queue.SimpleQueue()
    for sandbox in sandboxes:
        idle.put(sandbox)
    room = _Room()

    def read_one(no: int) -> _Page:
        sandbox = idle.get()
        try:
            if time.monotonic() >= deadline:
                page = _Page(_failed(no, DocumentTimeout()), {})
            elif room.is_full:
                page = _Page(_failed(no, TooMuchText()), {})
            else:
                page = room.take(_read_page(sandbox, path, inspection, no, options))
        finally:
            idle.put(sandbox)
        if on_page:
            on_page(page.reading)
        return page

    with ThreadPoolExecutor(len(sandboxes), thread_name_prefix="baca") as pool:
        return list(pool.map(read_one, range(1, inspection.pages + 1)))


class _Room:
    """How much text a document may still bring; its pages come from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._left = MOST_TEXT

    @property
    def is_full(self) -> bool:
        return self._left < 0

    def take(self, page: _Page) -> _Page:
        """The page, or in its place one that failed because there is no room for it."""
        with self._lock:
            self._left -= len(page.reading.text) + _WORD * len(page.reading.words)
            if not self.is_full:
                return page
        return _Page(_failed(page.reading.no, TooMuchText()), {}, thumbnail=page.thumbnail)


def _read_page(sandbox: Sandbox, path: Path, inspection: Inspection, no: int, options: Options) -> _Page:
    thumbnail = b""
    prepare = partial(_prepare, sandbox, path, inspection.media_type, no, options)
    try:
        prepared = prepare()
        thumbnail = prepared["thumbnail"]
        if prepared["kind"] == "text":
            return _Page(_with_own_text(no, prepared), {}, thumbnail=thumbnail)
        if prepared["is_blank"] and prepared["is_cut_out"]:
            prepared = prepare(whole=True)
        if prepared["is_blank"]:
            return _Page(_without_text(no, prepared, PageSource.BLANK), {}, thumbnail=thumbnail)
        turn = _turn_of(sandbox, prepared, options) if prepared["is_sideways"] else 0
        if turn:
            prepared = prepare(turn=turn)
        first = _recognise(sandbox, prepared, options)
        return _recognised(no, *_better(sandbox, prepare, prepared, first, options))
    except (DecodeFailed, EngineError) as error:
        return _Page(_failed(no, error), {}, thumbnail=thumbnail)
    finally:
        for picture in path.parent.glob(f"{no:05d}-*.pgm"):
            picture.unlink()


def _better(
    sandbox: Sandbox, prepare: Prepare, prepared: dict[str, Any], recognised: Recognised, options: Options
) -> tuple[dict[str, Any], Recognised]:
    """The best of what else can be tried with a page that was not read well: turned upright, with all that is around
    the paper, or made black and white in another way."""
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
) -> dict[str, Any]:
    name = path.with_name(f"{no:05d}-{turn}{'-utuh' if whole else ''}")
    image, thumbnail = name.with_suffix(".pgm"), name.with_suffix(".webp")
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
    )
    found = answers.checked(answer, _PAGE)
    found |= answers.checked(answer, _TEXT if found["kind"] == "text" else _PICTURE)
    if found["kind"] != "text":
        found["back"] = np.array(answers.numbers(found["back"], 9)).reshape(3, 3)
    return found | {"turn": turn, "image": image, "thumbnail": sandbox.read(thumbnail.name, MOST_THUMBNAIL)}


def _recognise(
    sandbox: Sandbox, prepared: dict[str, Any], options: Options, *, local: bool = False
) -> Recognised:
    return engine.recognise(
        sandbox, prepared["image"], prepared["dpi"], options, one_block=prepared["is_card"], local=local
    )


def _turn_of(sandbox: Sandbox, prepared: dict[str, Any], options: Options) -> int:
    return engine.find_turn(sandbox, prepared["image"], prepared["dpi"], options)


def _is_doubtful(recognised: Recognised) -> bool:
    """Whether what was read does not look like an upright page: unsure, or words that are higher than wide."""
    long_words = [word.box for word in recognised.words if len(word.text) > 3]
    lies = bool(long_words) and statistics.median(box.height / max(1, box.width) for box in long_words) > 1
    return lies or (recognised.confidence or 0.0) < DOUBTFUL


def _recognised(no: int, prepared: dict[str, Any], recognised: Recognised) -> _Page:
    reading = PageReading(
        no,
        recognised.text,
        None if recognised.confidence is None else round(recognised.confidence, 1),
        tuple(replace(word, box=place_box(prepared["back"], word.box)) for word in recognised.words),
        prepared["width"],
        prepared["height"],
        PageSource.OCR,
        prepared["turn"],
    )
    layout = {name: prepared[name] for name in _LAYOUT}
    return _Page(reading, layout, recognised.layer if recognised.words else None, prepared["thumbnail"])


def _with_own_text(no: int, prepared: dict[str, Any]) -> PageReading:
    words = answers.words(prepared["words"])
    return PageReading(
        no, prepared["text"], 100.0, words, prepared["width"], prepared["height"], PageSource.TEXT
    )


def _without_text(no: int, prepared: dict[str, Any], source: PageSource) -> PageReading:
    return PageReading(no, "", None, (), prepared["width"], prepared["height"], source)


def _failed(no: int, error: OcrError) -> PageReading:
    return PageReading(
        no, "", None, (), 0, 0, PageSource.FAILED, reason=error.sentence, is_retryable=error.is_retryable
    )


def _copy(
    sandbox: Sandbox, path: Path, inspection: Inspection, pages: list[_Page], options: Options
) -> tuple[bytes | None, PdfKind, str]:
    if inspection.signed:
        return None, PdfKind.ORIGINAL, _SIGNED
    output = path.with_name("salinan.pdf")
    brings_text = any(page.reading.source is PageSource.TEXT for page in pages)
    try:
        if all(page.reading.source is PageSource.TEXT for page in pages) and not _is_active(sandbox, path):
            return None, PdfKind.ORIGINAL, ""
        answer = sandbox.call(
            "assemble",
            seconds=options.limits.decode_seconds + 2 * len(pages),
            path=str(path),
            media_type=inspection.media_type,
            pages=[_entry(page) for page in pages],
            output=str(output),
        )
        is_searchable = brings_text or answers.checked(answer, {"layered": int})["layered"] > 0
        kind = PdfKind.SEARCHABLE if is_searchable else PdfKind.PICTURE
        return sandbox.read(output.name, options.limits.decode_file), kind, ""
    except DecodeFailed:
        return None, PdfKind.NONE, _NO_COPY


def _is_active(sandbox: Sandbox, path: Path) -> bool:
    """A PDF with scripts or attachments is shown as a copy without them."""
    answer = sandbox.call("is_active", path=str(path))
    return bool(answers.checked(answer, {"is_active": bool})["is_active"])


def _entry(page: _Page) -> dict[str, Any]:
    entry = {name: page.layout.get(name, 0) for name in _LAYOUT}
    if page.layout:
        size = page.layout["image_width"], page.layout["image_height"]
        entry["back"] = flattened(page.layout["back"], size)[:2].flatten().tolist()
    return entry | {"no": page.reading.no, "layer": str(page.layer) if page.layer else None}
