"""The complaint process as delivered: channels, order, anonymity, response, authority, outcomes
(R8, R17 to R40).
"""

import re
from datetime import UTC, datetime

import pytest

from tests.unit.processes.flows import reachable, taken
from tests.unit.processes.folder import complaint, sktlk
from workflow_app.engine import forms
from workflow_app.engine.model import read_model
from workflow_app.engine.process_folders import Complete, Scenario, read_scenarios
from workflow_app.engine.rehearsal import rehearse

SCENARIOS = read_scenarios(complaint().files)
CHANNELS = {
    "langsung", "kotak_pengaduan", "surat", "telepon_110", "sms", "whatsapp", "faksimili", "surel",
    "situs_web",
    "media_siaran_sosial",
}  # fmt: skip
CAPTURED = {
    "langsung": {"sikap", "perkenalan", "tempat_penyampaian"},
    "surat": {"nomor_surat", "tanggal_surat", "nomor_agenda", "bukti_asli"},
    "telepon_110": {"telepon", "acuan_pesan", "bukti_panggilan"},
    "sms": {"telepon", "acuan_pesan", "bukti_asli"},
    "whatsapp": {"telepon", "akun_pengirim", "acuan_pesan", "bukti_asli"},
    "faksimili": {"nomor_faks", "acuan_pesan", "bukti_asli"},
    "surel": {"surel", "acuan_pesan", "bukti_asli"},
    "situs_web": {"akun_pengirim", "tautan", "acuan_pesan", "bukti_asli"},
    "media_siaran_sosial": {"nama_media", "akun_pengirim", "tautan", "acuan_pesan", "bukti_asli"},
}
REOPENED = "keterangan_propam"
"""Where a case begins that Propam takes up again."""
OWN = {
    element.id: element
    for element in complaint().elements.values()
    if not element.id.startswith("rujukan_")
}


def done(scenario: Scenario) -> list[str]:
    return [step.element for step in scenario.steps if isinstance(step, Complete)]


def named(name: str) -> Scenario:
    return next(scenario for scenario in SCENARIOS if scenario.file == f"scenarios/{name}.yaml")


def before(*without: str) -> set[str]:
    """Elements that can be reached without passing these, inside of subprocesses too; warnings on
    the side left out.
    """
    return reachable(complaint(), "pengaduan_masuk", without)


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.file)
def test_the_scenario_ends_as_it_says(scenario: Scenario) -> None:
    rehearse(complaint(), scenario)


