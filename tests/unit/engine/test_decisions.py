import pytest

from tests.unit.engine.folder import Folder
from workflow_app.domain import InvalidDefinition, ProcessFault
from workflow_app.engine.decisions import DecisionTable, read_decision

ROWS = [
    ['"sim"', "", '"sim_01"', "1", "False"],
    ['"bpkb"', '"belum"', '"bpkb_02"', "2", "True"],
    ['"bpkb"', "-", '"bpkb_03"', "1", "None"],
    ['in ["ktp", "sim"]', "", '"umum"', "1", "False"],
]


def table(hit: str = "COLLECT", rows: list[list[str]] = ROWS) -> DecisionTable:
    folder = Folder().decision(
        "syarat", ["jenis", "balik_nama"], ["butir", "minimum", "lunak"], rows, hit
    )
    return read_decision(folder.extra["syarat.dmn"], "syarat.dmn")


def test_a_table_is_data_with_literal_cells() -> None:
    read = table()
    assert (read.name, read.inputs, read.outputs) == (
        "syarat",
        ("jenis", "balik_nama"),
        ("butir", "minimum", "lunak"),
    )
    assert read.rows[1] == {
        "jenis": "bpkb",
        "balik_nama": "belum",
        "butir": "bpkb_02",
        "minimum": 2,
        "lunak": True,
    }
    assert read.rows[2]["balik_nama"] is None
    assert read.rows[3]["jenis"] == 'in ["ktp", "sim"]'


def test_collect_gives_every_matching_row_in_order() -> None:
    found = table().evaluate({"jenis": "bpkb", "balik_nama": "belum"})
    assert [row["butir"] for row in found] == ["bpkb_02", "bpkb_03"]
    found = table().evaluate({"jenis": "sim", "balik_nama": None})
    assert [row["butir"] for row in found] == ["sim_01", "umum"]


@pytest.mark.parametrize("hit", ["FIRST", "UNIQUE"])
def test_other_policies_give_the_first_row(hit: str) -> None:
    assert [r["butir"] for r in table(hit).evaluate({"jenis": "sim", "balik_nama": ""})] == [
        "sim_01"
    ]


def test_no_row_gives_nothing() -> None:
    assert table().evaluate({"jenis": "paspor", "balik_nama": ""}) == []


def test_a_missing_variable_is_a_fault_of_the_table() -> None:
    with pytest.raises(ProcessFault, match="balik_nama") as fault:
        table().evaluate({"jenis": "bpkb"})
    assert fault.value.element == "syarat"


def test_ranges_can_be_tested() -> None:
    rows = [["", "> 5", '"banyak"', "1", "False"], ["", "1 < ? <= 5", '"sedikit"', "1", "False"]]
    assert [r["butir"] for r in table(rows=rows).evaluate({"jenis": "", "balik_nama": 9})] == [
        "banyak"
    ]
    assert [r["butir"] for r in table(rows=rows).evaluate({"jenis": "", "balik_nama": 3})] == [
        "sedikit"
    ]


@pytest.mark.parametrize(
    "data", [b"", b"<a/>", b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", b"\xff"]
)
def test_a_file_that_is_no_decision_is_refused(data: bytes) -> None:
    with pytest.raises(InvalidDefinition, match=r"tabel\.dmn"):
        read_decision(data, "tabel.dmn")
