"""Complaints about members: who decides that one is, who loses sight of it, and where it goes (R79,
R51).
"""

import pytest

from tests.unit.processes.flows import reachable
from tests.unit.processes.folder import complaint
from workflow_app.domain import Answers, Variables
from workflow_app.engine import forms
from workflow_app.engine.model import read_model

REOPENED = "keterangan_propam"
"""Where a case begins that Propam takes up again, or that came of a levy."""
OWN = {
    element.id: element
    for element in complaint().elements.values()
    if not element.id.startswith("rujukan_")
}


def before(*without: str) -> set[str]:
    """Elements that can be reached without passing these, inside of subprocesses too; warnings on
    the side left out.
    """
    return reachable(complaint(), "pengaduan_masuk", without)


@pytest.mark.parametrize("chosen", ["sendiri", "anggota", "laporan_polisi", "luar"])
@pytest.mark.parametrize("kind", complaint().form("pokok_aduan").fields["golongan"].options)
def test_r79_whom_a_member_concerns_is_told_by_the_table_and_not_by_the_desk(
    kind: str, chosen: str
) -> None:
    """Whoever is named goes to Propam; attitude and levies are never kept by the desk, and
    elsewhere a second person sends them.
    """

    def way(is_named: bool) -> str:
        asked: Variables = {"golongan": kind, "anggota_disebut": is_named, "wewenang": chosen}
        (row,) = complaint().decision("jalur_pengaduan").evaluate(asked)
        return str(row["jalur"])

    expected = "propam" if chosen == "anggota" else chosen
    if chosen != "anggota" and kind in {"sikap", "pungutan"}:
        by_somebody_else = chosen == "luar" or (kind, chosen) == ("pungutan", "laporan_polisi")
        expected = "tegaskan" if by_somebody_else else "propam"
    assert (way(is_named=True), way(is_named=False)) == ("propam", expected)


def test_r79_who_is_complained_about_is_asked_of_everybody_and_the_wall_stands_before_anything_else() -> (  # noqa: E501 - a sentence
    None
):
    form = complaint().form("pokok_aduan")
    assert form.presence == {"anggota_disebut": ("yang_diadukan_uraian", "yang_diadukan")}
    assert [form.fields[name].visible_if for name in form.presence["anggota_disebut"]] == [
        None,
        None,
    ]
    assert set(form.presence["anggota_disebut"]).isdisjoint(form.schema["required"])
    model = read_model(complaint().files["process.bpmn"])
    (way,) = model.outgoing["pokok_aduan"]
    assert way.target == "batasi_yang_diadukan"
    assert model.nodes["batasi_yang_diadukan"].parameters == {
        "from_element": '"pokok_aduan"',
        "field": '"yang_diadukan"',
    }


def test_r79_a_second_person_says_with_a_reason_that_no_member_is_concerned() -> None:
    task = OWN["tegaskan_jalur"]
    assert task.role == "pamapta"
    assert {"pokok_aduan", "periksa_wewenang"} <= set(task.properties["fourEyes"].split())
    form = complaint().form("tegaskan_jalur")
    assert "sendiri" not in form.fields["jalur"].options
    assert set(forms.validate(form, {"jalur": "luar"})) == {"alasan_jalur"}
    assert forms.validate(form, {"jalur": "propam"}) == {}


def test_r79_what_turns_out_to_be_about_a_member_leaves_the_counter_with_everything_it_left_open() -> (  # noqa: E501 - a sentence
    None
):
    model = read_model(complaint().files["process.bpmn"])
    (way,) = model.incoming["serahkan_ke_propam"]
    assert (way.source, way.condition) == ("gw_penyelesaian", 'keputusan_selesai == "propam"')
    assert "terminateEventDefinition" in model.nodes["serahkan_ke_propam"].events
    assert (
        model.nodes["batasi_saat_diputus"].parameters["from_element"] == '"putuskan_penyelesaian"'
    )
    assert [flow.target for flow in model.outgoing["batasi_saat_diputus"]] == ["khususkan_propam"]
    form = complaint().form("putuskan_penyelesaian")
    assert set(forms.validate(form, {"keputusan_selesai": "propam"})) == {"yang_diadukan_uraian"}


