"""Requests between functions as delivered: who is asked, who answers, who is told when it is late
(R14, R74 to R79).
"""

import re
from typing import Any

import pytest

from tests.unit.processes.flows import reachable
from tests.unit.processes.folder import htck
from tests.unit.processes.sheet import TAIL, filled, text
from workflow_app.engine.model import read_model
from workflow_app.engine.process_folders import Complete, Scenario, read_scenarios
from workflow_app.engine.rehearsal import rehearse
from workflow_app.permissions import ROLES, UNITS
from workflow_app.services.office_settings import configuration, configuration_shapes

SCENARIOS = read_scenarios(htck().files)
USER_TASKS = {
    element.id: element for element in htck().elements.values() if element.kind == "userTask"
}
RECEIVERS = {
    "kerusakan": "sarpras", "pengadaan": "sarpras", "pengaturan": "piket_lantas",
    "pengawalan": "piket_lantas",
    "pengamanan": "piket_samapta", "tindak_lanjut_wasrik": "siwas", "pelaksanaan_wasrik": "siwas",
    "pelayanan": "bag_ops",
    "laporan": "bag_ops", "anggaran": "bag_ren", "tata_kerja": "bag_ren", "karier": "bag_sumda",
    "personel": "bag_sumda",
    "psikologi": "bag_sumda", "perawatan": "bag_sumda", "anggota": "piket_propam",
    "propam_lain": "piket_propam",
}  # fmt: skip
"""What SPKT asks, and of whom (SOP II.3, V.2.a to f)."""
COMING_IN = set(htck().form("minta_fungsi").fields["jenis_htck"].options)
HELP = {"pengaturan", "pengawalan", "pengamanan"}


def receiver(kind: str, told: str = "") -> dict[str, Any]:
    (row,) = htck().decision("tujuan_htck").evaluate({"htck_rute": told, "jenis_htck": kind})
    return dict(row)


def rule(role: str, kind: str) -> dict[str, Any]:
    (row,) = htck().decision("aturan_htck").evaluate({"pemohon": role, "jenis_htck": kind})
    return dict(row)


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.file)
def test_the_scenario_ends_as_it_says(scenario: Scenario) -> None:
    rehearse(htck(), scenario)


def test_every_step_is_done_in_a_scenario() -> None:
    played = {step.element for one in SCENARIOS for step in one.steps if isinstance(step, Complete)}
    assert played == {*USER_TASKS}


@pytest.mark.parametrize(("kind", "role"), RECEIVERS.items())
def test_r14_r74_to_r79_the_table_sends_each_request_to_the_unit_of_the_sop(
    kind: str, role: str
) -> None:
    found = receiver(kind)
    assert found["penerima"] == role
    assert found["satuan"]
    assert re.fullmatch(r"SOP (II\.3|V\.2\.[a-f](\.\d)?)", found["dasar_tujuan"])


def test_every_kind_that_can_be_chosen_has_a_row_and_a_key_of_the_configuration() -> None:
    assert set(htck().form("minta").fields["jenis_htck"].options) == {*RECEIVERS}
    assert {f"rute_htck.{kind}" for kind in {*RECEIVERS} | COMING_IN} == {
        key for key in configuration.SEED if key.startswith("rute_htck.")
    }


@pytest.mark.parametrize("kind", sorted(COMING_IN))
def test_r74_to_r78_what_others_ask_of_spkt_ka_spkt_receives(kind: str) -> None:
    assert receiver(kind)["penerima"] == "ka_spkt"


@pytest.mark.parametrize("role", [*configuration_shapes.ASKED, *configuration_shapes.ASKED_OF_SPKT])
def test_the_office_may_send_a_request_to_any_role_that_its_configuration_takes(role: str) -> None:
    assert receiver("laporan", role)["penerima"] == role


@pytest.mark.parametrize("role", sorted(UNITS | {"piket_propam"}))
def test_r74_to_r78_who_asks_spkt_is_answered_in_writing_and_the_leadership_watches(
    role: str,
) -> None:
    assert rule(role, "masuk_temuan") == {
        "htck_surat": "jawaban",
        "atasan": "pimpinan",
        "htck_jam": "penerimaan_htck",
    }


@pytest.mark.parametrize("kind", sorted(RECEIVERS))
def test_a_letter_of_spkt_is_approved_unless_ka_spkt_asks_and_help_and_defects_need_none(
    kind: str,
) -> None:
    is_at_once = kind in HELP | {"kerusakan", "anggota"}
    for role, how in (("petugas", "setujui"), ("pamapta", "setujui"), ("ka_spkt", "terbit")):
        assert rule(role, kind)["htck_surat"] == ("tidak" if is_at_once else how)
        assert (rule(role, kind)["htck_jam"] == "penerimaan_bantuan") == (kind in HELP)


def test_who_asks_does_not_approve_and_no_letter_goes_out_without_ka_spkt() -> None:
    assert USER_TASKS["setujui"].role == "ka_spkt"
    assert USER_TASKS["setujui"].properties["fourEyes"] == "minta"
    ways = read_model(htck().files["process.bpmn"]).outgoing["gw_surat"]
    assert {flow.target: flow.condition for flow in ways} == {
        "setujui": 'htck_surat == "setujui"',
        "gabung_terbit": 'htck_surat == "terbit"',
        "gabung_serah": None,
    }


