"""The whole suite runs in two halves side by side, and none of them is lost."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from workflow_app.cli import quality
from workflow_app.tools.embedded.server_processes import wait_until

ROOT = Path(__file__).resolve().parents[3]


def saying(words: str, code: int = 0) -> list[str]:
    """A program that says something, and ends with a code or by a signal (negative)."""
    end = f"raise SystemExit({code})" if code >= 0 else f"import os; os.kill(os.getpid(), {-code})"
    return [sys.executable, "-c", f"print({words!r}, flush=True); {end}"]


@pytest.mark.parametrize("codes", [(0, 0), (1, 0), (0, 1), (0, -9)])
def test_each_half_is_heard_and_the_worst_counts(
    codes: tuple[int, int], capfd: pytest.CaptureFixture[str]
) -> None:
    commands = [saying(f"half {number}", code) for number, code in enumerate(codes)]

    assert quality.side_by_side(commands, os.environ) == max(codes, key=abs)
    assert capfd.readouterr().out.split("\n")[:2] == ["half 0", "half 1"]


CLEANING = """
import pathlib, signal, sys, time
signal.signal(signal.SIGTERM, signal.default_int_handler)
place = pathlib.Path(sys.argv[1])
try:
    place.with_suffix(".began").touch()
    time.sleep(60)
finally:
    time.sleep(0.3)
    place.with_suffix(".cleaned").touch()
"""


def test_who_is_told_to_end_waits_until_each_half_has_cleaned_up(tmp_path: Path) -> None:
    halves = [[sys.executable, "-c", CLEANING, str(tmp_path / name)] for name in ("one", "two")]
    run = (
        "import os; from workflow_app.cli import quality; raise "
        f"SystemExit(quality.side_by_side({halves}, os.environ))"
    )
    program = subprocess.Popen([sys.executable, "-c", run], cwd=ROOT, stderr=subprocess.DEVNULL)
    assert wait_until(lambda: len(list(tmp_path.glob("*.began"))) == 2, 30)

    program.send_signal(signal.SIGTERM)

    assert program.wait(timeout=30) != 0
    assert sorted(path.name for path in tmp_path.glob("*.cleaned")) == [
        "one.cleaned",
        "two.cleaned",
    ]


@pytest.mark.parametrize(
    ("arguments", "processors", "parts"),
    [
        ([], 2, quality.HALVES),
        (["-q", "--durations=9"], 2, quality.HALVES),
        ([], 1, ((),)),
        (["tests/unit"], 2, ((),)),
        (["-k", "surat"], 2, ((),)),
    ],
)
def test_only_the_whole_suite_is_halved(
    arguments: list[str],
    processors: int,
    parts: tuple[tuple[str, ...], ...],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[list[str]] = []

    def noted(commands: list[list[str]], _: object) -> int:
        asked.extend(commands)
        return 0

    monkeypatch.setattr(quality, "side_by_side", noted)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(processors)))

    assert CliRunner().invoke(quality.test, arguments).exit_code == 0
    assert asked == [[sys.executable, "-m", "pytest", *arguments, *part] for part in parts]


def test_the_halves_are_the_whole() -> None:
    """Every test file is in exactly one of them."""

    def holds(half: tuple[str, ...], file: Path) -> bool:
        left_out = [part.removeprefix("--ignore=") for part in half if part.startswith("--ignore=")]
        given = [part for part in half if not part.startswith("-")]
        return any(map(file.is_relative_to, given)) and not any(map(file.is_relative_to, left_out))

    files = [path.relative_to(quality.ROOT) for path in quality.ROOT.glob("tests/**/test_*.py")]
    assert files
    assert [file for file in files if sum(holds(half, file) for half in quality.HALVES) != 1] == []
