"""Stacks from the feeder, asked from outside of the sandbox: which pages carry codes, which are blank, and parts of them."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Self

from ocr import answers
from ocr.errors import DecodeCrashed, DecodeFailed, lacks_named
from ocr.inspect import inspect
from ocr.sandbox import Sandbox
from ocr.types import Limits


@dataclass(frozen=True, slots=True)
class StackPage:
    """One page of a stack, before anybody reads it."""

    no: int
    """Counted from 1."""
    codes: tuple[str, ...]
    """Texts of the QR codes on it."""
    is_blank: bool


class Stack:
    """A file from the feeder, open for looking at and for cutting. Use as a context; one sandbox serves all of it."""

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
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._opened.close()

    def look(self) -> Iterator[StackPage]:
        """Every page in its order. One that cannot be decoded carries no code and is not blank: a person sees it."""
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
    known = answers.checked(answer, {"codes": list, "is_blank": bool})
    if not all(isinstance(code, str) for code in known["codes"]):
        raise DecodeCrashed
    return StackPage(no, tuple(known["codes"]), known["is_blank"])
