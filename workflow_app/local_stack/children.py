"""Server processes: started in their own session, recognised again, and always ended.

Nothing here relies on files that could go stale. A process is known by its number *and* the moment it was
born, and servers that an earlier, killed run left behind are found by looking at what really runs.
"""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

PROC = Path("/proc")
LOG_LIMIT = 5_000_000
"""A log file larger than this (bytes) is set aside as ``<name>.1`` when its server starts."""


@dataclass(frozen=True)
class Process:
    """A running process, safe against its number being given to another one later."""

    pid: int
    born: str

    @classmethod
    def find(cls, pid: int) -> "Process | None":
        """The process with this number, or None when there is none or it is only waiting to be reaped."""
        fields = _stat(pid)
        return cls(pid, fields[19]) if fields and fields[0] != "Z" else None

    def is_alive(self) -> bool:
        return Process.find(self.pid) == self

    def parent(self) -> int | None:
        """The number of the process that started it; None when it is gone."""
        fields = _stat(self.pid)
        return int(fields[1]) if fields else None

    def processor_seconds(self) -> float:
        """Time that it has spent on a processor; nothing when it is gone."""
        fields = _stat(self.pid)
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK") if fields else 0.0

    def command(self) -> list[str]:
        """Its command line; empty when it is gone or not ours to see."""
        try:
            text = (PROC / str(self.pid) / "cmdline").read_bytes()
        except OSError:
            return []
        return [os.fsdecode(part) for part in text.rstrip(b"\0").split(b"\0")]

    def environment(self) -> list[str]:
        """Its NAME=value pairs; empty when it is gone or not ours to see."""
        try:
            text = (PROC / str(self.pid) / "environ").read_bytes()
        except OSError:
            return []
        return [os.fsdecode(part) for part in text.split(b"\0")]

    def directory(self) -> Path | None:
        """Its working directory; None when it is gone or not ours to see."""
        try:
            return (PROC / str(self.pid) / "cwd").readlink()
        except OSError:
            return None

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the process; SIGKILL goes to the whole group when the process leads one."""
        try:
            if number == signal.SIGKILL and os.getpgid(self.pid) == self.pid:
                os.killpg(self.pid, number)
            else:
                os.kill(self.pid, number)
        except ProcessLookupError:
            pass


def running() -> Iterator[Process]:
    """Every process this user can see."""
    for entry in PROC.iterdir():
        if entry.name.isdigit() and (process := Process.find(int(entry.name))):
            yield process


def end(process: Process, *, gentle: signal.Signals = signal.SIGTERM, patience: float = 5.0) -> bool:
    """End a process: ask, wait ``patience`` seconds, then kill. True when it went by itself."""
    process.signal(gentle)
    if wait_until(lambda: not process.is_alive(), patience):
        return True
    process.signal(signal.SIGKILL)
    wait_until(lambda: not process.is_alive(), 5.0)
    return False


def wait_until(condition: Callable[[], bool], seconds: float, *, pause: float = 0.05) -> bool:
    """Ask until the condition holds or the time is over."""
    limit = time.monotonic() + seconds
    while not condition():
        if time.monotonic() >= limit:
            return False
        time.sleep(pause)
    return True


@dataclass
class Child:
    """One server we start: its command, where its output goes, how it likes to be ended."""

    name: str
    command: Sequence[str]
    log: Path
    environment: Mapping[str, str] | None = None
    directory: Path | None = None
    gentle: signal.Signals = signal.SIGTERM
    patience: float = 5.0
    _started: subprocess.Popen[bytes] | None = field(default=None, init=False, repr=False)

    def start(self) -> None:
        """Start it in a session of its own, so that Ctrl-C reaches only whoever started us."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        if self.log.exists() and self.log.stat().st_size > LOG_LIMIT:
            self.log.replace(self.log.with_name(self.log.name + ".1"))
        with self.log.open("ab") as output:
            self._started = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=None if self.environment is None else dict(self.environment),
                cwd=self.directory,
                start_new_session=True,
            )

    def is_alive(self) -> bool:
        return self._started is not None and self._started.poll() is None

    @property
    def pid(self) -> int | None:
        return self._started.pid if self._started else None

    @property
    def exit_code(self) -> int | None:
        """Its exit code (negative: the signal that ended it); None while it runs or before it started."""
        return self._started.poll() if self._started else None

    def ask_to_stop(self) -> None:
        """Send the gentle signal and return at once, so that several children can stop side by side."""
        if self._started and self._started.poll() is None:
            self._started.send_signal(self.gentle)

    def stop(self) -> None:
        """End it and everything it started, whatever state it is in."""
        started, self._started = self._started, None
        if started is None:
            return
        if started.poll() is None:
            started.send_signal(self.gentle)
            try:
                started.wait(self.patience)
            except subprocess.TimeoutExpired:
                pass
        try:
            os.killpg(started.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            pass
        started.wait(10)

    def last_words(self, lines: int = 8) -> str:
        """The end of its log, for an error message."""
        try:
            return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])
        except OSError:
            return ""


def _stat(pid: int) -> list[str]:
    """The fields of /proc/<pid>/stat after the name: [state, parent, group, ..., born, ...]."""
    try:
        text = (PROC / str(pid) / "stat").read_text()
    except (OSError, UnicodeDecodeError):
        return []
    return text.rpartition(")")[2].split()
