"""A program of ours that runs beside the test, and what it writes."""

import json
import subprocess
import threading
import time
from collections.abc import Callable
from typing import Any

Line = dict[str, Any]


class Program:
    """Reads the log lines of a process as they come."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process
        self.lines: list[Line] = []
        self.strange: list[str] = []
        """What it wrote that is no line of a log."""
        threading.Thread(target=self._read, daemon=True).start()

    def wait_for(self, seconds: float = 20, **facts: Any) -> Line:
        """The first line with these facts."""
        found: list[Line] = []

        def is_there() -> bool:
            found.extend(line for line in list(self.lines) if facts.items() <= line.items())
            return bool(found)

        wait_until(
            is_there, seconds, lambda: f"no line with {facts} among {self.lines} {self.strange}"
        )
        return found[0]

    def _read(self) -> None:
        assert self.process.stdout is not None
        try:
            for text in self.process.stdout:
                try:
                    self.lines.append(json.loads(text))
                except ValueError:
                    self.strange.append(text)
        except ValueError:
            return  # closed at the end of the test


def wait_until(
    is_so: Callable[[], bool], seconds: float = 20, why: Callable[[], str] = lambda: ""
) -> None:
    """Look until it is so; fails when the time is over."""
    limit = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < limit, f"not within {seconds} s. {why()}"
        time.sleep(0.05)
