"""The process of police reports as delivered: scenarios, roles, four eyes, privacy and the derived
steps.
"""

import re

import pytest

from tests.unit.processes.flows import taken
from tests.unit.processes.folder import lp, sktlk
from workflow_app.engine.model import read_model
from workflow_app.engine.process_folders import Complete, Scenario, read_scenarios
from workflow_app.engine.rehearsal import rehearse
from workflow_app.services.office_settings import configuration, configuration_shapes

SCENARIOS = read_scenarios(lp().files)
MODEL = read_model(lp().files["process.bpmn"])
OWN = {e.id: e for e in lp().elements.values() if not e.id.startswith("rujukan_")}
USER_TASKS = {name: e for name, e in OWN.items() if e.kind == "userTask"}
OWN_FORMS = [form for element, form in lp().forms.items() if element in OWN]
DERIVED = {"kronologi", "bukti_saksi", "kajian_awal", "baca_ulang"}


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.file)
def test_the_scenario_ends_as_it_says(scenario: Scenario) -> None:
    rehearse(lp(), scenario)


def completed(scenario: Scenario) -> list[str]:
    return [step.element for step in scenario.steps if isinstance(step, Complete)]


def test_every_step_is_done_in_some_scenario() -> None:
    done = {element for scenario in SCENARIOS for element in completed(scenario)}
    assert done & OWN.keys() == set(USER_TASKS)


def test_every_flow_is_taken_by_a_scenario_and_those_of_the_referral_that_only_a_report_takes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen: set[str] = set()
    for scenario in SCENARIOS:
        with monkeypatch.context() as patch:
            seen.update(taken(lp(), scenario, patch))
    unseen = {flow.id for flow in MODEL.flows} - seen
    into_the_call = {"gabung_rujuk__rujuk"}
    assert unseen == into_the_call
    assert {
        "rujukan_gw_diketahui__rujukan_gabung_tujuan",
        "rujukan_gw_asal__rujukan_dikembalikan",
    } <= seen


def test_every_receiving_function_is_reached_by_some_scenario() -> None:
    assert {s.variables.get("rujukan_dituju") for s in SCENARIOS} >= {
        "piket_reskrim",
        "piket_narkoba",
        "piket_lantas",
    }
    decided = {row["rujukan_dituju"] for row in lp().decision("fungsi_penerima").rows}
    for element in ("pilih_fungsi", "alihkan"):
        assert decided == set(lp().form(element).fields["rujukan_dituju"].options)


def test_r49_r71_the_office_may_send_every_kind_of_matter_to_any_investigating_function() -> None:
    table = lp().decision("fungsi_penerima")
    for role in configuration_shapes.INVESTIGATORS:
        assert (
            table.evaluate({"rute_laporan": role, "jenis_perkara": "narkotika"})[0][
                "rujukan_dituju"
            ]
            == role
        )
    (by_the_table,) = table.evaluate({"rute_laporan": "", "jenis_perkara": "narkotika"})
    assert by_the_table["rujukan_dituju"] == "piket_narkoba"
    kinds = lp().form("kejadian").fields["jenis_perkara"].options
    assert {f"rute_laporan.{kind}" for kind in kinds} == {
        key for key in configuration.SEED if key.startswith("rute_laporan.")
    }


def test_requirements_of_the_report_are_carried_by_elements() -> None:
    carried = {clause for element in lp().elements.values() for clause in element.clauses}
    assert {f"R{number}" for number in range(42, 53)} | {
        "R71",
        "R69",
        "R13",
        "R29",
        "R38",
    } <= carried
    assert {clause for scenario in SCENARIOS for clause in scenario.clauses} <= carried


def test_r45_identity_is_asked_before_the_matter() -> None:
    order = completed(next(s for s in SCENARIOS if s.file.endswith("diterima_model_b.yaml")))
    assert order[:3] == ["terima_pelapor", "identitas", "kejadian"]


