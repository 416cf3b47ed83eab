"""Photos of pages bound into one document, asked from outside of the sandbox: in their order, as
they are coded.

Drawn signatures, asked from outside of the sandbox: what goes on paper is a picture that we have
written ourselves. Stacks from the feeder, asked from outside of the sandbox: which pages carry
codes, which are blank, and parts of them.
"""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Self

from ocr import sandbox as ocr_sandbox
from ocr.errors import BrokenPhotos, DecodeCrashed, DecodeFailed, lacks_named
from ocr.inspect import inspect, turn_to_look
from ocr.sandbox import Sandbox
from ocr.types import Limits

SECONDS = 40.0
"""For one document: somebody waits for the answer, and a web server waits no longer than a minute.
"""


@dataclass(frozen=True, slots=True)
class Photo:
    """One picture as it was received; it was looked into before."""

    data: bytes
    media_type: str


def bind(photos: Sequence[Photo], limits: Limits) -> bytes:
    """The photos as a PDF, one a page. The same photos in the same order are the same bytes.

    Raises `BrokenPhotos` with the pages that cannot be shown, or a subclass of `DecodeFailed`.
    """
    own = replace(limits, decode_memory=limits.inspect_memory)
    with (
        lacks_named(),
        turn_to_look(limits.inspect_wait),
        TemporaryDirectory(prefix="foto-") as name,
    ):
        folder = Path(name)
        files = []
        for no, photo in enumerate(photos, 1):
            path = folder / f"foto-{no}"
            path.write_bytes(photo.data)
            files.append([str(path), photo.media_type])
        with Sandbox(own, folder) as sandbox:
            output = folder / "berkas.pdf"
            answer = sandbox.call("bind", seconds=SECONDS, files=files, output=str(output))
            broken = ocr_sandbox.checked(answer, {"broken": list})["broken"]
            if not all(isinstance(no, int) and 0 < no <= len(photos) for no in broken):
                raise DecodeCrashed
            if broken:
                raise BrokenPhotos(broken)
            return sandbox.read(output.name, limits.decode_file)


LIMITS = Limits(decode_seconds=10.0, decode_memory=500_000_000, decode_file=20_000_000)
"""Somebody waits for the answer, and a pad is small."""


def redraw(picture: bytes, longest: int) -> bytes | None:
    """The PNG `picture` with the same pixels, written anew; None when there is nothing to see in
    it.

    Decoded in a separate process of its own. `longest` is the most pixels a side may have. Raises a
    subclass of `DecodeFailed` for a picture that cannot be decoded.
    """
    with TemporaryDirectory(prefix="tanda-") as folder, Sandbox(LIMITS, Path(folder)) as sandbox:
        source, target = Path(folder) / "asal", Path(folder) / "baru"
        source.write_bytes(picture)
        answer = sandbox.call("redraw", source=str(source), target=str(target), longest=longest)
        is_empty = ocr_sandbox.checked(answer, {"is_empty": bool})["is_empty"]
        return None if is_empty else sandbox.read(target.name, LIMITS.decode_file)


@dataclass(frozen=True, slots=True)
class StackPage:
    """One page of a stack, before anybody reads it."""

    no: int
    """Counted from 1."""
    codes: tuple[str, ...]
    """Texts of the QR codes on it."""
    is_blank: bool


class Stack:
    """A file from the feeder, open for looking at and for cutting. Use as a context; one sandbox
    serves all of it.
    """

    def __init__(self, data: bytes, limits: Limits, *, nice: int = 0) -> None:
        with lacks_named():
            self._found = inspect(data, limits)
        self._limits = limits
        with ExitStack() as opened:
            folder = Path(opened.enter_context(TemporaryDirectory(prefix="tumpukan-")))
            self._path = folder / "file"
            self._path.write_bytes(data)
            self._sandbox = opened.enter_context(Sandbox(limits, folder, nice=nice))
            self._opened = opened.pop_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._opened.close()

    def look(self) -> Iterator[StackPage]:
        """Every page in its order. One that cannot be decoded carries no code and is not blank: a
        person sees it.
        """
        for no in range(1, self._found.pages + 1):
            try:
                yield look_for_codes(self._sandbox, self._path, self._found.media_type, no)
            except DecodeFailed:
                yield StackPage(no, (), is_blank=False)

    def cut(self, pages: Sequence[int]) -> bytes:
        """These pages as a PDF. Raises a subclass of `DecodeFailed`."""
        output = self._path.with_name("bagian.pdf")
        seconds = self._limits.decode_seconds + len(pages)
        self._sandbox.call(
            "arrange",
            seconds=seconds,
            files=[[str(self._path), self._found.media_type]],
            leaves=[{"file": 0, "no": no, "turn": 0, "words": None} for no in pages],
            models="",
            output=str(output),
        )
        return self._sandbox.read(output.name, self._limits.decode_file)


def look_for_codes(sandbox: Sandbox, path: Path, media_type: str, no: int) -> StackPage:
    """What codes page `no` of a file carries. Raises a subclass of `DecodeFailed`."""
    answer = sandbox.call("look_for_codes", path=str(path), media_type=media_type, no=no)
    known = ocr_sandbox.checked(answer, {"codes": list, "is_blank": bool})
    if not all(isinstance(code, str) for code in known["codes"]):
        raise DecodeCrashed
    return StackPage(no, tuple(known["codes"]), known["is_blank"])