def test_every_flow_is_taken_by_a_scenario(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: set[str] = set()
    for scenario in SCENARIOS:
        with monkeypatch.context() as patch:
            seen.update(taken(complaint(), scenario, patch))
    drawn = {flow.id for flow in read_model(complaint().files["process.bpmn"]).flows}
    into_the_call = {"gabung_rujuk__rujuk"}
    assert drawn - seen == into_the_call


def test_every_requirement_a_scenario_names_is_carried_by_an_element() -> None:
    carried = {clause for element in complaint().elements.values() for clause in element.clauses}
    assert {clause for scenario in SCENARIOS for clause in scenario.clauses} <= carried
    own = {clause for element in OWN.values() for clause in element.clauses}
    assert {f"R{number}" for number in range(17, 41)} - own == set()


def test_r21_every_channel_has_a_scenario_and_asks_what_belongs_to_it() -> None:
    first = complaint().form("terima_pengaduan")
    assert {
        *first.fields["kanal"].options,
        *complaint().form("lembar_kotak").fields["kanal"].options,
    } == CHANNELS
    common = {name for name, field in first.fields.items() if field.visible_if is None}
    for channel, expected in CAPTURED.items():
        given = {"kanal": channel, "darurat": "tidak"} | dict.fromkeys(
            first.fields.keys() - {"kanal", "darurat"}, "x"
        )
        assert set(forms.visible(first, given)) - common - {"darurat"} == expected, channel
    proven = {
        step.answers["kanal"]
        for s in SCENARIOS
        for step in s.steps
        if isinstance(step, Complete) and "kanal" in step.answers
    }
    assert proven == CHANNELS


def test_r21_what_came_in_writing_is_kept_as_it_came() -> None:
    required = complaint().form("terima_pengaduan").schema["required"]
    assert "bukti_asli" in required
    assert "bukti_lembar" in complaint().form("pindai_lembar").schema["required"]


def test_r21_of_a_call_its_evidence_may_be_kept_and_need_not() -> None:
    first = complaint().form("terima_pengaduan")
    assert first.fields["bukti_panggilan"].widget == "documents"
    call = named("telepon_110").steps[0].answers  # type: ignore[union-attr]  # the first step completes
    bare = {name: value for name, value in call.items() if name != "bukti_panggilan"}
    for answers in (call, bare):
        assert forms.validate(first, forms.visible(first, answers)) == {}


def test_r19_a_sheet_of_the_box_comes_from_its_opening_only() -> None:
    assert "kotak_pengaduan" not in complaint().form("terima_pengaduan").fields["kanal"].options
    assert complaint().initial["dari_kotak"] is False
    model = read_model(complaint().files["process.bpmn"])
    (way,) = model.incoming["lembar_kotak"]
    assert way.condition == "dari_kotak"
    assert not any("dari_kotak" in form.fields for form in complaint().forms.values())


def test_pitfall_37_help_in_danger_comes_before_the_form() -> None:
    first = complaint().form("terima_pengaduan")
    assert list(first.sections[0].fields) == ["bahaya", "darurat", "pengalihan"]
    assert "110" in first.fields["bahaya"].title
    answers = {**named("telepon_110").steps[0].answers}  # type: ignore[union-attr]  # the first step completes
    del answers["pengalihan"]
    assert "pengalihan" in forms.validate(first, forms.visible(first, answers))


def test_r23_identity_is_asked_before_the_matter_and_lies_sealed() -> None:
    order = done(named("langsung"))
    assert order.index("identitas") < order.index("pokok_aduan")
    for form in (complaint().forms[element] for element in OWN if element in complaint().forms):
        for field in form.fields.values():
            if re.match(
                r"(nama$|nama_(?!media)|nik$|alamat|telepon|surel|nomor_faks|akun_|tautan)",
                field.name,
            ):
                assert field.personal, f"{form.element}.{field.name}"
            if field.widget == "textarea":
                assert field.personal, f"{form.element}.{field.name}"


def test_r24_who_complains_at_the_desk_does_not_leave_without_a_response() -> None:
    unanswered = before("tanggapan_langsung", "pengirim")
    assert "periksa_wewenang" in unanswered, "the flow past it is for a correction"
    model = read_model(complaint().files["process.bpmn"])
    (way,) = model.incoming["tanggapan_langsung"]
    assert way.condition == 'kanal == "langsung" and not ditanggapi_langsung'
    assert complaint().form("tanggapan_langsung").presence == {
        "ditanggapi_langsung": ("tanggapan",)
    }


def test_r28_the_receipt_is_signed_before_it_is_handed_over() -> None:
    model = read_model(complaint().files["process.bpmn"])
    (way,) = model.incoming["sahkan_tanda_terima"]
    assert (way.source, way.condition) == ("gw_isi", 'isi_tanda_terima == "benar"')
    assert [flow.source for flow in model.incoming["serahkan_tanda_terima"]] == [
        "sahkan_tanda_terima"
    ]


def test_r28_name_and_address_are_enough_to_complain() -> None:
    """No card and no number is a condition (peers 3.2); whoever goes on to a police report is asked
    the rest there.
    """
    form = complaint().form("identitas")
    given = forms.defaults(form, datetime(2026, 11, 23, tzinfo=UTC), None)
    told = {
        "nama": "Contoh Warga",
        "alamat": "Jalan Contoh 1",
        "desa": "Contoh",
        "kecamatan": "Kandangan",
    }
    assert forms.validate(form, forms.visible(form, {**given, **told})) == {}
    assert list(form.sections[0].fields)[:2] == ["nama", "alamat"]
    assert set(forms.validate(form, forms.visible(form, given))) == set(told)


def test_r29_who_cannot_read_or_write_is_helped_and_read_to() -> None:
    asked = complaint().form("identitas")
    assert asked.fields["dibacakan_ulang"].visible_if is not None
    assert "dibacakan_ulang" in asked.schema["required"]
    assert set(asked.fields["jenis_tanda"].options) == {"tanda_tangan", "cap_jempol"}


def test_r4_who_complains_for_others_says_for_whom_and_is_not_refused_without_a_power_of_attorney() -> (  # noqa: E501 - a sentence
    None
):
    form = complaint().form("pokok_aduan")
    asked = {"nama_diwakili", "hubungan_diwakili", "bukti_kuasa"}
    for speaks_for, is_asked in (
        ("kuasa", True),
        ("badan_hukum", True),
        ("kelompok", True),
        ("perorangan", False),
    ):
        seen = forms.visible(form, {"pengadu_sebagai": speaks_for, **dict.fromkeys(asked, "x")})
        assert asked.issubset(seen) is is_asked, speaks_for
    assert asked.isdisjoint(form.schema["required"])


@pytest.mark.parametrize(
    ("identity", "contact", "channel", "treatment"),
    [
        (True, True, True, "tangani"), (True, True, False, "tangani"), (True, False, True,
            "tangani"),
        (True, False, False, "tangani"), (False, True, True, "tangani_anonim"), (False, True, False,
            "tangani_anonim"),
        (False, False, True, "tangani_anonim"), (False, False, False, "dapat_diabaikan"),
    ],
)  # fmt: skip
def test_r32_r33_only_without_name_and_without_contact_may_it_be_set_aside(
    identity: bool, contact: bool, channel: bool, treatment: str
) -> None:
    table = complaint().decision("aturan_anonim")
    facts = {"ada_identitas": identity, "ada_kontak": contact, "kontak_kanal": channel}
    assert [row["anonim"] for row in table.evaluate(facts)] == [treatment]


def test_pitfall_1_anonymity_is_told_by_what_was_written_and_ticked_by_nobody() -> None:
    sender, first = complaint().form("pengirim"), complaint().form("terima_pengaduan")
    assert {**sender.presence, **first.presence} == {
        "ada_identitas": ("nama",),
        "ada_kontak": ("telepon", "surel", "alamat"),
        "kontak_kanal": ("telepon", "nomor_faks", "surel", "akun_pengirim"),
    }
    assert sender.schema["required"] == []
    for form in complaint().forms.values():
        for field in form.fields.values():
            asked = f"{field.name} {field.title}".lower().replace("kode rahasia", "")
            assert not re.search("anonim|rahasia", asked), field.name


def test_r32_setting_aside_is_a_decision_of_ka_spkt_with_a_reason_and_not_of_who_recorded() -> None:
    task = OWN["putuskan_abaikan"]
    assert task.role == "ka_spkt"
    assert {"pengirim", "pokok_aduan", "periksa_wewenang"} <= set(
        task.properties["fourEyes"].split()
    )
    form = complaint().form("putuskan_abaikan")
    faults = forms.validate(form, {"putusan_abaikan": "abaikan", "alasan_abaikan": "singkat"})
    assert set(faults) == {"alasan_abaikan"}
    assert forms.validate(form, {"putusan_abaikan": "tangani"}) == {}


def test_pitfall_2_what_is_set_aside_is_numbered_and_kept_all_the_same() -> None:
    scenario = named("kotak_disisihkan")
    assert (scenario.outcome, scenario.letters) == ("diabaikan", ("tanda_terima",))
    assert "diabaikan" not in before("terbitkan_tanda_terima", REOPENED)
    assert "diabaikan" not in before("arsipkan")


def test_r34_the_clock_runs_from_the_receipt_and_warns_before_the_breach() -> None:
    model = read_model(complaint().files["process.bpmn"])
    assert model.nodes["mulai_jam_tanggapan"].parameters == {
        "clock": '"tanggapan_awal"',
        "at": "received_at",
    }
    assert [
        model.nodes[f"hitung_peringatan_{name}"].parameters["days"] for name in ("satu", "dua")
    ] == [
        "1",
        "2",
    ]
    breach = model.nodes["batas_lewat"]
    assert (breach.attached_to, breach.is_interrupting) == ("penanggapan", False)
    assert (OWN["eskalasi"].role, OWN["ingatkan_satu"].role, OWN["ingatkan_dua"].role) == (
        "ka_spkt",
        "pamapta",
        "pamapta",
    )


def test_r35_the_number_and_its_delivery_are_recorded() -> None:
    assert "nomor_disampaikan" in complaint().form("tanggapan_awal").schema["required"]
    assert {"delivered_at", "cara_serah"} <= set(
        complaint().form("serahkan_tanda_terima").schema["required"]
    )
    assert "ditanggapi" not in before("terbitkan_tanda_terima")


def test_r26_r27_a_foreign_complaint_ends_forwarded_and_told() -> None:
    order = done(named("luar_kewenangan"))
    assert (
        order.index("rujukan_kirim")
        < order.index("rujukan_beri_tahu")
        < order.index("rujukan_tanda_terima")
    )
    assert "aduan_diteruskan" not in before("rujuk")


def test_r17_r27_r31_a_crime_ends_with_a_report_or_with_who_accepted_it_and_never_with_a_word() -> (
    None
):
    """Whichever way it goes on: only past the begun report, or past the referral, which ends
    accepted and told.
    """
    assert set(complaint().form("antar_lp").fields["cara_antar"].options) == {
        "diantar",
        "diteruskan",
    }
    alone = reachable(complaint(), "antar_lp", ("buka_lp", "rujuk"))
    assert not [name for name in alone if OWN[name].kind == "endEvent"]
    assert {"R17", "R27"} <= set(OWN["antar_lp"].clauses)
    assert "diberitahu_lp" in complaint().form("antar_lp").schema["required"]
    assert "R27" in sktlk().elements["rujuk_lp"].clauses


def test_r8_no_end_without_outcome_and_no_settlement_by_who_handled_it() -> None:
    ends = {
        e.id: e.properties.get("outcome")
        for e in OWN.values()
        if e.kind == "endEvent" and e.parent is None
    }
    assert ends == {name: name for name in ("selesai", "dirujuk", "diabaikan", "dibatalkan")}
    assert OWN["putuskan_penyelesaian"].properties["fourEyes"] == "tangani"
    assert OWN["putuskan_propam"].properties["fourEyes"] == "tangani_propam"
    assert {"terbukti", "tidak_terbukti", "selesai_dengan_mediasi", "bukan_pengaduan"} < set(
        complaint().form("putuskan_penyelesaian").fields["hasil_aduan"].options
    )
    assert "hasil_disampaikan" not in before("beri_tahu_hasil")
    assert "propam_selesai" not in before("beri_tahu_propam")


def test_r36_what_the_public_may_read_is_asked_apart_from_working_notes() -> None:
    fields = complaint().form("tangani").fields
    assert (fields["catatan_internal"].personal, fields["kalimat_publik"].personal) == (
        "catatan",
        "catatan",
    )
    assert fields["status_publik"].personal is None
    assert fields["status_publik"].widget == "select"
    assert not any(field.notice for field in fields.values())
