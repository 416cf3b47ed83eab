"""Calls to a scene as delivered: scenarios, roles, stages, privacy and the sentences of the
forms.
"""

import re
from datetime import UTC, datetime
from itertools import pairwise

import pytest

from tests.unit.processes.folder import lp, tkp_dispatch
from workflow_app.engine import forms
from workflow_app.engine.model import read_model
from workflow_app.engine.process_folders import Complete, Scenario, read_scenarios
from workflow_app.engine.rehearsal import rehearse
from workflow_app.permissions import FIELD_ROLES
from workflow_app.services.reporting.dispatches import ACKNOWLEDGED_IN, ARRIVAL, CALL, DONE, STAGES

SCENARIOS = read_scenarios(tkp_dispatch().files)
CALLED = ("reskrim", "narkoba", "lantas", "intelkam", "samapta", "binmas")
"""R61: the functions that can be called up."""


def completed(scenario: Scenario) -> list[str]:
    return [step.element for step in scenario.steps if isinstance(step, Complete)]


def user_tasks() -> dict[str, str]:
    return {e.id: e.role for e in tkp_dispatch().elements.values() if e.kind == "userTask"}


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.file)
def test_the_scenario_ends_as_it_says(scenario: Scenario) -> None:
    rehearse(tkp_dispatch(), scenario)


def test_every_step_is_done_in_a_scenario_and_every_function_is_also_left_out_in_one() -> None:
    played = [completed(scenario) for scenario in SCENARIOS if scenario.outcome == "selesai"]
    assert {element for steps in played for element in steps} == set(user_tasks())
    for function in CALLED:
        assert any(f"terima_{function}" in steps for steps in played)
        assert any(f"terima_{function}" not in steps for steps in played)


def test_every_requirement_a_scenario_names_is_carried_by_an_element() -> None:
    carried = {clause for element in tkp_dispatch().elements.values() for clause in element.clauses}
    assert {clause for scenario in SCENARIOS for clause in scenario.clauses} <= carried
    assert {f"R{number}" for number in range(58, 66)} <= carried


def test_r61_a_function_is_asked_to_acknowledge_when_it_was_called_up() -> None:
    model = read_model(tkp_dispatch().files["process.bpmn"])
    offered = tkp_dispatch().form("panggil_fungsi").fields["fungsi"].options
    assert set(offered) == {f"piket_{function}" for function in CALLED}
    for function in CALLED:
        (way,) = model.incoming[f"terima_{function}"]
        assert (way.source, way.condition) == (f"gw_{function}", f'"piket_{function}" in fungsi')
        assert user_tasks()[f"terima_{function}"] == f"piket_{function}"


def test_r62_r65_the_leader_is_told_of_the_call_and_of_the_result() -> None:
    assert {e for e, role in user_tasks().items() if role == "pimpinan"} == {
        "terima_pimpinan",
        "terima_hasil",
    }


def test_r63_the_way_to_the_scene_waits_for_nobody() -> None:
    """Neither acknowledgements nor APP nor the name of the caller stand between the call-up and the
    departure.
    """
    model = read_model(tkp_dispatch().files["process.bpmn"])
    beside = {flow.target for flow in model.outgoing["bagi_tugas"]}
    assert beside == {"pemanggilan", "beri_app", "gw_identitas", "pergerakan"}


def test_r63_the_clock_runs_from_the_report_to_the_arrival_and_its_end_reaches_pamapta() -> None:
    elements = tkp_dispatch().elements
    assert set(elements["terima_laporan"].properties["startsClock"].split()) == set(ARRIVAL)
    assert set(elements["tiba"].properties["stopsClock"].split()) == set(ARRIVAL)
    model = read_model(tkp_dispatch().files["process.bpmn"])
    for timer, within, told in (
        ("terlambat_tiba", "pergerakan", ("kabari_terlambat", "catat_keterlambatan")),
        ("panggilan_terlambat", "pemanggilan", ("susulkan_panggilan",)),
    ):
        assert model.nodes[timer].attached_to == within
        assert not model.nodes[timer].is_interrupting
        for before, after in pairwise((timer, *told)):
            assert [flow.target for flow in model.outgoing[before]] == [after]
        assert elements[told[-1]].role == "pamapta"


def test_r63_the_desk_may_record_for_all_who_are_outside() -> None:
    for element in tkp_dispatch().elements.values():
        if element.kind == "userTask" and element.role in FIELD_ROLES:
            assert {"petugas", "pamapta"} <= set(element.properties["standIn"].split()), element.id


def test_r63_stages_take_one_press_of_a_button() -> None:
    """Everything that must be answered has an answer already."""
    for element in (
        "berangkat",
        "tiba",
        *(f"terima_{function}" for function in CALLED),
        "terima_pimpinan",
    ):
        form = tkp_dispatch().form(element)
        pressed = forms.visible(form, forms.defaults(form, datetime.now(UTC)))
        assert forms.validate(form, pressed) == {}, element