def test_r79_r32_what_concerns_a_member_is_not_set_aside_at_the_counter() -> None:
    model = read_model(complaint().files["process.bpmn"])
    (way,) = model.incoming["putuskan_abaikan"]
    assert way.condition == 'anonim == "dapat_diabaikan" and jalur != "propam"'


def test_r51_r79_a_levy_told_at_another_desk_is_for_propam_before_anybody_has_a_task() -> None:
    model = read_model(complaint().files["process.bpmn"])
    (way,) = model.incoming["khususkan_pungutan"]
    assert (way.source, way.condition) == ("gw_asal", "dari_pelayanan")
    assert model.nodes["khususkan_pungutan"].parameters == {"role": '"piket_propam"'}
    started = model.nodes["mulai_jam_pungutan"].parameters
    assert started == {"clock": '"tanggapan_awal"'}, "it counts from the moment the desk was told"
    assert [flow.target for flow in model.outgoing["keterangan_propam"]] == ["batasi_keterangan"]
    assert complaint().form("keterangan_propam").fields["yang_diadukan"].widget == "members"


def test_r51_r79_a_levy_told_when_the_receipt_is_handed_over_stops_nothing_and_reaches_propam_alone() -> (  # noqa: E501 - a sentence
    None
):
    form = complaint().form("serahkan_tanda_terima")
    assert form.fields["diminta_bayar"].control
    given: Answers = {
        "delivered_at": "2026-11-23T09:00:00+08:00",
        "cara_serah": "cetakan",
        "dijelaskan": True,
    }
    assert forms.validate(form, {**given, "tanpa_biaya": True, "diminta_bayar": "ya"}) == {}
    model = read_model(complaint().files["process.bpmn"])
    begun = model.nodes["teruskan_pungutan"]
    assert (begun.properties["beginsWith"], begun.properties["handsOver"]) == (
        "dari_pelayanan",
        "identitas",
    )
    (way,) = model.outgoing["serahkan_tanda_terima"]
    assert way.target == "gw_diminta_bayar"
    served = before("serahkan_tanda_terima") & before("pengirim") - before("gw_langsung")
    kept_out = set(begun.properties["keepsOut"].split())
    assert {"identitas", "pokok_aduan", "baca_tanda_tangan", "serahkan_tanda_terima"} <= kept_out
    assert {name for name in served if OWN[name].kind == "userTask"} <= kept_out


def test_pitfall_4_r79_complaints_about_members_are_handled_by_propam_alone() -> None:
    after = before() - before("gw_propam", REOPENED)
    people = {OWN[element].role for element in after if OWN[element].kind == "userTask"}
    assert people == {"piket_propam"}
    of_propam = {e.id for e in OWN.values() if e.role == "piket_propam" and e.kind == "userTask"}
    assert of_propam - after == {"eskalasi_propam"}, "its own clock is on the side"


def test_r79_propam_may_have_tried_to_reach_who_was_asked_for_money_before_he_told_his_story() -> (
    None
):
    """A levy was told at the desk, and is received from then on; what is written down first by
    Propam is the story of it.
    """
    tried: Answers = {
        "accepted_at": "2026-11-24T08:30:00+08:00",
        "penyampaian": "tidak_mungkin",
        "tried_at": "2026-11-24T09:00:00+08:00",
        "alasan_tidak_mungkin": "Teleponnya tidak aktif, dua kali dicoba.",
    }
    at: Answers = {"received_at": "2026-11-24T10:00:00+08:00"}
    form = complaint().form("terima_propam")
    assert forms.validate(form, tried, None, {REOPENED: at}) == {}
    assert set(forms.validate(form, tried, None, {"terima_pengaduan": at})) == {
        "accepted_at",
        "tried_at",
    }
