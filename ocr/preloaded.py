"""A process that has imported everything that reading needs and forks sandboxes, because most of
the start of a sandbox is importing libraries.

It never sees a document. Each fork is a process with the limits of a sandbox and ends with its
sandbox; nothing returns from it. The process has no settings and no secrets, and ends with its
starter.
"""

import atexit
import importlib
import json
import os
import resource
import socket
import subprocess
import sys
import tempfile
import threading
from contextlib import suppress
from typing import Any

PROGRAM = ("-m", "ocr.preloaded")
MODULES = (
    *("ocr.child", "ocr.pages", "ocr.pdf", "ocr.tesseract", "ocr.searchable", "ocr.archival"),
    *(
        "PIL.BmpImagePlugin",
        "PIL.GifImagePlugin",
        "PIL.JpegImagePlugin",
        "PIL.PngImagePlugin",
        "PIL.PpmImagePlugin",
    ),
    "PIL.WebPImagePlugin",
)
"""Modules to import; Pillow would otherwise import the last ones with the first picture of each
sandbox.
"""
MOST = 1 << 16
"""Largest order in bytes: the names of a folder and of some variables."""


class Preloaded:
    """The starter's side. Thread-safe; the process starts with the first order, and again when it
    has died.
    """

    def __init__(self, environment: dict[str, str]) -> None:
        self._environment = environment
        self._lock = threading.Lock()
        self._line: socket.socket | None = None
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, requests: int, replies: int, **order: Any) -> int:
        """Fork a sandbox between these pipes and return its process id. Raises `OSError` when the
        machine has no process for it.
        """
        with self._lock:
            for is_last in (False, True):
                try:
                    return int(self._ask({"start": order}, [requests, replies]))
                except (EOFError, BrokenPipeError, ConnectionError):
                    self.stop()
                    if is_last:
                        raise
        raise AssertionError

    def end(self, process_id: int) -> int:
        """Wait for a killed sandbox and return its exit status, -9 when it is unknown."""
        with self._lock:
            try:
                return int(self._ask({"end": process_id}, []))
            except (EOFError, OSError):
                return -9

    def spent(self) -> float:
        """Return the processor seconds of the process and of its ended sandboxes with all their
        children.
        """
        with self._lock:
            return float(self._ask({"spent": True}, [])) if self._line is not None else 0.0

    def stop(self) -> None:
        """Stop the process; its forks continue until their sandboxes end."""
        line, process, self._line, self._process = self._line, self._process, None, None
        if line is not None:
            line.close()
        if process is not None:
            process.wait()

    def _ask(self, order: dict[str, Any], descriptors: list[int]) -> Any:
        line = self._line = self._line or self._begin()
        socket.send_fds(line, [json.dumps(order).encode()], descriptors)
        answer = line.recv(MOST)
        if not answer:
            raise EOFError
        found = json.loads(answer)
        if "error" in found:
            raise OSError(found["error"], os.strerror(found["error"]))
        return found["answer"]

    def _begin(self) -> socket.socket:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            try:
                self._process = subprocess.Popen(
                    [sys.executable, "-P", "-s", *PROGRAM, str(theirs.fileno())],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    pass_fds=(theirs.fileno(),),
                    cwd="/",
                    env=self._environment,
                    start_new_session=True,
                )
            except OSError:
                ours.close()
                raise
        return ours


_shared: dict[int, Preloaded] = {}
_sharing = threading.Lock()


def spent() -> float:
    """Return the processor seconds of this process's instance, see `Preloaded.spent`."""
    known = _shared.get(os.getpid())
    return known.spent() if known else 0.0


def shared(environment: dict[str, str]) -> Preloaded:
    """Return this process's instance."""
    with _sharing:
        found = _shared.get(os.getpid())
        if found is None:
            found = _shared[os.getpid()] = Preloaded(environment)
            atexit.register(found.stop)
        return found


def main(descriptor: int) -> None:
    """Import the modules, then carry out orders until the socket is closed."""
    for name in MODULES:
        importlib.import_module(name)
    with socket.socket(fileno=descriptor) as line:
        while True:
            message, descriptors, _, _ = socket.recv_fds(line, MOST, 2)
            if not message:
                return
            order = json.loads(message)
            try:
                answer = {"answer": _do(line, order, descriptors)}
            except OSError as error:
                answer = {"error": error.errno or 0}
            for each in descriptors:
                os.close(each)
            line.send(json.dumps(answer).encode())


def _do(line: socket.socket, order: dict[str, Any], descriptors: list[int]) -> float:
    if "spent" in order:
        used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
        return sum(each.ru_utime + each.ru_stime for each in used)
    if "end" in order:
        _, status = os.waitpid(order["end"], 0)
        return os.waitstatus_to_exitcode(status)
    child = os.fork()
    if not child:
        _become_sandbox(line, order["start"], *descriptors)
    with suppress(OSError):
        # The fork sets it as well, so that the group exists before anybody tries to kill it.
        os.setpgid(child, child)
    return child


def _become_sandbox(
    line: socket.socket, order: dict[str, Any], requests: int, replies: int
) -> None:
    """Run the sandbox in the fork; does not return."""
    try:
        os.setpgid(0, 0)
        line.close()
        os.dup2(requests, 0)
        os.close(requests)
        sys.stdin = os.fdopen(0, encoding="utf-8", closefd=False)
        os.chdir(order["folder"])
        os.environ.clear()
        os.environ.update(order["environment"])
        tempfile.tempdir = None
        child = importlib.import_module("ocr.child")
        child.main(replies, order["memory"], order["file_size"], order["nice"])
    finally:
        os._exit(1)


if __name__ == "__main__":
    main(int(sys.argv[1]))