def test_r46_derived_steps_are_those_that_can_be_switched_and_say_so() -> None:
    assert (
        set(configuration_shapes.DERIVED_STEPS["lp"])
        == DERIVED
        == set(configuration.SEED["lp.langkah_turunan"])
    )
    assert lp().initial["langkah_turunan"] == configuration.SEED["lp.langkah_turunan"]
    marked = set(
        re.findall(
            r'<bpmn:userTask id="(\w+)"[^>]*>\s*<bpmn:documentation>\(turunan\)', lp().bpmn_xml
        )
    )
    assert marked == DERIVED
    for element in DERIVED:
        assert "R46" in lp().elements[element].clauses


def test_r46_without_derived_steps_none_of_them_is_done() -> None:
    bare = next(s for s in SCENARIOS if s.file.endswith("tanpa_langkah_turunan.yaml"))
    assert not DERIVED & {*completed(bare)}


def test_r48_who_records_or_reviews_does_not_decide() -> None:
    barred = set(lp().elements["putuskan_laporan"].properties["fourEyes"].split())
    assert {"identitas", "kejadian", "kronologi", "bukti_saksi", "riwayat", "kajian_awal"} <= barred
    assert lp().elements["putuskan_laporan"].role == "pamapta"


def test_r48_no_report_without_its_receipt() -> None:
    (after,) = MODEL.outgoing["terbitkan_lp"]
    assert after.target == "terbitkan_sttlp"
    assert [flow.source for flow in MODEL.incoming["terbitkan_sttlp"]] == ["terbitkan_lp"]
    (after,) = MODEL.outgoing["batalkan_lp"]
    assert after.target == "batalkan_sttlp"
    for scenario in SCENARIOS:
        assert ("lp" in (scenario.letters or ())) == ("sttlp" in (scenario.letters or ()))


@pytest.mark.parametrize(
    ("letter", "signing", "field"),
    [
        ("lp", "tanda_tangan", "cara_tanda_tangan"),
        ("sttlp", "tanda_tangan", "cara_tanda_tangan"),
        ("skpl", "tanda_tangan_penolakan", "tanda_tangan_pejabat"),
    ],
)
def test_r48_who_stands_on_a_letter_is_who_signs_it(letter: str, signing: str, field: str) -> None:
    named = lp().letter(letter).meta["written_by"]
    assert lp().form(signing).fields[field].only_by == named
    assert lp().elements[signing].properties["assign"] == named


def test_r48_only_an_explicit_decision_accepts_or_refuses() -> None:
    conditions = {flow.target: flow.condition for flow in MODEL.outgoing["gw_keputusan"]}
    assert conditions == {
        "gabung_bagian": None,
        "terbitkan_skpl": 'keputusan == "tolak"',
        "gw_bacakan": 'keputusan == "terima"',
    }


def test_r48_a_refusal_needs_a_ground_and_written_reasons() -> None:
    form = lp().form("putuskan_laporan")
    for name in ("dasar_penolakan", "alasan_penolakan"):
        assert form.fields[name].required
    assert "kurang_bukti" not in form.fields["dasar_penolakan"].options


def test_r49_the_receiving_function_has_its_tasks_in_its_own_inbox() -> None:
    received = {
        e.id for e in USER_TASKS.values() if e.properties.get("roleFrom") == "rujukan_dituju"
    }
    assert received == {"kajian_awal", "periksa_pelapor", "tindak_lanjut"}


@pytest.mark.parametrize("role", ["piket_reskrim", "piket_narkoba", "piket_lantas"])
def test_r49_the_referral_goes_where_the_report_belongs_and_the_need_is_not_asked_again(
    role: str,
) -> None:
    asked = {"rujukan_layanan": lp().initial["rujukan_layanan"], "rujukan_dituju": role}
    (row,) = (
        lp()
        .decision("tujuan_layanan")
        .evaluate({**asked, "rujukan_perkara": None, "rujukan_rute": ""})
    )
    assert (row["rujukan_fungsi"], row["rujukan_sasaran"]) == (role, "fungsi")
    assert (
        lp()
        .decision("biaya_layanan")
        .evaluate({"rujukan_layanan": asked["rujukan_layanan"]})[0]["gratis"]
    )
    assert not [s.file for s in SCENARIOS if "rujukan_keperluan" in completed(s)]


