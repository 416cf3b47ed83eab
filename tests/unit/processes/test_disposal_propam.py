"""Disposal of what only Propam sees, as delivered: confined from the first instant, four eyes within one role (R37, R79)."""

import pytest

from tests.unit.processes.flows import reachable
from tests.unit.processes.folder import disposal, disposal_propam
from workflow_app.engine.rehearsal import rehearse
from workflow_app.engine.scenarios import Complete, Scenario, read_scenarios

SCENARIOS = read_scenarios(disposal_propam().files)
STEPS = {"usulkan", "putuskan", "teken_pengusul", "teken_penyetuju"}


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.file)
def test_the_scenario_ends_as_it_says(scenario: Scenario) -> None:
    rehearse(disposal_propam(), scenario)


def test_every_step_is_done_in_a_scenario() -> None:
    played = {step.element for one in SCENARIOS for step in one.steps if isinstance(step, Complete)}
    elements = disposal_propam().elements.values()
    assert played == {e.id for e in elements if e.kind == "userTask"} == STEPS
    assert {scenario.outcome for scenario in SCENARIOS} == {"selesai", "ditolak", "dibatalkan"}


def test_r79_nobody_of_another_role_ever_has_a_task_or_a_look() -> None:
    elements = disposal_propam().elements
    assert {elements[step].role for step in STEPS} == {"piket_propam"}
    assert set(disposal_propam().started_by) == {"piket_propam"}
    assert STEPS.isdisjoint(
        reachable(disposal_propam(), "arsip_jatuh_tempo", without={"khususkan"})
    )


@pytest.mark.parametrize("step", ["usulkan", "putuskan"])
def test_r37_nothing_is_destroyed_without_proposal_and_approval(step: str) -> None:
    assert "musnahkan" in reachable(disposal_propam(), "arsip_jatuh_tempo")
    assert "musnahkan" not in reachable(disposal_propam(), "arsip_jatuh_tempo", without={step})


def test_r37_who_proposes_neither_decides_nor_signs_for_who_decided() -> None:
    elements = disposal_propam().elements
    for step in ("putuskan", "teken_penyetuju"):
        assert "usulkan" in elements[step].properties["fourEyes"].split()
    for who, step in (("pengusul", "usulkan"), ("penyetuju", "putuskan")):
        field = disposal_propam().form(f"teken_{who}").fields[f"tanda_tangan_{who}"]
        assert (field.widget, field.only_by) == ("signature", step)


def test_its_minutes_are_those_of_every_disposal_and_name_no_office_that_may_not_know() -> None:
    name = "letters/berita_acara_pemusnahan.html"
    shared = "shared/letters/pemusnahan.html"
    own, other = (folder().files for folder in (disposal_propam, disposal))
    assert all(shared in files[name].decode() for files in (own, other))
    assert own[shared] == other[shared]
    assert not any(
        word in own[part].decode() for word in ("rsiparis", "Ka SPKT") for part in (name, shared)
    )
