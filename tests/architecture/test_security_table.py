"""The table of `docs/security.md` names files and tests that exist, and each requirement once."""

import re
from collections import Counter

from tests.architecture.tree import ROOT

TABLE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
ROWS = re.compile(r"^\| (\d[\d., ]*) \|", re.MULTILINE)
PATHS = re.compile(r"`((?:tests|workflow_app|ocr|processes|docs)/[\w./-]+)`")
NAMES = re.compile(r"`(test_\w+)`")
EXPECTED = dict(
    zip(
        (1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 14, 15, 16),
        (27, 11, 19, 10, 9, 35, 18, 7, 7, 14, 9, 13, 9, 13, 16),
        strict=True,
    )
)
"""How many requirements of levels 1 and 2 each chapter of ASVS 5.0.0 has, without chapters 10 and
17.
"""


def test_named_files_exist() -> None:
    assert [path for path in PATHS.findall(TABLE) if not (ROOT / path).exists()] == []


def test_named_tests_exist() -> None:
    code = "\n".join(
        path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py")
    )
    assert [name for name in NAMES.findall(TABLE) if f"def {name}(" not in code] == []


def test_every_requirement_stands_there_once() -> None:
    items = [item for row in ROWS.findall(TABLE) for item in re.findall(r"\d+\.\d+\.\d+", row)]
    assert [item for item, times in Counter(items).items() if times > 1] == []
    assert Counter(int(item.partition(".")[0]) for item in items) == EXPECTED