def test_r49_only_an_acceptance_leads_to_the_examination_and_every_other_answer_to_another_function() -> (  # noqa: E501 - a sentence
    None
):
    conditions = {flow.target: flow.condition for flow in MODEL.outgoing["gw_rujuk"]}
    assert conditions == {"periksa_pelapor": 'rujukan_jawaban == "terima"', "alihkan": None}
    assert [flow.target for flow in MODEL.outgoing["alihkan"]] == ["gabung_rujuk"]


def test_r49_fourteen_days_hold_for_the_hand_off_too_not_only_for_what_was_accepted() -> None:
    assert MODEL.nodes["tindak_lanjut_lambat"].attached_to == "penyerahan"
    assert {MODEL.nodes[name].parent for name in ("rujuk", "periksa_pelapor", "tindak_lanjut")} == {
        "penyerahan"
    }
    start = MODEL.nodes["mulai_jam_tindak_lanjut"]
    assert start.parameters["at"] == "handed_over_at"
    assert [flow.source for flow in MODEL.incoming["mulai_jam_tindak_lanjut"]] == ["gw_diterima"]


def test_r51_r79_the_desk_asks_for_no_details_of_a_levy_which_becomes_a_case_of_propam_alone() -> (
    None
):
    for element in ("serahkan", "serahkan_penolakan"):
        form = lp().form(element)
        assert form.fields["diminta_bayar"].control
        assert not {name for name in form.fields if re.search(r"jumlah|kepada|pungutan", name)}
    begun = MODEL.nodes["teruskan_pungutan"]
    assert begun.parameters["process"] == '"complaint"'
    assert (begun.properties["beginsWith"], begun.properties["handsOver"]) == (
        "dari_pelayanan",
        "identitas",
    )
    people = {
        e.id
        for e in lp().elements.values()
        if e.kind == "userTask" and e.role in {"petugas", "pamapta"}
    }
    later = {"alihkan", "pilih_fungsi", *(name for name in people if name.startswith("rujukan_"))}
    assert set(begun.properties["keepsOut"].split()) == people - later, (
        "who served, judged or signed"
    )
    assert "piket_propam" not in {element.role for element in lp().elements.values()}


def test_r52_the_clock_runs_from_arrival_to_the_handed_over_paper() -> None:
    start = MODEL.nodes["mulai_jam_lp"]
    assert (start.parameters["clock"], start.parameters["at"]) == ('"pembuatan_lp"', "arrived_at")
    stops = {
        n.id
        for n in MODEL.nodes.values()
        if n.operation == "stop_clock"
        and "pembuatan" in n.parameters["clock"]
        and n.properties.get("edge") != "pengesahan"  # only where the office has chosen it
    }
    assert {flow.source for stop in stops for flow in MODEL.incoming[stop]} == {
        "serahkan",
        "serahkan_penolakan",
    }
    assert configuration.SEED["target.pembuatan_lp"] == 20
    assert configuration.SEED["target.tindak_lanjut_lp"] == 14 * 24 * 60


def test_r23_everything_that_tells_who_somebody_is_is_sealed() -> None:
    assert all(field.personal for field in lp().form("identitas").fields.values())
    for form in OWN_FORMS:
        for field in form.fields.values():
            if (
                re.match(r"(nama_|nik$|alamat|telepon|surel|tanda_tangan)", field.name)
                or field.widget == "textarea"
            ):
                assert field.personal, f"{form.element}.{field.name}"
            if field.personal == "catatan" and field.widget == "textarea":
                assert "Jangan menulis nama atau NIK" in field.help, f"{form.element}.{field.name}"


def test_the_identity_has_the_fields_of_the_sktlk_so_that_it_carries_over() -> None:
    assert lp().form("identitas").schema == sktlk().form("identitas").schema
    groups = {name: field.personal for name, field in lp().form("identitas").fields.items()}
    assert groups == {
        name: field.personal for name, field in sktlk().form("identitas").fields.items()
    }
