"""The process of disposal as delivered: scenarios, four eyes, and the minutes with the list of what
went (R37).
"""

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.unit.processes.flows import reachable
from tests.unit.processes.folder import disposal
from tests.unit.processes.sheet import TAIL, filled, text
from workflow_app.engine.process_folders import Complete, Scenario, read_scenarios
from workflow_app.engine.rehearsal import rehearse
from workflow_app.services.letters import printing

SCENARIOS = read_scenarios(disposal().files)
STEPS = {"usulkan", "putuskan", "teken_pengusul", "teken_penyetuju"}
NUMBER = f"BAP-ARSIP/4/{TAIL}"
ARCHIVIST = {"nama": "CONTOH ARSIPARIS", "pangkat": "PENDA", "nrp": "11111111"}
CHIEF = {"nama": "CONTOH KEPALA SPKT", "pangkat": "INSPEKTUR POLISI SATU", "nrp": "22222222"}


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.file)
def test_the_scenario_ends_as_it_says(scenario: Scenario) -> None:
    rehearse(disposal(), scenario)


def test_every_step_is_done_in_a_scenario() -> None:
    played = {step.element for one in SCENARIOS for step in one.steps if isinstance(step, Complete)}
    assert played == {e.id for e in disposal().elements.values() if e.kind == "userTask"} == STEPS
    assert {scenario.outcome for scenario in SCENARIOS} == {"selesai", "ditolak", "dibatalkan"}


@pytest.mark.parametrize("step", sorted(STEPS - {"teken_pengusul", "teken_penyetuju"}))
def test_r37_nothing_is_destroyed_without_proposal_and_approval(step: str) -> None:
    assert "musnahkan" in reachable(disposal(), "arsip_jatuh_tempo")
    assert "musnahkan" not in reachable(disposal(), "arsip_jatuh_tempo", without={step})


@pytest.mark.parametrize("step", ["musnahkan", "terbitkan", "teken_pengusul", "teken_penyetuju"])
def test_r37_no_disposal_ends_without_minutes_that_both_sign(step: str) -> None:
    assert "selesai" not in reachable(disposal(), "arsip_jatuh_tempo", without={step})


def test_r37_who_proposes_does_not_approve() -> None:
    elements = disposal().elements
    for step in ("putuskan", "teken_penyetuju"):
        assert "usulkan" in elements[step].properties["fourEyes"].split()
    assert disposal().started_by == ("arsiparis", "piket_propam")
    assert (disposal().started_as, disposal().initial["pengusul"]) == ("pengusul", "arsiparis")
    for who, step in (("pengusul", "usulkan"), ("penyetuju", "putuskan")):
        field = disposal().form(f"teken_{who}").fields[f"tanda_tangan_{who}"]
        assert (field.widget, field.only_by) == ("signature", step)


def paper(no: int, **changes: Any) -> dict[str, Any]:
    given = {
        "no": no, "dokumen": f"Surat masuk contoh nomor {no}", "berkas": f"B-2019-{no:06d}",
        "baris": "C-06 Hasil alih media",
        "disimpan_sampai": "17 Mei 2025", "halaman": 3, "banyaknya": "3 halaman",
        "ukuran": 1000, "sha256": f"{no:064x}", "hasil": "dimusnahkan",
        "musnah": True, "alasan": "", "tumpukan": False, "dokumen_lain": False,
    }  # fmt: skip
    return {**given, **changes}


def minutes(papers: list[dict[str, Any]]) -> str:
    answers = {
        "usulkan": {"alasan_usul": "Masa simpannya <b>sudah</b> lewat", "sudah_diperiksa": True}
    }
    return filled(
        disposal(),
        "berita_acara_pemusnahan",
        {**answers, "putuskan": {"putusan_musnah": "setujui"}},
        nomor=NUMBER,
        petugas=ARCHIVIST,
        penyetuju=CHIEF,
        daftar_musnah=papers,
    )


def test_r37_the_minutes_name_what_went_by_hash_and_row_and_what_stayed_with_its_reason() -> None:
    stayed = paper(
        2, musnah=False, hasil="ditinggalkan", alasan="Ditahan karena sengketa atau penyelidikan."
    )
    words = text(minutes([paper(1), stayed, paper(3, tumpukan=True), paper(4, dokumen_lain=True)]))
    for part in (
        NUMBER, "3 dokumen, 9 halaman", "Daftar Arsip Musnah", f"{1:064x}", f"{3:064x}",
            "C-06 Hasil alih media",
        "17 Mei 2025", "B-2019-000001", "Ditinggalkan. Ditahan karena sengketa",
        "masih disimpan karena memuat dokumen lain",
        "masih tersimpan dalam dokumen asal, pisahan, atau gabungannya",
        "CONTOH ARSIPARIS", "CONTOH KEPALA SPKT", "&lt;b&gt;",
    ):  # fmt: skip
        assert part in words
    assert f"{2:064x}" not in words


def test_r37_the_minutes_say_how_long_a_recording_was() -> None:
    words = text(minutes([paper(1, halaman=0, banyaknya="2 menit 5 detik")]))
    assert "2 menit 5 detik" in words
    assert "halaman" not in words.split("Yang dimusnahkan")[1].split("Yang tidak")[0]


def test_r37_minutes_of_nothing_say_so() -> None:
    words = text(minutes([paper(1, musnah=False, hasil="dikeluarkan", alasan="Salah pilih")]))
    assert "tidak ada arsip yang dimusnahkan" in words
    assert "Daftar Arsip Musnah" not in words


def test_a_hundred_papers_fit_on_pages_with_their_heads() -> None:
    made_at = datetime(2026, 11, 23, tzinfo=UTC)
    metadata = printing.Metadata(
        title="Berita acara", author="SPKT", made_at=made_at, identifier=b"x" * 16
    )
    pdf, pages = printing.typeset(minutes([paper(no) for no in range(1, 101)]), metadata)
    assert pdf.startswith(b"%PDF")
    assert 3 <= pages <= 9