def test_r60_the_call_form_asks_what_where_when_and_what_is_dangerous() -> None:
    asked = tkp_dispatch().form(CALL).fields
    assert {
        "jenis_kejadian",
        "wilayah",
        "patokan",
        "koordinat",
        "tanggal_kejadian",
        "jam_kejadian",
    } <= asked.keys()
    assert {"bahaya", "korban", "senjata"} <= asked.keys()


def test_r59_the_call_up_waits_for_no_name_and_the_case_for_the_answer() -> None:
    """Whoever is still on the telephone is asked while the patrol drives; who hangs up is written
    down as such.
    """
    asked = tkp_dispatch().form(CALL)
    reasons = list(asked.fields["alasan_belum_lengkap"].options)
    assert reasons[0] == "masih_ditanyakan"
    model = read_model(tkp_dispatch().files["process.bpmn"])
    (way,) = model.incoming["lengkapi_identitas"]
    assert way.condition == 'alasan_belum_lengkap == "masih_ditanyakan"'
    assert [flow.source for flow in model.incoming["gw_identitas"]] == ["bagi_tugas"]
    later = tkp_dispatch().form("lengkapi_identitas")
    assert (
        forms.validate(later, {"hasil_identitas": "tidak_dapat", "alasan_tidak_dapat": "terputus"})
        == {}
    )
    assert set(forms.validate(later, {"hasil_identitas": "lengkap"})) == {
        "nama",
        "telepon",
        "alamat",
    }


def test_r60_who_goes_reads_where_and_when_it_is() -> None:
    for element in ("terima_samapta", "berangkat", "tiba", "beri_app", "terima_pimpinan"):
        summary = " ".join(tkp_dispatch().form(element).summary)
        for field in (
            "jenis_kejadian",
            "patokan",
            "koordinat",
            "bahaya",
            "senjata",
            "jam_kejadian",
        ):
            assert f"{{{CALL}.{field}}}" in summary, element


def test_r60_when_it_happened_goes_over_into_the_police_report() -> None:
    """The same questions in both, so that nobody is asked twice."""
    given, taken = tkp_dispatch().form(CALL).fields, lp().form("kejadian").fields
    for name in ("tanggal_kejadian", "jam_kejadian", "peristiwa"):
        assert given[name].widget == taken[name].widget


def test_r62_who_took_the_report_is_named_by_office_when_it_was_told_by_telephone_or_radio() -> (
    None
):
    field = tkp_dispatch().form("terima_pimpinan").fields["jabatan_penerima"]
    assert field.required
    assert field.visible_if is not None
    assert field.visible_if.values == ("radio",)


def test_r65_who_took_the_result_can_be_named_by_office_by_whoever_records_it_for_him() -> None:
    assert "pamapta" in tkp_dispatch().elements["terima_hasil"].properties["standIn"]
    assert "jabatan_penerima" in tkp_dispatch().form("terima_hasil").fields


def test_r64_no_form_has_a_field_for_money() -> None:
    for form in tkp_dispatch().forms.values():
        assert not {
            name for name in form.fields if re.search(r"bayar|tarif|biaya|pungutan", name)
        } - {
            "tanpa_biaya",
            "diminta_bayar",
        }
    assert tkp_dispatch().form("tptkp").fields["tanpa_biaya"].schema["const"] is True


def test_r64_r79_who_was_asked_for_money_at_the_scene_stops_no_step_and_reaches_propam_alone() -> (
    None
):
    """Everybody who may have asked is kept out; who told it is handed over, and nothing else of the
    call.
    """
    form = tkp_dispatch().form("tptkp")
    assert form.fields["diminta_bayar"].control
    assert (
        forms.validate(form, {"tindakan": ["saksi"], "diminta_bayar": "ya", "tanpa_biaya": True})
        == {}
    )
    begun = read_model(tkp_dispatch().files["process.bpmn"]).nodes["teruskan_pungutan"]
    assert begun.parameters["process"] == '"complaint"'
    assert (begun.properties["beginsWith"], begun.properties["handsOver"]) == (
        "dari_pelayanan",
        "tptkp",
    )
    people = {e.id for e in tkp_dispatch().elements.values() if e.kind == "userTask"}
    of_leader = {"terima_pimpinan", "terima_hasil"}
    assert set(begun.properties["keepsOut"].split()) == people - of_leader


def test_r59_who_called_is_sealed_and_what_the_patrol_needs_is_not() -> None:
    fields = tkp_dispatch().form("terima_laporan").fields
    assert {f.name for f in fields.values() if f.personal in ("identitas", "kontak")} == {
        "nama",
        "telepon",
        "alamat",
        "identitas_sebagian",
    }
    for form in tkp_dispatch().forms.values():
        for field in form.fields.values():
            if field.widget in ("text", "textarea"):
                assert field.personal, f"{form.element}.{field.name}"


def test_the_board_names_steps_of_this_process() -> None:
    elements = tkp_dispatch().elements
    assert {CALL, DONE, *STAGES} <= set(user_tasks())
    assert all("stage" in elements[element].properties for element in (CALL, DONE, *STAGES))
    assert elements[ACKNOWLEDGED_IN].kind == "subProcess"
