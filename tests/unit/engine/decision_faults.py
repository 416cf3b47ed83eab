"""Planted faults in the cells of decision tables and in their examples. They are tried in
`test_lint`.
"""

from tests.unit.engine.folder import Folder
from tests.unit.engine.play import line

FAULTS: dict[str, tuple[Folder, str, str]] = {
    "an example of a table that is missing": (
        line().file("tables/hantu.yaml", "[{given: {}, expect: {}}]"),
        "decision-unknown",
        "tables/hantu.yaml",
    ),
    "an example that cannot be read": (
        line().file("tables/t.yaml", "[{given: {}}]"),
        "example-unreadable",
        "tables/",
    ),
    "an example that the table contradicts": (
        line()
        .decision("t", ["kode"], ["x"], [["", "1"]], "FIRST")
        .file("tables/t.yaml", "[{given: {}, expect: {x: 2}}]"),
        "example-failed",
        "tables/t.yaml",
    ),
    "a cell that does not parse": (
        line().decision("t", ['"a"'], ["x"], [["sim ktp", "1"]]),
        "decision-cell",
        "t.dmn",
    ),
    "an output cell that calls": (
        line().decision("t", ['"a"'], ["x"], [["", "open(1)"]]),
        "decision-cell",
        "t.dmn",
    ),
    "an output named like a function": (
        line().decision("t", ['"a"'], ["len"], [["", "1"]]),
        "decision-cell",
        "t.dmn",
    ),
    "overlapping rows": (
        line().decision("t", ["1"], ["x"], [["> 3", "1"], ["< 9", "2"]], "UNIQUE"),
        "decision-overlap",
        "t.dmn",
    ),
}
