"""The referral process as delivered: routing, scenarios, who is told, what is sealed, what is said
about fees.
"""

import re
from datetime import timedelta
from typing import Any

import pytest

from tests.unit.engine.folder import Folder
from tests.unit.engine.play import Play
from tests.unit.processes.flows import taken
from tests.unit.processes.folder import referral
from workflow_app.engine import rehearsal
from workflow_app.engine.linting.linter import lint
from workflow_app.engine.model import read_model
from workflow_app.engine.process_folders import Complete, Scenario, read_scenarios
from workflow_app.permissions import ROLES
from workflow_app.services.office_settings import configuration, configuration_shapes

SCENARIOS = read_scenarios(referral().files)
ROUTES = {
    ("sim", None): "piket_lantas",
    ("stnk", None): "piket_lantas",
    ("skck", None): "piket_intelkam",
    ("sttp", None): "piket_intelkam",
    ("skld", None): "piket_intelkam",
    ("keramaian", None): "piket_intelkam",
    ("jasa_pengamanan", None): "piket_binmas",
    ("binmas", None): "piket_binmas",
    ("perkara", "umum"): "piket_reskrim",
    ("perkara", "narkoba"): "piket_narkoba",
    ("perkara", "lalu_lintas"): "piket_lantas",
    ("sp2hp", "umum"): "piket_reskrim",
    ("sp2hp", "narkoba"): "piket_narkoba",
    ("sp2hp", "lalu_lintas"): "piket_lantas",
    ("instansi", None): "",
}
OFFICIAL_FEES = {"sim", "stnk", "skck"}


def route(
    service: str, matter: str | None = None, chosen: str | None = None, told: str = ""
) -> dict[str, Any]:
    table = referral().decision("tujuan_layanan")
    asked = {
        "rujukan_rute": told,
        "rujukan_layanan": service,
        "rujukan_perkara": matter,
        "rujukan_dituju": chosen,
    }
    (row,) = table.evaluate(asked)
    return row


def fee(service: str) -> dict[str, Any]:
    (row,) = referral().decision("biaya_layanan").evaluate({"rujukan_layanan": service})
    return row


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.file)
def test_the_scenario_ends_as_it_says(scenario: Scenario) -> None:
    rehearsal.rehearse(referral(), scenario)


