"""The process of self-reports as delivered: derived papers that bar nobody, and Sat Intelkam as the
one who issues (R11, R13, R67, R70).
"""

import re

import pytest

from tests.unit.processes.folder import skld
from workflow_app.engine.model import read_model
from workflow_app.engine.process_folders import Complete, Scenario, read_scenarios
from workflow_app.engine.rehearsal import rehearse
from workflow_app.services.office_settings import configuration, configuration_shapes

SCENARIOS = read_scenarios(skld().files)
MODEL = read_model(skld().files["process.bpmn"])
TABLE = skld().decision("persyaratan_lapor_diri")


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.file)
def test_the_scenario_ends_as_it_says(scenario: Scenario) -> None:
    rehearse(skld(), scenario)


@pytest.mark.parametrize(
    ("stay", "works", "sponsor", "lines"),
    [
        ("belum", "tidak", "tidak_ada", ["paspor", "pasfoto"]),
        ("itas", "tidak", "tidak_ada", ["paspor", "izin_tinggal_kitas", "pasfoto"]),
        ("belum", "ya", "tidak_ada", ["paspor", "izin_kerja", "pasfoto"]),
        ("belum", "tidak", "ada", ["paspor", "surat_penjamin", "pasfoto"]),
    ],
)
def test_r67_a_paper_is_asked_of_whom_it_can_concern(
    stay: str, works: str, sponsor: str, lines: list[str]
) -> None:
    rows = TABLE.evaluate({"izin_tinggal": stay, "bekerja": works, "penjamin": sponsor})
    assert [row["butir"] for row in rows] == lines


def test_r67_no_line_of_the_list_is_given_out_as_the_sop_s() -> None:
    assert {row["klausul"] for row in TABLE.rows} == {"turunan"}
    assert all(str(row["kalimat_sop"]).startswith("Tidak ada pada SOP") for row in TABLE.rows)


def test_r11_a_lacking_paper_bars_nobody() -> None:
    lacking = next(s for s in SCENARIOS if s.file.endswith("kurang_diteruskan.yaml"))
    assert (lacking.variables["kelengkapan"], lacking.outcome) == ("kurang", "selesai")
    ways = {flow.target: flow.condition for flow in MODEL.outgoing["gw_kelengkapan"]}
    assert ways == {
        "gabung_bukti": 'kelengkapan == "lengkap" or kelanjutan == "teruskan"',
        "lengkapi_persyaratan": None,
    }
    queued = {node.id for node in MODEL.nodes.values() if node.properties.get("assign") == "queue"}
    assert queued == {"lengkapi_persyaratan"}, "what waits for the citizen waits in the queue"


def test_r46_derived_steps_are_those_that_can_be_switched_and_say_so() -> None:
    known = configuration_shapes.DERIVED_STEPS["skld"]
    assert (
        configuration.SEED["skld.langkah_turunan"]
        == list(known)
        == skld().initial["langkah_turunan"]
    )
    asked = " ".join(flow.condition or "" for flow in MODEL.flows)
    assert set(re.findall(r'"(\w+)" in langkah_turunan', asked)) == set(known)
    for element in ("lapor_diri", "periksa_persyaratan", "serahkan_bukti"):
        assert "(turunan)" in skld().elements[element].name


def test_r46_without_derived_steps_neither_list_nor_receipt_is_there() -> None:
    bare = next(s for s in SCENARIOS if s.file.endswith("tanpa_langkah_turunan.yaml"))
    done = {step.element for step in bare.steps if isinstance(step, Complete)}
    assert done.isdisjoint({"periksa_persyaratan", "lengkapi_persyaratan", "serahkan_bukti"})
    assert bare.letters == ("skld",)


def test_r70_who_issues_is_whom_the_table_of_the_referral_names() -> None:
    received = {
        e.id for e in skld().elements.values() if e.properties.get("roleFrom") == "rujukan_fungsi"
    }
    assert received == {"rujukan_terima", "periksa", "serahkan"}
    assert skld().initial["rujukan_layanan"] == "skld"
    assert skld().initial["rujukan_ditentukan"] is True


def test_r13_the_only_way_to_a_number_is_a_decision_of_the_function() -> None:
    (way,) = MODEL.incoming["terbitkan_surat"]
    assert (way.source, way.condition) == ("gw_keputusan", 'keputusan == "terbitkan"')


def test_r23_who_the_foreigner_is_lies_sealed() -> None:
    assert {f.name for f in skld().form("identitas").fields.values() if not f.personal} == set()
    fields = skld().form("lapor_diri").fields
    assert {
        fields[name].personal for name in ("nomor_izin", "nama_penjamin", "alamat_penjamin")
    } == {"identitas"}
    assert configuration.SEED["tingkat_akses"]["proses"]["skld"] == "terbatas"
