"""Pages arranged anew, asked from outside of the sandbox: pages of files as one PDF, one of them
read as it was turned, or drawn.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from ocr import engine, sandbox
from ocr.errors import lacks_named
from ocr.inspect import turn_to_look
from ocr.one_page import ARCHIVAL, MOST_THUMBNAIL, PLAIN, ReadPage, conforming, read_page
from ocr.sandbox import Sandbox
from ocr.sandbox_requests import SECONDS
from ocr.types import Limits, Options, PdfLevel, Word

PIXELS = 1600
"""Longest side of a page that is drawn for somebody to read: what is printed small can be read in
it.
"""


@dataclass(frozen=True, slots=True)
class Leaf:
    """One page of a file, as it is to stand in the PDF."""

    no: int
    """Counted from 1."""
    turn: int = 0
    """Degrees clockwise."""
    file: int = 0
    """Its place among the files."""
    words: Sequence[Word] | None = None
    """Invisible text in place of what an earlier copy laid over the page; None leaves it as it is.
    """
    width: int = 0
    """Of the upright page, in the pixels of the words."""
    height: int = 0


@dataclass(frozen=True, slots=True)
class Source:
    """A file to take pages from."""

    chunks: Iterable[bytes]
    media_type: str


Shares = tuple[float, float, float, float]
"""Left, top, right and bottom of a place, in shares of the upright page."""


@dataclass(frozen=True, slots=True)
class Strip:
    """A part of a page, and what is framed on it."""

    part: Shares
    marks: Sequence[Shares] = ()


@dataclass(frozen=True, slots=True)
class Arranged:
    """The pages as a PDF, what it conforms to, and why it is not more."""

    pdf: bytes
    level: PdfLevel
    reason: str = ""


class Arrangement:
    """Files laid open for taking pages from. Use as a context; one sandbox serves all of it."""

    def __init__(
        self, sandbox: Sandbox, folder: Path, sources: Sequence[Source], options: Options
    ) -> None:
        self._sandbox, self._folder, self._options = sandbox, folder, options
        self._files = [
            (folder / f"file-{place}", source.media_type) for place, source in enumerate(sources)
        ]
        for (path, _), source in zip(self._files, sources, strict=True):
            with path.open("xb") as file:
                for chunk in source.chunks:
                    file.write(chunk)

    def make(self, leaves: Sequence[Leaf], seconds: float | None = None) -> Arranged:
        """The leaves as a PDF: PDF/A where nothing in it forbids that. Raises a subclass of
        `DecodeFailed`.

        `seconds` is the most for each of the two, writing it and judging it; otherwise that grows
        with the leaves.
        """
        models = (
            engine.models(self._sandbox, self._options)
            if any(leaf.words for leaf in leaves)
            else ""
        )
        seconds = seconds or self._options.limits.decode_seconds + 2 * len(leaves)
        self._sandbox.call(
            "arrange",
            seconds=seconds,
            files=[[str(path), media_type] for path, media_type in self._files],
            leaves=[_entry(leaf) for leaf in leaves],
            models=models,
            output=str(self._folder / PLAIN),
        )
        plain = self._sandbox.read(PLAIN, self._options.limits.decode_file)
        judged = conforming(self._sandbox, self._folder / PLAIN, seconds, self._options)
        (self._folder / ARCHIVAL).unlink(missing_ok=True)
        if judged.pdf:
            return Arranged(judged.pdf, PdfLevel.A_2B)
        return Arranged(plain, PdfLevel.PLAIN, judged.reason)

    def read(self, no: int, turn: int, file: int = 0) -> ReadPage:
        """Recognise one page as a person turned it."""
        path, media_type = self._files[file]
        return read_page(self._sandbox, path, media_type, no, self._options, turn=turn)

    def draw(
        self, no: int, turn: int, pixels: int = PIXELS, file: int = 0, strip: Strip | None = None
    ) -> bytes:
        """One page, or a strip of it, as a WebP for people. Raises a subclass of `DecodeFailed`."""
        path, media_type = self._files[file]
        output = self._folder / "halaman.webp"
        answer = self._sandbox.call(
            "draw_page",
            path=str(path),
            media_type=media_type,
            no=no,
            turn=turn,
            pixels=pixels,
            output=str(output),
            part=list(strip.part) if strip else None,
            marks=[list(mark) for mark in strip.marks] if strip else None,
        )
        sandbox.checked(answer, {"width": int, "height": int})
        return self._sandbox.read(output.name, 4 * MOST_THUMBNAIL)


@contextmanager
def arrangement(sources: Sequence[Source], options: Options) -> Iterator[Arrangement]:
    """Lay the files open. Raises a subclass of `Lack` when the machine has no room for them."""
    with (
        lacks_named(),
        TemporaryDirectory(prefix="susun-") as folder,
        Sandbox(options.limits, Path(folder), nice=options.nice) as sandbox,
    ):
        yield Arrangement(sandbox, Path(folder), sources, options)


def draw_page(
    source: Source, no: int, turn: int, limits: Limits, strip: Strip | None = None
) -> bytes:
    """One page, or a strip of it, as a WebP, for somebody who waits; `InspectionBusy` when many
    do.
    """
    with turn_to_look(limits.inspect_wait), arrangement([source], Options(limits)) as opened:
        return opened.draw(no, turn, strip=strip)


def put_together(sources: Sequence[Source], leaves: Sequence[Leaf], limits: Limits) -> Arranged:
    """The leaves as a PDF, for somebody who waits; `InspectionBusy` when many do. The same leaves
    are the same bytes.
    """
    with turn_to_look(limits.inspect_wait), arrangement(sources, Options(limits)) as opened:
        return opened.make(leaves, SECONDS / 2)


def _entry(leaf: Leaf) -> dict[str, object]:
    words = None if leaf.words is None else [
        [word.text, word.box.left, word.box.top, word.box.width,
            word.box.height] for word in leaf.words
    ]  # fmt: skip
    return {
        "file": leaf.file,
        "no": leaf.no,
        "turn": leaf.turn,
        "words": words,
        "width": leaf.width,
        "height": leaf.height,
    }