def test_every_flow_is_taken_by_a_scenario(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: set[str] = set()
    for scenario in SCENARIOS:
        with monkeypatch.context() as patch:
            seen.update(taken(referral(), scenario, patch))
    drawn = {flow.id for flow in read_model(referral().files["process.bpmn"]).flows}
    only_when_called = {
        "rujukan_gw_mandiri__rujukan_gw_diketahui",
        "rujukan_gw_diketahui__rujukan_gabung_keperluan",
        "rujukan_gw_diketahui__rujukan_gabung_tujuan",
        "rujukan_gw_asal__rujukan_dikembalikan",
        "rujukan_gw_arsip__rujukan_kembali",
    }
    assert drawn - seen == only_when_called


def caller() -> Folder:
    """A process that takes something in and refers it."""
    folder = (
        Folder(
            key="aduan",
            process_properties={
                "initial": (
                    '{"mandiri": false, "rujukan_ditentukan": false, "rujukan_layanan": null}'
                )
            },
        )
        .start()
        .user("terima")
        .inside("layanan")
        .start("mulai_layanan")
        .add("callActivity", "rujuk", attributes={"calledElement": "referral"}, clause="R26")
        .end("layanan_selesai", None)
        .flow("mulai_layanan", "rujuk", "layanan_selesai")
        .outside()
        .message("batal", "pembatalan", on="layanan")
        .end("dibatalkan", "dibatalkan")
        .user("tutup")
        .end("dirujuk", "dirujuk")
        .flow("mulai", "terima", "layanan", "tutup", "dirujuk")
        .flow("batal", "dibatalkan")
    )
    folder.extra |= {
        f"called/referral/{name}": content for name, content in referral().files.items()
    }
    return folder


def test_another_process_may_call_it() -> None:
    assert lint(caller().files(), set(ROLES)) == []


def test_called_nobody_is_received_twice_nothing_is_archived_and_the_caller_goes_on() -> None:
    play = Play(caller()).done("terima")
    assert (play.open, play.waiting) == (["rujukan_keperluan"], [])
    play.done("rujukan_keperluan", rujukan_layanan="skck").resolve("read_route", "")
    play.done("rujukan_cara", rujukan_cara="antar")
    play.done("rujukan_antar", rujukan_serah_at=play.now.isoformat()).done("rujukan_beri_tahu")
    due = (play.now + timedelta(minutes=30)).isoformat()
    play.resolve("stop_clock").resolve("send_message").resolve("start_clock", due)
    assert [(task.element, task.lane) for task in play.step.open_tasks] == [
        ("rujukan_terima", "piket_intelkam")
    ]
    play.after(minutes=31).resolve("send_message")
    assert play.open == ["rujukan_terima", "rujukan_eskalasi"]
    play.done("rujukan_terima", rujukan_jawaban="kembalikan").resolve("stop_clock")
    assert play.open == ["rujukan_keperluan"]
    play.done("rujukan_keperluan", rujukan_layanan="sim").resolve("read_route", "")
    play.done("rujukan_cara", rujukan_cara="antar")
    play.done("rujukan_antar", rujukan_serah_at=play.now.isoformat()).done("rujukan_beri_tahu")
    again = (play.now + timedelta(minutes=30)).isoformat()
    play.resolve("stop_clock").resolve("send_message").resolve("start_clock", again)
    assert play.after(minutes=29).open == ["rujukan_terima"], (
        "the second round has a clock of its own"
    )
    assert play.after(minutes=2).resolve("send_message").open == [
        "rujukan_terima",
        "rujukan_eskalasi",
    ]
    play.done("rujukan_terima", rujukan_jawaban="terima")
    assert play.resolve("stop_clock").resolve("send_message").open == ["tutup"]
    assert play.done("tutup").step.outcome == "dirujuk"


def test_called_it_is_cancelled_with_the_process_that_calls_it() -> None:
    play = Play(caller()).done("terima").done("rujukan_keperluan", rujukan_layanan="skck")
    play.resolve("read_route", "")
    assert play.hear("pembatalan").step.outcome == "dibatalkan"
    assert play.open == []


def test_ids_and_control_variables_cannot_meet_those_of_a_caller() -> None:
    ids = {element.id for element in referral().elements.values()}
    assert {name for name in ids if not name.startswith("rujukan_")} == set()
    control = {
        f.name for form in referral().forms.values() for f in form.fields.values() if f.control
    }
    assert {name for name in control if not name.startswith("rujukan_")} == {"arrived_at"}


@pytest.mark.parametrize(("asked", "role"), ROUTES.items())
def test_r70_to_r73_the_table_sends_each_service_to_the_function_of_the_sop(
    asked: tuple[str, str | None], role: str
) -> None:
    found = route(*asked)
    assert found["rujukan_fungsi"] == role
    assert found["rujukan_sasaran"] == ("fungsi" if role else "instansi")
    assert found["tujuan"]
    assert found["klausul"]


@pytest.mark.parametrize("role", configuration_shapes.RECEIVERS)
def test_r70_to_r73_the_office_may_send_any_need_to_any_receiving_function(role: str) -> None:
    found = route("sim", told=role)
    assert (found["rujukan_fungsi"], found["rujukan_sasaran"]) == (role, "fungsi")
    assert (
        found["tujuan"]
        == referral().form("rujukan_keperluan").fields["rujukan_dituju"].options[role]
    )


def test_the_needs_of_the_configuration_are_those_that_the_table_decides() -> None:
    decided = {"_".join(filter(None, need)) for need, role in ROUTES.items() if role}
    assert {f"rute_rujukan.{need}" for need in decided} == {
        key for key in configuration.SEED if key.startswith("rute_rujukan.")
    }


def test_every_service_of_the_form_has_a_row_of_its_own() -> None:
    offered = set(referral().form("rujukan_keperluan").fields["rujukan_layanan"].options)
    assert "laporan" not in offered, "only a police report says so"
    assert offered == {service for service, _ in ROUTES} | {"lainnya"}
    for chosen in referral().form("rujukan_keperluan").fields["rujukan_dituju"].options:
        assert route("lainnya", chosen=chosen)["rujukan_fungsi"] == chosen


def test_r17_r26_a_theft_in_the_area_of_a_polsek_is_forwarded_in_writing_because_it_has_no_inbox_here() -> (  # noqa: E501 - a sentence
    None
):
    found = route("laporan", chosen="polsek")
    assert (found["rujukan_fungsi"], found["rujukan_sasaran"]) == ("", "instansi")
    assert found["tujuan"] == "Polsek setempat"


def test_r79_nothing_here_leads_to_propam_because_a_referral_has_no_wall() -> None:
    need = referral().form("rujukan_keperluan").fields
    assert "Pengaduan masyarakat" in need["rujukan_layanan"].help
    offered = {
        name
        for form in referral().forms.values()
        for field in form.fields.values()
        for name in field.options
    }
    assert offered & {"anggota", "piket_propam"} == set()
    assert "piket_propam" not in {
        row["rujukan_fungsi"] for row in referral().decision("tujuan_layanan").rows
    }


def test_r69_only_what_spkt_does_itself_is_called_free() -> None:
    for row in referral().decision("biaya_layanan").rows:
        says_free = re.search(r"gratis|Rp0|tidak dipungut biaya", row["kalimat_biaya"]) is not None
        assert says_free == row["gratis"], row["rujukan_layanan"]
    assert {key for key in OFFICIAL_FEES if "PNBP" not in fee(key)["kalimat_biaya"]} == set()
    assert {service for service, _ in ROUTES if fee(service)["gratis"]} == {"perkara"}


def test_no_words_of_the_process_promise_a_free_service_elsewhere() -> None:
    for form in referral().forms.values():
        for field in form.fields.values():
            assert not re.search(r"gratis|Rp0", f"{field.title} {field.help} {field.options}"), (
                field.name
            )
        assert not re.search(r"gratis|Rp0", f"{form.intro} {form.next} {form.summary} {form.slip}")
    assert not re.search(r"gratis|Rp0", referral().letter("rujukan").html)


def test_r27_no_way_to_the_end_passes_by_telling_the_citizen() -> None:
    model = read_model(referral().files["process.bpmn"])
    reached, queue = set(), ["rujukan_awal"]
    while queue:
        node = queue.pop()
        if node not in reached and node != "rujukan_beri_tahu":
            reached.add(node)
            queue += [flow.target for flow in model.outgoing[node]]
    assert "rujukan_penerimaan" not in reached
    assert "rujukan_pelayanan_selesai" not in reached
    assert referral().form("rujukan_beri_tahu").schema["required"][:3] == [
        "diberitahu_at",
        "cara_diberitahu",
        "isi_pemberitahuan",
    ]


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.file)
def test_r27_who_is_referred_again_is_told_again(scenario: Scenario) -> None:
    done = [step.element for step in scenario.steps if isinstance(step, Complete)]
    handed_over = done.count("rujukan_antar") + done.count("rujukan_kirim")
    void = sum(
        isinstance(step, Complete) and step.answers.get("rujukan_isi_surat") == "salah"
        for step in scenario.steps
    )
    assert done.count("rujukan_beri_tahu") == handed_over - void


