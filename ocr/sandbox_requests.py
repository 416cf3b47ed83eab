"""Requests to a sandbox: binding photos into one document, redrawing signatures, and examining and
cutting feeder stacks.

Photos keep their order and coding. A signature on a letter is always a picture written by our own
code. A stack is examined for pages with codes and for blank pages.
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
"""Time limit for one document; a user waits, and the web server waits no longer than a minute."""


@dataclass(frozen=True, slots=True)
class Photo:
    """One picture as received; it has been inspected before."""

    data: bytes
    media_type: str


def bind(photos: Sequence[Photo], limits: Limits) -> bytes:
    """Return the photos as a PDF, one per page; the same photos in the same order give the same
    bytes.

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
"""Limits for a signature: a user waits for the answer, and a pad is small."""


def redraw(picture: bytes, longest: int) -> bytes | None:
    """Return a new PNG with the pixels of `picture`; None when nothing is visible in it.

    It is decoded in a separate process. `longest` is the largest side in pixels. Raises a subclass
    of `DecodeFailed` for a picture that cannot be decoded.
    """
    with TemporaryDirectory(prefix="tanda-") as folder, Sandbox(LIMITS, Path(folder)) as sandbox:
        source, target = Path(folder) / "asal", Path(folder) / "baru"
        source.write_bytes(picture)
        answer = sandbox.call("redraw", source=str(source), target=str(target), longest=longest)
        is_empty = ocr_sandbox.checked(answer, {"is_empty": bool})["is_empty"]
        return None if is_empty else sandbox.read(target.name, LIMITS.decode_file)


@dataclass(frozen=True, slots=True)
class StackPage:
    """One page of a stack before its reading."""

    no: int
    """Page number, counted from 1."""
    codes: tuple[str, ...]
    """Texts of its QR codes."""
    is_blank: bool


class Stack:
    """An opened feeder file for examining and cutting. Use it as a context manager; one sandbox
    serves all calls.
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
        """Yield every page in order. An undecodable page has no code and is not blank, so that a
        person sees it.
        """
        for no in range(1, self._found.pages + 1):
            try:
                yield look_for_codes(self._sandbox, self._path, self._found.media_type, no)
            except DecodeFailed:
                yield StackPage(no, (), is_blank=False)

    def cut(self, pages: Sequence[int]) -> bytes:
        """Return these pages as a PDF. Raises a subclass of `DecodeFailed`."""
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
    """Return the codes on page `no` of a file. Raises a subclass of `DecodeFailed`."""
    answer = sandbox.call("look_for_codes", path=str(path), media_type=media_type, no=no)
    known = ocr_sandbox.checked(answer, {"codes": list, "is_blank": bool})
    if not all(isinstance(code, str) for code in known["codes"]):
        raise DecodeCrashed
    return StackPage(no, tuple(known["codes"]), known["is_blank"])
