"""Says which long step runs and for how long; keeps the output of programs out of sight until one fails."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

TAIL_LINES = 25


class BootstrapError(Exception):
    """The set-up cannot go on; the message says why and what to do."""


def say(text: str) -> None:
    """One line for the person at the console. On stderr: the output of a command stays clean."""
    print(text, file=sys.stderr, flush=True)


def check_writable(root: Path) -> None:
    """Raises `BootstrapError` when the clone cannot be written, before a program fails over it."""
    if not os.access(root, os.W_OK):
        raise BootstrapError(
            f"The set-up writes to {root}, and that folder cannot be written by this user. "
            "Clone into a folder of your own, or set up once as its owner."
        )


def run_step(
    name: str, command: Sequence[str | Path], *, cwd: Path, environment: Mapping[str, str] | None = None
) -> None:
    """Run a program while its name and the seconds are shown; raises `BootstrapError` with the end of its output."""
    began = time.monotonic()
    shows_clock = sys.stderr.isatty()
    if not shows_clock:
        say(f"  {name} ...")
    with tempfile.TemporaryFile() as output:
        try:
            process = subprocess.Popen(
                [str(word) for word in command],
                cwd=cwd,
                env={**os.environ, **(environment or {})},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        except OSError as error:
            raise BootstrapError(f"{name}: {command[0]} could not be started ({error.strerror}).") from error
        try:
            while _is_running(process):
                if shows_clock:
                    print(
                        f"\r  {name} ... {time.monotonic() - began:.0f} s",
                        end="",
                        file=sys.stderr,
                        flush=True,
                    )
        except BaseException:
            process.terminate()
            process.wait()
            raise
        seconds = time.monotonic() - began
        if shows_clock:
            print("\r\033[K", end="", file=sys.stderr)
        if process.returncode != 0:
            output.seek(0)
            lines = output.read().decode(errors="replace").splitlines()[-TAIL_LINES:]
            raise BootstrapError(
                f"{name} failed after {seconds:.0f} s. The end of its output:\n" + "\n".join(lines)
            )
    say(f"  {name}: done in {seconds:.0f} s")


def _is_running(process: subprocess.Popen[bytes]) -> bool:
    try:
        process.wait(1)
    except subprocess.TimeoutExpired:
        return True
    return False
