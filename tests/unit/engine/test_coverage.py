"""What scenarios take of a process, and what examples say of its tables."""

from collections.abc import Iterable

import pytest

from tests.unit.engine.calls import complaint, hand_off
from tests.unit.engine.folder import Folder
from tests.unit.engine.test_calls import RECEIVED
from workflow_app.engine.model import read_model
from workflow_app.engine.process_folders import ScenarioFailed
from workflow_app.engine.rehearsal import measure

EXAMPLES = """
- given: {tujuan: piket_lantas}
  expect: {golongan: jalan}
- given: {}
  expect: {golongan: lain}
"""


def served() -> Folder:
    return complaint(hand_off()).file("scenarios/diterima.yaml", RECEIVED)


def ends(folder: Folder, flows: Iterable[str]) -> set[tuple[str, str]]:
    known = {
        flow.id: (flow.source, flow.target)
        for flow in read_model(folder.files()["process.bpmn"]).flows
    }
    return {known[flow] for flow in flows}


def test_what_no_scenario_takes_is_named_and_a_called_process_is_taken_by_its_callers() -> None:
    calling, called = measure([served().definition(), hand_off().definition()])

    assert calling.key == "aduan" and calling.scenarios == 1 and not calling.is_complete
    assert ends(served(), calling.flows.missing) == {
        ("cukup", "isi"),
        ("batal", "catat_batal"),
        ("catat_batal", "dibatalkan"),
    }
    assert calling.events.missing == ("batal",)
    assert calling.rows.total == 0 and calling.rows.percent == 100

    assert called.scenarios == 0
    assert called.events.missing == ("serah_batal",)
    assert called.rows.missing == ("serah_rute/serah_rute_b1",)
    assert called.rows.percent == 50
    taken = called.flows.total - len(called.flows.missing)
    assert 0 < taken < called.flows.total


def test_a_row_that_an_example_names_is_taken() -> None:
    with_examples = hand_off().file("tables/serah_rute.yaml", EXAMPLES)
    (found,) = measure([with_examples.definition()])
    assert found.rows.missing == ()
    assert found.as_dict()["decision_rows"] == {"total": 2, "percent": 100.0, "missing": ()}


def test_an_example_that_the_table_contradicts_fails() -> None:
    wrong = hand_off().file("tables/serah_rute.yaml", EXAMPLES.replace("jalan", "laut"))
    with pytest.raises(
        ScenarioFailed, match=r"tables/serah_rute.yaml: given .*piket_lantas.*jalan"
    ):
        measure([wrong.definition()])
