"""The SKTLK process as delivered: lint, scenarios, roles, privacy and the sentences of its
forms.
"""

import re

import pytest

from tests.unit.processes.flows import reachable, taken
from tests.unit.processes.folder import PROCESSES, referral, sktlk
from workflow_app.engine.linting.linter import lint
from workflow_app.engine.model import read_model
from workflow_app.engine.process_folders import Complete, Scenario, read_folder, read_scenarios
from workflow_app.engine.rehearsal import rehearse
from workflow_app.permissions import ROLES

KEYS = sorted(path.parent.name for path in PROCESSES.glob("*/process.bpmn"))
SCENARIOS = read_scenarios(sktlk().files)
OWN = {
    name: element for name, element in sktlk().elements.items() if name not in referral().elements
}
"""Without those of the called referral."""


@pytest.mark.parametrize("key", KEYS)
def test_the_linter_finds_nothing(key: str) -> None:
    assert lint(read_folder(PROCESSES / key), set(ROLES)) == []


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.file)
def test_the_scenario_ends_as_it_says(scenario: Scenario) -> None:
    rehearse(sktlk(), scenario)


def test_every_flow_is_taken_by_a_scenario(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: set[str] = set()
    for scenario in SCENARIOS:
        with monkeypatch.context() as patch:
            seen.update(taken(sktlk(), scenario, patch))
    drawn = {flow.id for flow in read_model(sktlk().files["process.bpmn"]).flows}
    into_the_call = {"gw_tujuan__rujuk"}
    assert drawn - seen == into_the_call


def test_r54_every_kind_has_a_scenario_up_to_the_letter() -> None:
    proven = {
        s.variables.get("jenis")
        for s in SCENARIOS
        if s.outcome == "selesai" and s.letters == ("sktlk",)
    }
    assert proven >= set(sktlk().form("uraian").fields["jenis"].options)


def test_every_requirement_a_scenario_names_is_carried_by_an_element() -> None:
    carried = {clause for element in sktlk().elements.values() for clause in element.clauses}
    assert {clause for scenario in SCENARIOS for clause in scenario.clauses} <= carried
    assert {
        "R11",
        "R13",
        "R23",
        "R29",
        "R38",
        "R42",
        "R43",
        "R44",
        "R45",
        "R53",
        "R54",
        "R55",
        "R56",
        "R57",
        "R69",
    } <= carried


def test_r55_who_records_can_neither_approve_nor_waive() -> None:
    elements = sktlk().elements
    approval = set(elements["persetujuan"].properties["fourEyes"].split())
    waiver = set(elements["putuskan_pengecualian"].properties["fourEyes"].split())
    assert approval == {
        "terima_warga",
        "identitas",
        "peristiwa",
        "uraian",
        "periksa_persyaratan",
        "lengkapi_persyaratan",
    }
    assert waiver == {"periksa_persyaratan", "lengkapi_persyaratan"}


def test_only_the_head_of_the_counter_approves_waives_and_answers_for_delay() -> None:
    of_the_head = {
        e.id for e in sktlk().elements.values() if e.kind == "userTask" and e.role == "ka_spkt"
    }
    assert of_the_head == {"persetujuan", "putuskan_pengecualian", "eskalasi"}


def test_r17_r27_a_theft_ends_with_a_report_or_with_who_accepted_it_and_never_with_a_word() -> None:
    """Past the begun report, or past the referral that was told and accepted; who returns it is
    asked about again.
    """
    alone = reachable(sktlk(), "gw_tujuan", ("buka_lp", "rujuk"))
    assert not [name for name in alone if OWN[name].kind == "endEvent"]
    leaving = read_model(sktlk().files["process.bpmn"]).outgoing
    (answered,) = leaving["rujuk"]
    ways = {flow.target: flow.condition for flow in leaving[answered.target]}
    assert ways == {"gabung_dirujuk": 'rujukan_jawaban == "terima"', "gabung_peristiwa": None}
    assert {"R27", "R68"} <= set(OWN["rujuk_lp"].clauses)
    assert "R67" in OWN["peristiwa"].clauses, (
        "the place is chosen anew, so the citizen is told anew"
    )


def test_r13_the_only_way_to_a_number_is_an_approval() -> None:
    model = read_model(sktlk().files["process.bpmn"])
    (way,) = model.incoming["terbitkan_surat"]
    assert (way.source, way.condition) == ("gw_keputusan", 'keputusan == "setuju"')
    assert [flow.source for flow in model.incoming["gw_keputusan"]] == ["persetujuan"]


def test_the_signature_is_on_the_letter_before_it_is_handed_over() -> None:
    model = read_model(sktlk().files["process.bpmn"])
    (way,) = model.incoming["hentikan_jam_sah"]
    assert [flow.source for flow in model.incoming["sahkan_surat"]] == ["hentikan_jam_sah"]
    assert (way.source, way.condition) == ("gw_isi_surat", 'isi_surat == "benar"')
    assert [flow.source for flow in model.incoming["serahkan"]] == ["sahkan_surat"]


def completed(file: str) -> list[str]:
    scenario = next(s for s in SCENARIOS if s.file == file)
    return [step.element for step in scenario.steps if isinstance(step, Complete)]


def test_r23_everything_that_tells_who_the_citizen_is_is_sealed() -> None:
    public_of_identity = {
        f.name for f in sktlk().form("identitas").fields.values() if not f.personal
    }
    assert public_of_identity == set()
    for form in sktlk().forms.values():
        for field in form.fields.values():
            if re.match(r"(nama_(?!unit)|nik$|alamat|telepon|surel|tanda_tangan$)", field.name):
                assert field.personal, f"{form.element}.{field.name}"
            if field.widget == "textarea":
                assert field.personal, f"{form.element}.{field.name}"


def test_r23_checklists_and_waivers_lie_sealed_for_those_who_work_on_the_case() -> None:
    for form in sktlk().forms.values():
        for field in form.fields.values():
            if field.widget in ("requirements", "waiver"):
                assert field.personal == "catatan", f"{form.element}.{field.name}"


def test_r55_the_reason_of_a_return_stands_above_the_repair_and_asks_for_no_name() -> None:
    for element, name in (("persetujuan", "alasan"), ("periksa_surat", "kesalahan")):
        field = sktlk().form(element).fields[name]
        assert (field.personal, field.notice) == ("catatan", True)
        assert "Jangan menulis nama atau NIK" in field.help


def test_r55_what_waits_for_the_citizen_waits_in_the_queue() -> None:
    queued = {e.id for e in OWN.values() if e.properties.get("assign") == "queue"}
    assert queued == {"lengkapi_persyaratan"}


def test_r57_days_and_instants_of_the_past_lie_in_the_past() -> None:
    bounds = {
        (form.element, field.name): (field.not_before, field.not_after)
        for form in sktlk().forms.values()
        for field in form.fields.values()
        if form.element in OWN and field.widget in ("date", "datetime")
    }
    assert bounds == {
        ("terima_warga", "arrived_at"): ("P7D", "now"),
        ("serahkan", "handed_over_at"): ("P7D", "now"),
        ("rujuk_lp", "waktu_antar"): ("", "now"),
        ("uraian", "tanggal_hilang"): ("", "now"),
        ("identitas", "tanggal_lahir"): ("", "now"),
    }


def test_r3_r79_everybody_who_served_is_kept_out_of_the_levy_that_is_told_at_the_end() -> None:
    kept_out = set(OWN["teruskan_pungutan"].properties["keepsOut"].split())
    assert kept_out == {e.id for e in OWN.values() if e.kind == "userTask"} - {
        "rujuk_lp",
        "eskalasi",
    }


def test_r69_no_form_has_a_field_for_money() -> None:
    for form in sktlk().forms.values():
        assert not {name for name in form.fields if re.search(r"bayar|tarif|biaya$", name)} - {
            "tanpa_biaya",
            "diminta_bayar",
        }
    assert sktlk().form("serahkan").fields["tanpa_biaya"].schema["const"] is True


def test_r45_identity_is_asked_before_the_matter() -> None:
    order = completed("scenarios/sktlk_ktp.yaml")
    assert order.index("identitas") < order.index("peristiwa") < order.index("uraian")


def test_the_identity_form_never_insists_on_a_national_number() -> None:
    assert {"paspor", "kitas", "tidak_ada"} < set(
        sktlk().form("identitas").fields["jenis_identitas"].options
    )
