"""The process of digitisation as delivered: scenarios, the way to acceptance, privacy and the
sentences of the forms.
"""

import pytest

from tests.unit.processes.flows import reachable
from tests.unit.processes.folder import digitisation
from workflow_app.engine import forms
from workflow_app.engine.process_folders import Complete, Scenario, read_scenarios
from workflow_app.engine.rehearsal import rehearse

SCENARIOS = read_scenarios(digitisation().files)
STEPS = ("daftar", "pindai", "periksa_mutu", "indeks", "terima")


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.file)
def test_the_scenario_ends_as_it_says(scenario: Scenario) -> None:
    rehearse(digitisation(), scenario)


def test_every_step_is_done_in_a_scenario_and_every_clause_is_carried() -> None:
    played = {step.element for one in SCENARIOS for step in one.steps if isinstance(step, Complete)}
    assert (
        played
        == {e.id for e in digitisation().elements.values() if e.kind == "userTask"}
        == {*STEPS}
    )
    carried = {clause for element in digitisation().elements.values() for clause in element.clauses}
    assert {clause for scenario in SCENARIOS for clause in scenario.clauses} <= carried
    assert {"R37", "R38", "R39"} <= carried


@pytest.mark.parametrize("step", STEPS)
def test_r39_nothing_is_archived_without_each_step(step: str) -> None:
    assert "selesai" in reachable(digitisation(), "hardcopy_ada")
    assert "selesai" not in reachable(digitisation(), "hardcopy_ada", without={step})


def test_r39_every_step_is_the_archivists() -> None:
    assert {digitisation().elements[step].role for step in STEPS} == {"arsiparis"}
    assert digitisation().started_by == ("arsiparis",)


def test_r39_what_is_told_of_a_paper() -> None:
    """Where the original is, how many sheets were scanned, and what it is called in the index."""
    asked = {step: digitisation().form(step).fields for step in STEPS}
    assert {"uraian", "tahun_awal", "jumlah_lembar", "tempat_sekarang", "kotak"} <= asked[
        "daftar"
    ].keys()
    assert asked["pindai"]["hasil_pindai"].required
    assert {"jenis_dokumen", "nomor_dokumen", "tanggal_dokumen"} <= asked["indeks"].keys()
    assert asked["terima"]["tempat_hardcopy"].required
    assert asked["terima"]["sama"].schema["const"] is True


def test_r39_a_scan_is_good_only_when_everything_was_looked_at() -> None:
    form = digitisation().form("periksa_mutu")
    assert forms.validate(form, {"putusan_mutu": "baik", "mutu": ["lengkap", "urut", "terbaca"]})
    assert not forms.validate(
        form, {"putusan_mutu": "baik", "mutu": ["lengkap", "urut", "terbaca", "utuh"]}
    )


def test_what_is_told_freely_is_sealed_and_reasons_are_shown_to_who_repairs() -> None:
    fields = [field for form in digitisation().forms.values() for field in form.fields.values()]
    assert {field.personal for field in fields if field.widget == "textarea"} == {"catatan"}
    assert {field.name for field in fields if field.notice} == {"alasan_mutu", "alasan_kembali"}
