"""The process of notices as delivered: periods with their source, nobody refused, and Sat Intelkam
as the one who issues (R13, R67, R70).
"""

import re
from datetime import datetime

import pytest

from tests.unit.processes.folder import sttp
from workflow_app.domain import WITA, Answers
from workflow_app.engine import clocks
from workflow_app.engine.model import Value, read_model
from workflow_app.engine.process_folders import Complete, Scenario, read_scenarios
from workflow_app.engine.rehearsal import rehearse
from workflow_app.services.core import formatting
from workflow_app.services.office_settings import configuration, configuration_shapes

SCENARIOS = read_scenarios(sttp().files)
MODEL = read_model(sttp().files["process.bpmn"])
TABLE = sttp().decision("tenggat_kegiatan")
EIGHT = {
    "maksud", "tempat", "kegiatan_mulai", "kegiatan_selesai", "bentuk", "organisasi",
    "alamat_organisasi", "alat_peraga",
    "jumlah_peserta",
}  # fmt: skip
"""The facts of a notice beside the responsible person, who is asked for before (requirements 2.4).
"""


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.file)
def test_the_scenario_ends_as_it_says(scenario: Scenario) -> None:
    rehearse(sttp(), scenario)


def test_r13_the_eight_facts_of_a_notice_are_asked() -> None:
    fields = sttp().form("kegiatan").fields
    assert fields.keys() >= EIGHT
    assert {name for name in EIGHT if not fields[name].required} == {"alamat_organisasi"}
    assert sttp().form("identitas").fields["nama"].required


@pytest.mark.parametrize(
    ("kind", "change", "extent", "period", "source"),
    [
        ("penyampaian_pendapat", "baru", None, "72 jam", "Polri"),
        ("penyampaian_pendapat", "perubahan", None, "24 jam", "Polri"),
        ("kampanye", "baru", None, "7 hari_kerja", "Peraturan Polri 5/2024"),
        ("kampanye", "perubahan", None, "", "tidak ditemukan"),
        ("kegiatan_lain", "baru", None, "", "tidak ditemukan"),
        ("keramaian", "baru", "lokal", "14 hari_kerja", "PP 60/2017"),
        ("keramaian", "baru", "nasional", "21 hari_kerja", "PP 60/2017"),
        ("keramaian", "baru", "internasional", "30 hari_kerja", "PP 60/2017"),
    ],
)
def test_r67_a_period_stands_beside_its_source_and_none_is_made_up(
    kind: str, change: str, extent: str | None, period: str, source: str
) -> None:
    (row,) = TABLE.evaluate(
        {
            "tenggat_ketetapan": "",
            "jenis_kegiatan": kind,
            "pemberitahuan": change,
            "cakupan": extent,
        }
    )
    assert row["tenggat"] == period
    assert source in row["sumber_tenggat"]


def test_r67_every_sentence_tells_the_number_that_is_counted_with() -> None:
    for row in TABLE.rows:
        if row["tenggat"]:
            count, unit = row["tenggat"].split()
            told = f"{int(count) // 24} x 24 jam" if unit == clocks.HOURS else f"{count} hari kerja"
            assert told in row["kalimat_tenggat"]


def test_r67_what_the_office_lays_down_goes_before_the_table_and_is_named_as_the_source() -> None:
    (row,) = TABLE.evaluate(
        {
            "tenggat_ketetapan": "96 jam", "jenis_kegiatan": "penyampaian_pendapat",
            "pemberitahuan": "baru",
            "cakupan": None,
        }
    )  # fmt: skip
    assert (row["tenggat"], "ketetapan Polres" in row["sumber_tenggat"]) == ("", True)
    kinds = set(sttp().form("keperluan").fields["jenis_kegiatan"].options) - {"keramaian"}
    extents = sttp().form("keperluan").fields["cakupan"].options
    assert set(configuration_shapes.NOTICE_SEED) == kinds | {
        f"{kind}_perubahan" for kind in kinds
    } | {f"keramaian_{extent}" for extent in extents}


def test_r17_a_late_notice_is_explained_and_goes_on_no_way_leads_to_a_refusal() -> None:
    late = next(s for s in SCENARIOS if s.file.endswith("terlambat_diteruskan.yaml"))
    assert (late.variables["tepat_waktu"], late.outcome) == ("tidak", "selesai")
    outcomes = {node.properties.get("outcome") for node in MODEL.nodes.values()} - {None}
    assert outcomes == {"selesai", "dirujuk", "dibatalkan"}
    assert sttp().form("jelaskan_tenggat").fields["dijelaskan"].required


