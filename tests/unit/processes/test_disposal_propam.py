"""Disposal of what only Propam sees: confined from the first instant, four eyes within one role
(R37, R79).
"""

import pytest

from tests.unit.processes.folder import disposal
from tests.unit.processes.sheet import filled, text
from tests.unit.processes.test_disposal import NUMBER, STEPS, paper
from workflow_app.domain import Step
from workflow_app.engine import runner
from workflow_app.engine.linting.linter import lint
from workflow_app.engine.process_folders import BEGINS_AT, Complete, Scenario, read_scenarios
from workflow_app.engine.rehearsal import rehearse
from workflow_app.permissions import ROLES

PROPAM = "piket_propam"
ALL = read_scenarios(disposal().files)
SCENARIOS = [one for one in ALL if one.begins_with.get("pengusul") == PROPAM]
OTHERS = [one for one in ALL if one not in SCENARIOS]
OFFICER = {"nama": "CONTOH PROPAM", "pangkat": "INSPEKTUR POLISI DUA", "nrp": "33333333"}
MODEL = "process.bpmn"
CONDITION = 'pengusul == "piket_propam"'


def seen(scenario: Scenario) -> list[Step]:
    steps: list[Step] = []
    rehearse(disposal(), scenario, steps.append)
    return steps


def test_every_step_is_done_in_a_scenario_of_propam() -> None:
    played = {s.element for one in SCENARIOS for s in one.steps if isinstance(s, Complete)}
    assert played == STEPS
    assert {one.outcome for one in SCENARIOS} == {"selesai", "ditolak", "dibatalkan"}


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda one: one.file)
def test_r79_it_is_confined_before_anybody_has_a_task_and_only_propam_ever_has_one(
    scenario: Scenario,
) -> None:
    steps = seen(scenario)
    first = runner.start(disposal(), scenario.begins_with, BEGINS_AT)
    (effect,) = first.effects
    assert (effect.operation, effect.parameters) == ("confine", {"role": PROPAM})
    assert first.open_tasks == ()
    assert {task.lane for step in steps for task in step.open_tasks} == {PROPAM}


@pytest.mark.parametrize("scenario", OTHERS, ids=lambda one: one.file)
def test_what_the_archivist_proposes_is_not_confined(scenario: Scenario) -> None:
    steps = seen(scenario)
    assert not [e for step in steps for e in step.effects if e.operation == "confine"]
    lanes = {task.lane for step in steps for task in step.open_tasks}
    assert lanes <= {"arsiparis", "ka_spkt"}


def test_r37_who_decides_is_propam_for_propam_and_the_chief_for_everybody_else() -> None:
    table = disposal().decision("penyetuju_musnah")
    decided = {
        role: table.hits({"pengusul": role})[0].outputs["penyetuju"]
        for role in disposal().started_by
    }
    assert decided == {"arsiparis": "ka_spkt", PROPAM: PROPAM}
    for element in ("putuskan", "teken_penyetuju"):
        assert disposal().elements[element].properties["roleFrom"] == "penyetuju"


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("penyetuju_musnah.dmn", '<text>"piket_propam"</text>\n        </outputEntry>',
         '<text>"ka_spkt"</text>\n        </outputEntry>'),
        (MODEL, CONDITION, CONDITION.replace("==", "!=")),
        (MODEL, CONDITION, 'penyetuju == "piket_propam"'),
        (MODEL, 'keepOutputs" value="penyetuju"', 'keepOutputs" value="penyetuju pengusul"'),
    ],
    ids=["another decides", "another is confined", "unknown at the start", "changed afterwards"],
)  # fmt: skip
def test_r79_the_linter_refuses_a_model_in_which_another_role_gets_a_confined_task(
    name: str, before: str, after: str
) -> None:
    files = dict(disposal().files)
    assert before in files[name].decode()
    files[name] = files[name].decode().replace(before, after, 1).encode()
    assert "confine-task" in {finding.rule for finding in lint(files, ROLES)}
    assert lint(disposal().files, ROLES) == []


def test_its_minutes_are_those_of_every_disposal_and_name_no_office_that_may_not_know() -> None:
    answers = {"usulkan": {"alasan_usul": "Masa simpannya sudah lewat", "sudah_diperiksa": True}}
    told = {"petugas": OFFICER, "penyetuju": replace_name(OFFICER), "daftar_musnah": [paper(1)]}
    for is_confined in (True, False):
        html = filled(
            disposal(), "berita_acara_pemusnahan", answers, nomor=NUMBER, khusus=is_confined, **told
        )
        words = text(html)
        assert "CONTOH PROPAM" in words and "Daftar Arsip Musnah" in words
        offices = [word for word in ("rsiparis", "Ka SPKT", "KA SPKT") if word in html]
        assert bool(offices) is not is_confined
        assert ("Yang memutuskan," in words) is is_confined


def replace_name(officer: dict[str, str]) -> dict[str, str]:
    return {**officer, "nama": "CONTOH PROPAM LAIN"}
