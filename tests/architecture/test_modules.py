"""No file without an owner and a limit, and no check silenced without a reason."""

import re
from pathlib import Path

from tests.architecture.tree import ROOT, tracked

LIMIT = 500
BARE_NAMES = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "managers"}
OURS = [path for path in tracked() if path.suffix == ".py" or path.name == "spkt"]
SILENCED = re.compile(r"#\s*(?:noqa|type:\s*ignore|pragma:|nosec|pylint:|pyright:|mypy:)")
SILENCED_WITH_REASON = re.compile(
    r"#\s*(?:noqa: [A-Z0-9, ]+?|type: ignore\[[a-z, -]+\])(?: - |  # )\w"
)
PRODUCT = [path for path in OURS if path.parts[0] in ("workflow_app", "archive", "ocr", "spkt")]


def text_of(path: Path) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def test_there_are_modules_to_look_at() -> None:
    assert len(PRODUCT) > 50


def test_no_module_is_longer_than_its_limit() -> None:
    """A longer one has a second noun in it: give that one a file."""
    lengths = {path: text_of(path).count("\n") for path in OURS}

    assert [f"{path}: {lines} lines" for path, lines in lengths.items() if lines > LIMIT] == []


def test_every_module_is_named_by_a_noun_of_the_domain() -> None:
    assert [
        str(path) for path in OURS if {part.removesuffix(".py") for part in path.parts} & BARE_NAMES
    ] == []


def test_every_module_says_what_it_is() -> None:
    texts = {path: text_of(path).lstrip() for path in PRODUCT if path.suffix == ".py"}

    assert [
        str(path) for path, text in texts.items() if text and not text.startswith(('"""', 'r"""'))
    ] == []


def test_every_folder_of_tests_is_a_package() -> None:
    folders = {path.parent for path in OURS if path.parts[0] == "tests"}

    assert [
        str(folder) for folder in sorted(folders) if not (ROOT / folder / "__init__.py").exists()
    ] == []


def test_no_open_ends_are_left_in_code() -> None:
    words = ("TO" + "DO", "FIX" + "ME", "XX" + "X")
    found = [f"{path}: {word}" for path in OURS for word in words if word in text_of(path)]

    assert found == []


def test_every_silenced_check_is_named_and_says_why_beside_it() -> None:
    lines = (
        (path, number, line)
        for path in OURS
        for number, line in enumerate(text_of(path).splitlines(), 1)
    )

    assert [
        f"{path}:{number}"
        for path, number, line in lines
        if SILENCED.search(line) and not SILENCED_WITH_REASON.search(line)
    ] == []
