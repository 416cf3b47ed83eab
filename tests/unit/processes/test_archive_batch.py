"""The process of boxes and minutes as delivered: scenarios, what its letters say, and that they fit
their pages.
"""

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.unit.processes.flows import reachable
from tests.unit.processes.folder import archive_batch
from tests.unit.processes.sheet import ADDRESS, TAIL, filled, text
from workflow_app.engine.process_folders import Complete, Scenario, read_scenarios
from workflow_app.engine.rehearsal import rehearse
from workflow_app.services.letters import printing

SCENARIOS = read_scenarios(archive_batch().files)
STEPS = {"daftar_kotak", "periode", "isi_berita_acara", "periksa_ba"}
NUMBER = f"BA-AM/7/{TAIL}"
DONE = {
    "tanggal_alih": "2026-11-23", "tempat_alih": "Ruang arsip", "perangkat": "Pemindai contoh",
    "cara": "keduanya",
    "resolusi": 300, "media_baru": "arsip_digital",
}  # fmt: skip
BOX = {"kotak": "KOTAK-7", "tempat_kotak": "Gudang", "jumlah_bundel": 40}
OFFICER = {"nama": "CONTOH ARSIPARIS", "pangkat": "BRIGADIR", "nrp": "00000001"}


def listed(count: int) -> dict[str, Any]:
    items = [
        {
            "berkas": f"B-2026-{no:06d}", "jenis": "Surat masuk", "nomor": f"B/{no}/2019",
            "uraian": "Undangan <rapat> & lainnya " * 4,
            "kurun": "2019 - 2020", "lembar": 2000, "halaman": 4000, "hash": [f"{no:064x}",
            "f" * 64],
            "tempat": "Ruang arsip, lemari 4, rak 2, boks 17",
            "keterangan": "Rapuh, dipindai lembar demi lembar",
        }
        for no in range(1, count + 1)
    ]  # fmt: skip
    return {
        "butir": items,
        "lembar": 2000 * count,
        "halaman": 4000 * count,
        "dokumen": 2 * count,
        "batal": 1,
    }


def letter(kind: str, count: int, **more: Any) -> str:
    answers = {"isi_berita_acara": DONE, "daftar_kotak": BOX}
    told = {
        "nomor": NUMBER,
        "arsip": listed(count),
        "petugas": OFFICER,
        "surat_lain": {"berita_acara": NUMBER}.get,
    }
    return filled(archive_batch(), kind, answers, **{**told, **more})


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.file)
def test_the_scenario_ends_as_it_says(scenario: Scenario) -> None:
    rehearse(archive_batch(), scenario)


def test_every_step_is_done_in_a_scenario_and_is_the_archivists() -> None:
    played = {step.element for one in SCENARIOS for step in one.steps if isinstance(step, Complete)}
    assert (
        played == {e.id for e in archive_batch().elements.values() if e.kind == "userTask"} == STEPS
    )
    assert {archive_batch().elements[step].role for step in STEPS} == {"arsiparis"}
    assert archive_batch().started_by == ("arsiparis",)


@pytest.mark.parametrize(
    "step", ["isi_berita_acara", "terbitkan_ba", "terbitkan_daftar", "periksa_ba"]
)
def test_r38_no_batch_ends_without_its_minutes(step: str) -> None:
    assert "selesai" in reachable(archive_batch(), "kotak_ada")
    assert "selesai" not in reachable(archive_batch(), "kotak_ada", without={step})


def test_r38_the_minutes_say_when_where_how_much_and_by_whom() -> None:
    words = text(letter("berita_acara", 3))
    for part in (
        "23 November 2026", "Ruang arsip", "Pemindai contoh",
        "Dipindai, yang rusak difoto, 300 dpi", "kotak KOTAK-7",
        "3 berkas, 6000 lembar, 12000 halaman, 6 dokumen elektronik",
        "1 berkas yang pendaftarannya dibatalkan",
        "CONTOH ARSIPARIS", "CONTOH PEJABAT, S.H.", ADDRESS,
        "bukan tanda tangan elektronik tersertifikasi",
    ):  # fmt: skip
        assert part in words, part
    assert "Nihil" not in words
    assert "Nihil" in text(letter("berita_acara", 0))


def test_r38_the_list_says_every_item_and_hash() -> None:
    html = letter("daftar_arsip", 40)
    words = text(html)
    assert "Undangan &lt;rapat&gt; &amp; lainnya" in html
    assert all(f"{no:064x}" in words and f"B-2026-{no:06d}" in words for no in range(1, 41))
    metadata = printing.Metadata("Daftar", "Unit", datetime(2026, 11, 23, tzinfo=UTC), b"0" * 32)
    pdf, pages = printing.typeset(html, metadata)
    assert pdf.startswith(b"%PDF") and 3 <= pages <= 12
