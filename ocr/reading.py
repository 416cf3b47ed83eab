"""Reading of a whole document: preparation and recognition of every page, and the searchable copy.

The module also computes the difference hashes of pages from stored thumbnails, for pages that were
read before these hashes were stored.
"""

import os
import queue
import threading
import time
from collections.abc import Callable, Generator, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import ExitStack, closing
from pathlib import Path
from tempfile import TemporaryDirectory

from ocr import engine
from ocr import sandbox as ocr_sandbox
from ocr.errors import DecodeFailed, DocumentTimeout, TooMuchText, lacks_named
from ocr.inspect import inspect
from ocr.one_page import ReadPage, failed, make_copy, read_page
from ocr.sandbox import Sandbox
from ocr.types import Limits, Options, Reading

MOST_TEXT = 10_000_000
"""Text limit of one document in characters, with `_WORD` more for the position of each word: 300
pages of a thousand words.
"""
_WORD = 20
_DEFAULT_OPTIONS = Options()


@lacks_named()
def read(
    data: bytes,
    options: Options = _DEFAULT_OPTIONS,
    *,
    known: Iterable[ReadPage] = (),
    on_page: Callable[[ReadPage], None] | None = None,
) -> Reading:
    """Read a document.

    Raises `Refused` when the file is not accepted, `EngineMissing` without Tesseract, and a
    subclass of `Lack` when the machine lacks room or processes. Apart from these every page is in
    the result; a failed one is marked `failed` with its reason. `known` pages are not read again.
    `on_page` is called with each other page as soon as it is done, in any order; an exception from
    it ends the reading.
    """
    inspection = inspect(data, options.limits, is_preloaded=True)
    pages = {page.reading.no: page for page in known}
    missing = [no for no in range(1, inspection.pages + 1) if no not in pages]
    workers = max(1, min(len(missing) + 1, options.workers or os.cpu_count() or 1))
    with ExitStack() as stack:
        path = Path(stack.enter_context(TemporaryDirectory(prefix="baca-"))) / "file"
        path.write_bytes(data)
        sandboxes = [
            stack.enter_context(
                Sandbox(options.limits, path.parent, nice=options.nice, is_preloaded=True)
            )
            for _ in range(workers)
        ]
        if missing and not inspection.has_text:
            engine.probe(sandboxes[0], options)
        reading = _read_pages(sandboxes, path, inspection.media_type, missing, options)
        with closing(reading):
            for page in reading:
                pages[page.reading.no] = page
                if on_page:
                    on_page(page)
        whole = [pages[no] for no in sorted(pages)]
        copy = make_copy(sandboxes[0], path, inspection, whole, options)
    return Reading(
        inspection.media_type,
        tuple(page.reading for page in whole),
        copy.pdf,
        copy.kind,
        tuple(page.thumbnail for page in whole),
        copy.level,
        copy.reason,
    )


def _read_pages(
    sandboxes: list[Sandbox], path: Path, media_type: str, numbers: Sequence[int], options: Options
) -> Generator[ReadPage]:
    """Yield each of these pages as soon as it is done.

    Two sandboxes read the first page together, because a user sees nothing before; the other pages
    are read in parallel, one per sandbox.
    """
    deadline = time.monotonic() + options.document_seconds
    idle: queue.SimpleQueue[Sandbox] = queue.SimpleQueue()
    for sandbox in sandboxes:
        idle.put(sandbox)
    room = _Room()

    def read_one(no: int, helper: Sandbox | None = None) -> ReadPage:
        sandbox = idle.get()
        try:
            if time.monotonic() >= deadline:
                return ReadPage(failed(no, DocumentTimeout()), {})
            if room.is_full:
                return ReadPage(failed(no, TooMuchText()), {})
            return room.take(read_page(sandbox, path, media_type, no, options, helper=helper))
        finally:
            idle.put(sandbox)

    pool = ThreadPoolExecutor(len(sandboxes), thread_name_prefix="baca")
    try:
        first = [
            read_one(no, helper=sandboxes[-1] if len(sandboxes) > 1 else None) for no in numbers[:1]
        ]
        others = [pool.submit(read_one, no) for no in numbers[1:]]
        yield from first
        for page in as_completed(others):
            yield page.result()
    finally:
        pool.shutdown(cancel_futures=True)


class _Room:
    """Remaining text limit of a document, shared by the threads that read its pages."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._left = MOST_TEXT

    @property
    def is_full(self) -> bool:
        return self._left < 0

    def take(self, page: ReadPage) -> ReadPage:
        """Return the page, or a failed page in its place when the limit is exceeded."""
        with self._lock:
            self._left -= len(page.reading.text) + _WORD * len(page.reading.words)
            if not self.is_full:
                return page
        return ReadPage(failed(page.reading.no, TooMuchText()), {}, thumbnail=page.thumbnail)


LIMITS = Limits(decode_seconds=20.0, decode_memory=500_000_000, decode_file=20_000_000)


def looks(pictures: Sequence[tuple[bytes, str]], *, nice: int = 0) -> list[tuple[int, ...] | None]:
    """Return the difference hash (`ocr.pages.of`) of each picture, given with its media type; None
    for an undecodable one. Decoding runs in a separate process.
    """
    with (
        TemporaryDirectory(prefix="rupa-") as folder,
        Sandbox(LIMITS, Path(folder), nice=nice) as sandbox,
    ):
        found: list[tuple[int, ...] | None] = []
        for picture, media_type in pictures:
            source = Path(folder) / "gambar"
            source.write_bytes(picture)
            try:
                answer = sandbox.call("look", path=str(source), media_type=media_type)
                found.append(
                    ocr_sandbox.bytes_of(
                        ocr_sandbox.checked(answer, {"likeness": list})["likeness"], 8
                    )
                )
            except DecodeFailed:
                found.append(None)
        return found