def test_r67_the_page_that_explains_says_the_rule_the_source_and_the_last_instant() -> None:
    form = sttp().form("jelaskan_tenggat")
    variables = {
        "tenggat_ketetapan": "", "jenis_kegiatan": "penyampaian_pendapat", "pemberitahuan": "baru",
        "cakupan": None,
        "paling_lambat": datetime(2026, 12, 31, 23, 59, tzinfo=WITA).isoformat(),
        "tepat_waktu": "tidak",
    }  # fmt: skip
    shown: dict[str, Answers] = {"terima_warga": {"arrived_at": "2027-01-01T00:01:00+08:00"}}
    said = [formatting.filled(sttp(), shown, variables, sentence) for sentence in form.summary]
    assert (
        "Paling lambat diberitahukan 31 Desember 2026 23.59 WITA. Warga datang 1 Januari 2027 "
        "00.01 WITA."
    ) in said
    assert any("paling lambat 3 x 24 jam" in sentence for sentence in said)
    assert any(sentence.startswith("Sumber: penjelasan Polri") for sentence in said)
    assert any("tetap diterima" in sentence for sentence in said)


def test_r46_derived_steps_are_those_that_can_be_switched_and_say_so() -> None:
    known = configuration_shapes.DERIVED_STEPS["sttp"]
    assert (
        configuration.SEED["sttp.langkah_turunan"]
        == list(known)
        == sttp().initial["langkah_turunan"]
    )
    asked = " ".join(flow.condition or "" for flow in MODEL.flows)
    assert set(re.findall(r'"(\w+)" in langkah_turunan', asked)) == set(known)
    for element in ("keperluan", "jelaskan_tenggat", "serahkan_bukti"):
        assert "(turunan)" in sttp().elements[element].name
        assert "turunan" in sttp().form(element).intro


def test_r46_without_derived_steps_neither_period_nor_receipt_is_there() -> None:
    bare = next(s for s in SCENARIOS if s.file.endswith("tanpa_langkah_turunan.yaml"))
    done = {step.element for step in bare.steps if isinstance(step, Complete)}
    assert done.isdisjoint({"jelaskan_tenggat", "serahkan_bukti"})
    assert bare.letters == ("sttp",)


def test_r46_where_no_period_was_examined_the_function_reads_of_none() -> None:
    asked = {
        "tenggat_ketetapan": "",
        "jenis_kegiatan": "penyampaian_pendapat",
        "pemberitahuan": "baru",
        "cakupan": None,
    }

    def said(**found: Value) -> str:
        form = sttp().form("periksa")
        return " ".join(
            formatting.filled(sttp(), {}, {**asked, **found}, text) for text in form.summary
        ).strip()

    assert said(tepat_waktu=sttp().initial["tepat_waktu"], paling_lambat=None) == ""
    assert said(tepat_waktu="", paling_lambat=None).startswith(
        "Tidak ada tenggat yang diperiksa di sini."
    )
    assert "3 x 24 jam" in said(tepat_waktu="ya", paling_lambat=None)


def test_r70_who_issues_is_whom_the_table_of_the_referral_names() -> None:
    received = {
        e.id for e in sttp().elements.values() if e.properties.get("roleFrom") == "rujukan_fungsi"
    }
    assert received == {"rujukan_terima", "periksa", "serahkan"}
    (row,) = (
        sttp()
        .decision("tujuan_layanan")
        .evaluate(
            {
                "rujukan_rute": "",
                "rujukan_layanan": "sttp",
                "rujukan_perkara": None,
                "rujukan_dituju": None,
            }
        )
    )
    assert row["rujukan_fungsi"] == "piket_intelkam"


def test_r70_a_gathering_that_needs_a_permit_is_no_notice_and_gets_no_sttp() -> None:
    permit = next(s for s in SCENARIOS if s.file.endswith("izin_keramaian.yaml"))
    assert (permit.outcome, permit.letters) == ("dirujuk", ("bukti_sttp",))
    ways = {flow.target: flow.condition for flow in MODEL.outgoing["gw_sttp"]}
    assert ways == {"gabung_terbit": 'rujukan_layanan == "sttp"', "pelayanan_dirujuk": None}


def test_r13_the_only_way_to_a_number_is_a_decision_of_the_function() -> None:
    (way,) = MODEL.incoming["terbitkan_surat"]
    assert (way.source, way.condition) == ("gw_keputusan", 'keputusan == "terbitkan"')
    assert set(sttp().elements["periksa"].properties["fourEyes"].split()) >= {
        "terima_warga",
        "kegiatan",
    }
    assert sttp().elements["periksa"].properties["handBack"] == "keputusan=kembalikan"


def test_r23_what_somebody_thinks_and_who_he_is_lies_sealed() -> None:
    assert {f.name for f in sttp().form("identitas").fields.values() if not f.personal} == set()
    fields = sttp().form("kegiatan").fields
    for name in (
        "maksud",
        "bentuk",
        "tempat",
        "organisasi",
        "alamat_organisasi",
        "alat_peraga",
        "keterangan",
    ):
        assert fields[name].personal == "catatan"
        assert "Jangan menulis nama atau NIK" in fields[name].help
    assert configuration.SEED["tingkat_akses"]["proses"]["sttp"] == "terbatas"
