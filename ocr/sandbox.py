"""Runs jobs of `ocr.child` in a separate process with limits on memory, time and file size.

Hostile or broken files are decoded and recognised only there. The process has no settings, no
secrets and no database; when it dies, hangs or uses too much memory, the caller gets a named error
and the next job a new process. It leads its own process group and is always killed with the whole
group. Answers are accepted only in the expected form, because a compromised decoder may answer
anything.
"""

import json
import os
import select
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from signal import SIGKILL, SIGXCPU
from types import TracebackType
from typing import Any, BinaryIO, Self

from ocr import errors, preloaded
from ocr.child import PROCESSORS
from ocr.errors import DecodeCrashed
from ocr.types import Box, Limits, Word

_ROOT = Path(__file__).resolve().parent.parent
PROGRAM = ("-m", "ocr.child")
MAX_REPLY = 10_000_000
"""Largest answer in bytes; a page with words has some hundred thousand."""
MAX_SENTENCE = 300
_SAID = (
    errors.PageUnreadable,
    errors.DecodeOutOfMemory,
    errors.EngineFailed,
    errors.EngineTimeout,
    errors.NoRoom,
    errors.NoProcess,
)
"""Errors without further text that a job may answer with."""
_KEPT = ("PATH", "LD_LIBRARY_PATH", "LANG", "TESSDATA_PREFIX", PROCESSORS)


@dataclass(frozen=True, slots=True)
class _Child:
    process_id: int
    wait: Callable[[], int]
    """Waits for the end and returns the exit status."""
    requests: BinaryIO
    replies: int

    def close(self) -> int:
        """Kill the process and all its children, and return the exit status."""
        with suppress(ProcessLookupError):
            os.killpg(self.process_id, SIGKILL)
        code = self.wait()
        with suppress(BrokenPipeError):
            self.requests.close()
        os.close(self.replies)
        return code


