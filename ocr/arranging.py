"""Page editing, requested from outside the sandbox: pages of files as one PDF, a turned page read
again, or a page drawn.
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
"""Longest side of a page drawn for viewing; small print stays legible."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """One page of a file as it goes into the PDF."""

    no: int
    """Page number, counted from 1."""
    turn: int = 0
    """Degrees clockwise."""
    file: int = 0
    """Index among the files."""
    words: Sequence[Word] | None = None
    """Invisible text that replaces the layer of an earlier copy; None leaves the page unchanged."""
    width: int = 0
    """Width of the upright page, in the pixels of the words."""
    height: int = 0


@dataclass(frozen=True, slots=True)
class Source:
    """A file from which pages are taken."""

    chunks: Iterable[bytes]
    media_type: str


Shares = tuple[float, float, float, float]
"""Left, top, right and bottom of a rectangle, as shares of the upright page."""


@dataclass(frozen=True, slots=True)
class Strip:
    """A part of a page, and the rectangles framed on it."""

    part: Shares
    marks: Sequence[Shares] = ()


@dataclass(frozen=True, slots=True)
class Arranged:
    """The pages as a PDF, its conformance level, and the reason why it is not higher."""

    pdf: bytes
    level: PdfLevel
    reason: str = ""


class Arrangement:
    """Opened files from which pages are taken. Use it as a context manager; one sandbox serves all
    calls.
    """

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
        """Return the leaves as a PDF, PDF/A if nothing forbids it. Raises a subclass of
        `DecodeFailed`.

        `seconds` limits writing and validating separately; by default the limit grows with the
        leaves.
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
        """Recognise one page in the orientation a person gave it."""
        path, media_type = self._files[file]
        return read_page(self._sandbox, path, media_type, no, self._options, turn=turn)

    def draw(
        self, no: int, turn: int, pixels: int = PIXELS, file: int = 0, strip: Strip | None = None
    ) -> bytes:
        """Return one page, or a strip of it, as a WebP. Raises a subclass of `DecodeFailed`."""
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
    """Open the files. Raises a subclass of `Lack` when the machine has no room for them."""
    with (
        lacks_named(),
        TemporaryDirectory(prefix="susun-") as folder,
        Sandbox(options.limits, Path(folder), nice=options.nice) as sandbox,
    ):
        yield Arrangement(sandbox, Path(folder), sources, options)


def draw_page(
    source: Source, no: int, turn: int, limits: Limits, strip: Strip | None = None
) -> bytes:
    """Return one page, or a strip of it, as a WebP for a waiting user. Raises `InspectionBusy` when
    many wait.
    """
    with turn_to_look(limits.inspect_wait), arrangement([source], Options(limits)) as opened:
        return opened.draw(no, turn, strip=strip)


def put_together(sources: Sequence[Source], leaves: Sequence[Leaf], limits: Limits) -> Arranged:
    """Return the leaves as a PDF for a waiting user; the same leaves give the same bytes. Raises
    `InspectionBusy` when many wait.
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