@pytest.mark.parametrize("step", ["terima", "jawab", "tutup"])
def test_no_request_ends_well_without_acceptance_answer_and_the_word_of_who_asked(
    step: str,
) -> None:
    assert "sudah_selesai" in reachable(htck(), "awal")
    assert "sudah_selesai" not in reachable(htck(), "awal", without={step})


def test_the_answer_goes_back_to_the_role_that_asked_and_only_the_receiver_is_handed_the_case() -> (
    None
):
    for element, variable in (("minta", "pemohon"), ("tutup", "pemohon"), ("terima", "penerima"),
    ("jawab", "penerima")):  # fmt: skip
        assert USER_TASKS[element].properties["roleFrom"] == variable
        assert USER_TASKS[element].is_hand_off == (variable == "penerima")
    assert USER_TASKS["terima"].properties["handBack"] == "jawaban_terima=kembalikan"
    assert htck().started_as == "pemohon"
    assert set(htck().started_by) == UNITS | {"ka_spkt", "pamapta", "petugas", "piket_propam"}
    assert {*htck().started_by} <= {*ROLES}


def test_r79_a_matter_of_a_member_is_walled_off_before_anybody_else_is_asked_and_then_propam_s_alone() -> (  # noqa: E501 - a sentence
    None
):
    for element in ("minta", "minta_fungsi"):
        field = htck().form(element).fields["yang_bersangkutan"]
        assert (field.widget, field.personal) == ("members", "uraian")
    others = {e.id for e in USER_TASKS.values() if e.role != "piket_propam"} - {
        "minta",
        "minta_fungsi",
    }
    assert not others & reachable(htck(), "minta", without={"batasi_minta"})
    assert not others & reachable(htck(), "minta_fungsi", without={"batasi_fungsi"})
    after = {e for e in reachable(htck(), "khususkan") if e in USER_TASKS}
    assert after == {"terima_propam", "hasil_propam"}


def test_what_is_asked_is_never_open_and_steers_nothing() -> None:
    for form in htck().forms.values():
        for field in form.fields.values():
            if field.widget in ("text", "textarea") and field.name not in ("kode_barang", "letak",
                "tempat_kegiatan", "sampai_jam", "nomor_temuan", "nomor_surat_asal",
                "nomor_propam"):  # fmt: skip
                assert field.personal, field.name
            assert not (field.personal and field.control), field.name


SIGNATORY = {
    "atas_nama": "a.n. KEPALA KEPOLISIAN RESOR HULU SUNGAI SELATAN", "jabatan": "KA SPKT",
    "nama": "CONTOH PEJABAT, S.H.", "pangkat": "INSPEKTUR POLISI DUA", "nrp": "00000000",
}  # fmt: skip
RULE = "SOP-SPKT-01 (Januari 2025) bab V.2 tentang hubungan tata cara kerja (HTCK)."
ASKED = {
    "jenis_htck": "tindak_lanjut_wasrik", "perihal": "Bukti tindak lanjut <b>temuan</b>",
    "nomor_temuan": "3",
    "isi_permintaan": "Mohon pemeriksaan bukti.\nBukti terlampir.",
    "dibutuhkan_sampai": "2026-11-30",
}  # fmt: skip


def letter(kind: str, answers: dict[str, Any], **more: Any) -> str:
    told = {
        "nomor": f"ND/7/{TAIL}",
        "penandatangan": SIGNATORY,
        "ketentuan": [RULE],
        "kepada": "Siwas",
    }
    return filled(htck(), kind, answers, **{**told, **more})


def test_r74_the_request_says_to_whom_from_whom_what_and_until_when() -> None:
    words = text(letter("nota_dinas", {"minta": ASKED}))
    for part in (
        "NOTA DINAS", f"ND/7/{TAIL}", "Kepada : Yth. Siwas", "Dari : KA SPKT",
        "Perihal : Bukti tindak lanjut &lt;b&gt;temuan",
        "Tindak lanjut temuan pengawasan (wasrik)", "Mohon pemeriksaan bukti.", "temuan nomor 3",
        "30 November 2026", RULE,
        "CONTOH PEJABAT, S.H.",
    ):  # fmt: skip
        assert part in words
    assert "temuan nomor" not in text(letter("nota_dinas", {"minta": {k: v for k,
        v in ASKED.items() if k != "nomor_temuan"}}))  # fmt: skip


@pytest.mark.parametrize(("result", "words"), [("dipenuhi", "dipenuhi seluruhnya"), ("sebagian",
    "dipenuhi sebagian"), ("tidak", "tidak dapat dipenuhi")])  # fmt: skip
def test_r74_the_answer_names_the_letter_it_answers_and_what_came_of_it(
    result: str, words: str
) -> None:
    asked = {**ASKED, "jenis_htck": "masuk_temuan", "nomor_surat_asal": "ND/CONTOH/1",
        "tanggal_surat_asal": "2026-11-20"}  # fmt: skip
    answered = {"hasil_jawaban": result, "isi_jawaban": "Buku mutasi sudah ditandatangani."}
    found = text(letter("nota_dinas_jawaban", {"minta_fungsi": asked, "jawab": answered}))
    for part in ("Jawaban: Bukti", "surat nomor ND/CONTOH/1 tanggal 20 November 2026",
    "temuan nomor 3", f"permintaan itu {words}", "Buku mutasi sudah"):  # fmt: skip
        assert part in found
    plain = {k: v for k, v in asked.items() if "surat_asal" not in k and k != "nomor_temuan"}
    assert "surat nomor" not in text(
        letter("nota_dinas_jawaban", {"minta_fungsi": plain, "jawab": answered})
    )