class Sandbox:
    """One process for decoding and recognising. It starts with the first job, and again after it
    had to be killed.

    Not thread-safe: use one sandbox per thread. The process should write only to `folder`.
    `is_preloaded` forks it from a process that has imported everything that reading needs, for
    callers that read many documents.
    """

    def __init__(
        self, limits: Limits, folder: Path, *, nice: int = 0, is_preloaded: bool = False
    ) -> None:
        self._is_preloaded = is_preloaded
        self._limits = limits
        self._folder = folder
        self._nice = nice
        self._child: _Child | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop()

    @property
    def process_id(self) -> int | None:
        """Id of the running process; None before the first job."""
        return self._child.process_id if self._child else None

    def call(self, job: str, *, seconds: float | None = None, **arguments: Any) -> dict[str, Any]:
        """Run a job of `ocr.child.JOBS` and return its answer.

        Raises `DecodeTimeout`, `DecodeOutOfMemory`, `DecodeCrashed` or `PageUnreadable`; a subclass
        of `Lack` when the machine lacks something; jobs of the engine also `EngineError`.
        """
        allowed = seconds or self._limits.decode_seconds
        child = self._child = self._child or self._start()
        request = json.dumps({"job": job, "seconds": allowed, "arguments": arguments}) + "\n"
        try:
            child.requests.write(request.encode())
            child.requests.flush()
            reply = _reply(_read_line(child.replies, time.monotonic() + allowed))
        except TimeoutError:
            self._stop()
            raise errors.DecodeTimeout from None
        except (BrokenPipeError, EOFError, ValueError):
            raise self._death(child) from None
        if "error" in reply:
            # Only after an error of the decoder itself can the process be used again: after a lack
            # of memory a program may still be running.
            if reply["error"] != errors.PageUnreadable.__name__:
                self._stop()
            raise _named(reply)
        answer: dict[str, Any] = reply["answer"]
        return answer

    def read(self, name: str, most: int) -> bytes:
        """Return a file that a job wrote into the folder. Raises `DecodeCrashed` when it is not a
        regular file or is larger than `most`.
        """
        try:
            descriptor = os.open(self._folder / name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
            with os.fdopen(descriptor, "rb") as file:
                data = file.read(most + 1) if stat.S_ISREG(os.fstat(descriptor).st_mode) else b""
        except OSError:
            raise errors.DecodeCrashed from None
        if not 0 < len(data) <= most:
            raise errors.DecodeCrashed
        return data

    def _start(self) -> _Child:
        requests_in, requests_out = os.pipe()
        replies_in, replies_out = os.pipe()
        try:
            launch = self._fork if self._is_preloaded else self._launch
            process_id, wait = launch(requests_in, replies_out)
        except OSError as error:
            os.close(requests_out)
            os.close(replies_in)
            raise errors.lack_of(error) or error from None
        finally:
            os.close(requests_in)
            os.close(replies_out)
        return _Child(process_id, wait, os.fdopen(requests_out, "wb"), replies_in)

    def _launch(self, requests: int, replies: int) -> tuple[int, Callable[[], int]]:
        limits = (self._limits.decode_memory, self._limits.decode_file, self._nice)
        process = subprocess.Popen(
            [sys.executable, "-P", "-s", *PROGRAM, str(replies), *map(str, limits)],
            stdin=requests,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=(replies,),
            cwd=self._folder,
            env=self._environment(),
            start_new_session=True,
        )
        return process.pid, process.wait

    def _fork(self, requests: int, replies: int) -> tuple[int, Callable[[], int]]:
        environment = self._environment()
        starter = preloaded.shared(
            {name: value for name, value in environment.items() if name != "TMPDIR"}
        )
        process_id = starter.start(
            requests,
            replies,
            folder=str(self._folder),
            environment=environment,
            memory=self._limits.decode_memory,
            file_size=self._limits.decode_file,
            nice=self._nice,
        )
        return process_id, partial(starter.end, process_id)

    def _environment(self) -> dict[str, str]:
        kept = {
            name: value
            for name, value in os.environ.items()
            if name in _KEPT or name.startswith("OPENBLAS_")
        }
        return {
            **kept,
            "PYTHONPATH": str(_ROOT),
            "PYTHONDONTWRITEBYTECODE": "1",
            "TMPDIR": str(self._folder),
            "OPENBLAS_NUM_THREADS": "1",
            # Several threads in one page cost more than they bring (5 to 10 times, measured); pages
            # run side by side.
            "OMP_THREAD_LIMIT": "1",
        }

    def _death(self, child: _Child) -> errors.DecodeFailed:
        # The exit status is fixed before the pipes close, so killing the rest of the group does not
        # change it.
        code = child.close()
        self._child = None
        return errors.DecodeTimeout() if code == -SIGXCPU else errors.DecodeCrashed()

    def _stop(self) -> None:
        if self._child is not None:
            self._child.close()
            self._child = None


def _reply(line: bytes) -> dict[str, Any]:
    """Return the answer of a job. Raises `ValueError` for anything else."""
    try:
        reply = json.loads(line)
    except RecursionError:
        raise ValueError("nested too deep") from None
    if not isinstance(reply, dict) or not (
        "error" in reply or isinstance(reply.get("answer"), dict)
    ):
        raise ValueError("no answer")
    return reply


def _named(reply: dict[str, Any]) -> errors.OcrError:
    """Return the error that a job answered with; an unknown one counts as a crash."""
    kind = getattr(errors, str(reply["error"]), None)
    if kind is errors.EngineMissing:
        return errors.EngineMissing(str(reply.get("sentence", ""))[:MAX_SENTENCE])
    if kind in _SAID:
        known: errors.OcrError = kind()
        return known
    return errors.DecodeCrashed()


def _read_line(descriptor: int, deadline: float) -> bytes:
    """Return one answer. Raises `TimeoutError` after the deadline, `EOFError` when the pipe closes
    or the answer is too long.
    """
    line = bytearray()
    while not line.endswith(b"\n"):
        ready, _, _ = select.select([descriptor], [], [], max(0.0, deadline - time.monotonic()))
        if not ready:
            raise TimeoutError
        part = os.read(descriptor, 1 << 16)
        if not part or len(line) > MAX_REPLY:
            raise EOFError
        line += part
    return bytes(line)


LARGEST = 2_000_000_000
"""Largest number in an answer; the archive stores such numbers in four bytes."""
MOST_WORDS = 50_000
"""Largest number of words of one page in an answer; extraction from a page stops earlier."""


def checked(answer: dict[str, Any], shape: Mapping[str, type]) -> dict[str, Any]:
    """Return the named fields, each of its type. Raises `DecodeCrashed` when one is missing or of
    another type.
    """
    found = {name: answer.get(name) for name in shape}
    if not all(_fits(found[name], kind) for name, kind in shape.items()):
        raise DecodeCrashed
    return found


def words(rows: list[Any]) -> tuple[Word, ...]:
    """Return words from rows of text, confidence, left, top, width and height."""
    if len(rows) > MOST_WORDS:
        raise DecodeCrashed
    return tuple(_word(row) for row in rows)


def numbers(found: list[Any], count: int) -> list[float]:
    """Return exactly `count` numbers."""
    if len(found) != count or not all(_fits(number, float) for number in found):
        raise DecodeCrashed
    return [float(number) for number in found]


def bytes_of(found: list[Any], count: int) -> tuple[int, ...]:
    """Return exactly `count` whole numbers from 0 to 255."""
    if len(found) != count or not all(
        _fits(number, int) and 0 <= number <= 255 for number in found
    ):
        raise DecodeCrashed
    return tuple(found)


def _word(row: Any) -> Word:
    if not isinstance(row, list) or len(row) != 6 or not _fits(row[0], str):
        raise DecodeCrashed
    text, confidence, *box = row
    if (
        not all(_fits(side, int) for side in box)
        or not _fits(confidence, float)
        or not 0 <= confidence <= 100
    ):
        raise DecodeCrashed
    return Word(text, float(confidence), Box(*box))


def _fits(value: Any, kind: type) -> bool:
    """Return whether a value is of the type. NaN never is, and an integer may replace a float."""
    if type(value) in (int, float):
        return kind in (type(value), float) and -LARGEST <= value <= LARGEST
    return type(value) is kind
