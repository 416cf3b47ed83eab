"""Runs jobs of `ocr.child` in a separate process with limits on memory, time and the size of files.

Whatever a hostile or broken file does to a decoder happens there: the process has no settings, no secrets and
no database, and when it dies, hangs or eats memory the caller gets a named error and the next job a new process.
"""

import json
import os
import select
import subprocess
import sys
import time
from pathlib import Path
from signal import SIGXCPU
from types import TracebackType
from typing import Any, Self

from ocr import errors
from ocr.types import Limits

_ROOT = Path(__file__).resolve().parent.parent
_KEPT = ("PATH", "LD_LIBRARY_PATH", "LANG")
_RAISED_BY_NAME = {kind.__name__: kind for kind in (errors.PageUnreadable, errors.DecodeOutOfMemory)}


class Sandbox:
    """One decoding process, started at the first job and again after it had to be stopped.

    Not thread-safe: one sandbox per thread. `folder` is the only place it is meant to write to.
    """

    def __init__(self, limits: Limits, folder: Path) -> None:
        self._limits = limits
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self._replies = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()

    def call(self, job: str, *, seconds: float | None = None, **arguments: Any) -> dict[str, Any]:
        """Run a job of `ocr.child.JOBS` and return its answer.

        Raises `DecodeTimeout`, `DecodeOutOfMemory`, `DecodeCrashed` or `PageUnreadable`.
        """
        allowed = seconds or self._limits.decode_seconds
        process = self._process or self._start()
        request = json.dumps({"job": job, "seconds": allowed, "arguments": arguments}) + "\n"
        try:
            assert process.stdin is not None
            process.stdin.write(request.encode())
            process.stdin.flush()
            line = self._read_line(time.monotonic() + allowed)
        except (BrokenPipeError, EOFError):
            raise self._death() from None
        except TimeoutError:
            self._stop()
            raise errors.DecodeTimeout from None
        try:
            reply = json.loads(line)
        except ValueError:
            self._stop()
            raise errors.DecodeCrashed from None
        if "error" in reply:
            # A process that ran out of memory is not trusted with another page.
            if reply["error"] == "DecodeOutOfMemory":
                self._stop()
            raise _RAISED_BY_NAME[reply["error"]]
        answer: dict[str, Any] = reply["answer"]
        return answer

    def _start(self) -> subprocess.Popen[bytes]:
        self._replies, write_end = os.pipe()
        try:
            self._process = subprocess.Popen(
                [
                    sys.executable,
                    "-P",
                    "-s",
                    "-m",
                    "ocr.child",
                    str(write_end),
                    str(self._limits.decode_memory),
                ],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=(write_end,),
                cwd=self._folder,
                env=self._environment(),
                start_new_session=True,
            )
        finally:
            os.close(write_end)
        return self._process

    def _environment(self) -> dict[str, str]:
        kept = {
            name: value for name, value in os.environ.items() if name in _KEPT or name.startswith("OPENBLAS_")
        }
        return {
            **kept,
            "PYTHONPATH": str(_ROOT),
            "PYTHONDONTWRITEBYTECODE": "1",
            "TMPDIR": str(self._folder),
            "OPENBLAS_NUM_THREADS": "1",
        }

    def _read_line(self, deadline: float) -> bytes:
        line = b""
        while not line.endswith(b"\n"):
            ready, _, _ = select.select([self._replies], [], [], max(0.0, deadline - time.monotonic()))
            if not ready:
                raise TimeoutError
            part = os.read(self._replies, 1 << 16)
            if not part:
                raise EOFError
            line += part
        return line

    def _death(self) -> errors.DecodeFailed:
        assert self._process is not None
        code = self._process.wait()
        self._stop()
        return errors.DecodeTimeout() if code == -SIGXCPU else errors.DecodeCrashed()

    def _stop(self) -> None:
        if self._process is None:
            return
        self._process.kill()
        self._process.wait()
        assert self._process.stdin is not None
        try:
            self._process.stdin.close()
        except BrokenPipeError:
            pass
        os.close(self._replies)
        self._process = None
