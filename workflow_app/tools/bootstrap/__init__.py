"""Set-up of a fresh clone for a command. Standard library only: it runs before the virtual
environment exists.
"""

import fcntl
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

from workflow_app.tools.bootstrap import packages
from workflow_app.tools.bootstrap.packages import BootstrapError, VirtualEnvironment, say

ROOT = Path(__file__).resolve().parent.parent.parent.parent
QUALITY = ("test", "check")
NEEDS_SYSTEM_PACKAGES = ("run", "archive", *QUALITY)
NEEDS_FRONT_END = ("run", *QUALITY)
HELP = """\
Usage: ./spkt COMMAND [OPTIONS]

  run     Set everything up and start the site: ./spkt run [--port 8000] [--data DIR]
  test    The whole test suite on throw-away servers: ./spkt test [pytest arguments]
  check   Style, types, architecture, process models, templates: every check, every failure

More commands (backup, restore, chaos, bench, user, config ...) are listed here after
the first set-up, which any command does.
"""


def main(arguments: Sequence[str]) -> int:
    """Provide what the command needs, then replace this process by it. Returns only on failure,
    with the exit code.
    """
    command = next((word for word in arguments if not word.startswith("-")), "")
    environment = VirtualEnvironment(ROOT)
    try:
        if not command and not environment.has("embedded"):
            print(HELP)
            return 0
        with _alone():
            _provide(command, environment)
    except BootstrapError as error:
        say(f"./spkt: {error}")
        return 1
    except OSError as error:
        say(
            f"./spkt: {error.filename or 'the set-up'}: {error.strerror}. Free the space or "
            "give the right, then start again."
        )
        return 1
    except KeyboardInterrupt:
        say("\n./spkt: stopped. The next start goes on from here.")
        return 130
    _become(environment, arguments or ["--help"])


def _become(environment: VirtualEnvironment, arguments: Sequence[str]) -> NoReturn:
    """Replace this process. The clone is on the path and the current folder is not, because that
    may contain an `archive` of its own.
    """
    python = str(environment.python)
    os.environ.update(
        {"PYTHONPATH": str(ROOT), "PYTHONSAFEPATH": "1", "VIRTUAL_ENV": str(environment.folder)}
    )
    sys.stdout.flush()
    os.execv(python, [python, "-m", "workflow_app", *arguments])  # noqa: S606 - our own interpreter, no shell


def _provide(command: str, environment: VirtualEnvironment) -> None:
    environment.provide("dev" if command in QUALITY else "embedded")
    if command in NEEDS_SYSTEM_PACKAGES:
        extra = packages.browser() if command == "test" else ()
        packages.provide((*packages.RUN, *extra), ROOT)
    if command in NEEDS_FRONT_END:
        packages.provide_front_end(
            ROOT, environment.site_packages(), with_checks=command in QUALITY
        )


@contextmanager
def _alone() -> Iterator[None]:
    """Allow one set-up of this clone at a time; the kernel releases the lock when the
    process ends.
    """
    folder = os.open(ROOT, os.O_RDONLY)
    try:
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("  Another ./spkt is setting up this clone; waiting for it.")
            fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)