def test_r26_the_only_way_to_a_number_is_an_approval_by_another_person() -> None:
    model = read_model(referral().files["process.bpmn"])
    (way,) = model.incoming["rujukan_terbitkan"]
    assert (way.source, way.condition) == (
        "rujukan_gw_persetujuan",
        'rujukan_persetujuan == "setuju"',
    )
    barred = referral().elements["rujukan_persetujuan"].properties["fourEyes"].split()
    assert set(barred) == {"rujukan_keperluan", "rujukan_cara", "rujukan_penerusan"}


def test_r23_who_the_citizen_is_lies_sealed_and_the_receiving_function_is_not_told() -> None:
    for form in referral().forms.values():
        for field in form.fields.values():
            if re.match(r"(nama|nik|alamat|telepon|surel)", field.name):
                assert field.personal in ("identitas", "kontak"), f"{form.element}.{field.name}"
            if field.widget == "textarea":
                assert field.personal == "catatan", f"{form.element}.{field.name}"
    told = " ".join(referral().form("rujukan_terima").summary)
    assert "rujukan_identitas" not in told
    assert "rujukan_penerusan.nama" not in told


def test_notes_that_others_read_ask_for_no_name() -> None:
    for form in referral().forms.values():
        for field in form.fields.values():
            if (
                field.personal == "catatan"
                and field.widget == "textarea"
                and field.name != "daftar_berkas"
            ):
                assert "Jangan menulis nama atau NIK" in field.help, f"{form.element}.{field.name}"


def test_every_requirement_a_scenario_names_is_carried_by_an_element() -> None:
    carried = {clause for element in referral().elements.values() for clause in element.clauses}
    assert {clause for scenario in SCENARIOS for clause in scenario.clauses} <= carried
    assert {"R26", "R27", "R31", "R66", "R67", "R68", "R69", "R70", "R71", "R72", "R73"} <= carried


def test_forms_speak_in_sentences() -> None:
    for form in referral().forms.values():
        for text in (form.intro, form.next):
            assert text.endswith("."), form.element
