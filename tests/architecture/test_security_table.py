"""The table of `docs/security.md` names files and tests that exist, and each requirement once."""

import re
from collections import Counter

from tests.architecture.tree import ROOT

TABLE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
ROWS = re.compile(r"^\| (\d[\d., ]*) \|", re.MULTILINE)
PATHS = re.compile(r"`((?:tests|workflow_app|ocr|processes|docs)/[\w./-]+)`")
NAMES = re.compile(r"`(test_\w+)`")
EXPECTED = {1: 27, 2: 11, 3: 19, 4: 10, 5: 9, 6: 35, 7: 18, 8: 7, 9: 7, 11: 14, 12: 9, 13: 13, 14: 9, 15: 13, 16: 16}
    1: 27,
    2: 11,
    3: 18,
    4: 10,
    5: 9,
    6: 36,
    7: 18,
    8: 6,
    9: 7,
    11: 17,
    12: 10,
    13: 12,
    14: 9,
    15: 12,
    16: 16,
}
"""How many requirements of levels 1 and 2 each chapter of ASVS 5.0.0 has, without the groups that do not apply."""


def test_named_files_exist() -> None:
    assert [path for path in PATHS.findall(TABLE) if not (ROOT / path).exists()] == []


def test_named_tests_exist() -> None:
    code = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    assert [name for name in NAMES.findall(TABLE) if f"def {name}(" not in code] == []


def test_every_requirement_stands_there_once() -> None:
    items = [item for row in ROWS.findall(TABLE) for item in re.findall(r"\d+\.\d+\.\d+", row)]
    assert [item for item, times in Counter(items).items() if times > 1] == []
    assert Counter(int(item.partition(".")[0]) for item in items) == EXPECTED
