"""The SKTLK letter: what must be on it, on one page, without personal data outside its text
(requirements 2.3).
"""

import re
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.unit.processes.folder import sktlk
from tests.unit.processes.sheet import ADDRESS, TAIL, filled, text
from workflow_app.services.letters import printing

NUMBER = f"SKTLK/17/{TAIL}"
IDENTITY = {
    "kewarganegaraan": "wni", "jenis_identitas": "nik", "nik": "6306050102900001",
    "nama": "Contoh Muhammad Syarifuddin bin Haji Contoh Abdurrahman", "tempat_lahir": "Kandangan",
    "tanggal_lahir": "1990-02-01", "jenis_kelamin": "laki_laki", "agama": "islam",
    "pekerjaan": "Petani",
    "alamat": "Jalan Contoh Nomor 12 RT 03 RW 01", "desa": "Desa Contoh Hulu",
    "kecamatan": "Kandangan",
    "kabupaten": "Hulu Sungai Selatan", "telepon": "0812-0000-0000", "dibantu": "tidak",
}  # fmt: skip
LOSS = {
    "jenis": "BPKB", "pemilik": "sendiri", "jumlah": 1, "satuan": "buku",
    "barang": "BPKB sepeda motor",
    "tempat_hilang": "sekitar Pasar Kandangan", "tanggal_hilang": "2026-11-22",
    "sudah_dicari": True,
    "kronologi": ("Pelapor baru mengetahui setelah sampai di rumah dan kembali "
        "mencari di sepanjang jalan."),
}  # fmt: skip


def letter(
    identity: dict[str, Any] | None = None, loss: dict[str, Any] | None = None, **more: Any
) -> str:
    answers = {
        "terima_warga": {"arrived_at": "2026-11-22T23:50:00+00:00"},
        "identitas": {**IDENTITY, **(identity or {})},
        "uraian": {**LOSS, **(loss or {})},
    }
    told = {
        "jenis": answers["uraian"]["jenis"],
        "pemilik": answers["uraian"]["pemilik"],
        "balik_nama": "sudah",
    }
    papers = [
        {
            "bukti": line["bukti"],
            "nomor": "000/CONTOH/2026",
            "penerbit": line["penerbit"],
            "tanggal": "2026-11-20",
        }
        for line in sktlk().decision("persyaratan").evaluate(told)
    ]
    return filled(sktlk(), "sktlk", answers, **{"nomor": NUMBER, "butir": papers, **more})


def test_r13_the_letter_states_who_lost_what_where_and_when() -> None:
    words = text(letter())
    for part in (
        NUMBER, "6306050102900001", "1 Februari 1990", "Islam", "Petani",
        "Desa Contoh Hulu, Kecamatan Kandangan", "0812-0000-0000", "1 buku", "BPKB sepeda motor",
        "22 November 2026",
        "sekitar Pasar Kandangan", "sudah dicari dan tidak ditemukan", "KA SPKT", "NRP 00000000",
        ADDRESS,
    ):  # fmt: skip
        assert part in words


def test_r13_the_letter_says_when_the_citizen_came_and_separately_when_it_was_issued() -> None:
    words = text(letter(tanggal_terbit="Selasa, 24 November 2026", jam_terbit="08.05 WITA"))
    assert "pada hari Senin, 23 November 2026 pukul 07.50 WITA telah datang" in words
    assert "Kandangan, 24 November 2026" in words


def test_r69_the_letter_says_that_it_is_free_and_no_replacement() -> None:
    words = text(letter())
    assert "tanpa dipungut biaya (Rp0)" in words
    assert "bukan pengganti surat atau barang yang hilang" in words


def test_pitfall_24_validity_is_printed_only_when_configured() -> None:
    assert "berlaku 14 hari" not in text(letter())
    assert "Surat ini berlaku 14 hari sejak terbit." in text(
        letter(masa_berlaku="Surat ini berlaku 14 hari sejak terbit.")
    )


def test_pitfall_27_no_law_is_cited_and_no_other_time_zone() -> None:
    assert not re.search(r"KUHP|KUHAP|Pasal|Perkap|WIB|WIT\b", text(letter()))


def test_r29_an_assisted_report_is_noted_with_the_thumb_print() -> None:
    assisted = {
        "dibantu": "ya",
        "alasan_bantuan": "tidak_dapat_menulis",
        "jenis_tanda": "cap_jempol",
    }
    words = text(letter(identity=assisted))
    assert "Pelapor dibantu dalam mengisi laporan (tidak dapat menulis)" in words
    assert "(cap jempol)" in words
    assert "dibantu" not in text(letter())


def test_r11_a_foreigner_is_named_by_passport_and_country() -> None:
    foreigner = {
        "kewarganegaraan": "wna", "negara": "Negara Contoh", "jenis_identitas": "paspor",
        "nomor_identitas": "CONTOH0001", "nik": "6306050102900001", "agama": "tidak_disebut",
    }  # fmt: skip
    words = text(letter(identity=foreigner))
    assert "warga negara asing" in words
    assert "Nomor Paspor : CONTOH0001" in words
    assert "Kewarganegaraan : Negara Contoh" in words
    assert "NIK" not in words
    assert "Agama" not in words


def test_a_lost_thing_of_somebody_else_names_its_owner() -> None:
    words = text(
        letter(
            loss={
                "pemilik": "orang_lain",
                "nama_pemilik": "Contoh Pemilik",
                "hubungan_pemilik": "anak",
            }
        )
    )
    assert "barang milik Contoh Pemilik (pelapor: anak)" in words


def test_what_people_typed_is_text_and_never_markup() -> None:
    assert "<script>" not in letter(loss={"kronologi": "<script>alert(1)</script>"})


def test_a_withdrawn_letter_says_so() -> None:
    assert "BATAL TIDAK BERLAKU" in text(letter(batal=True))


def test_a_letter_of_a_demo_says_that_it_is_an_example() -> None:
    assert "CONTOH " not in text(letter()).replace("CONTOH PEJABAT", "")
    assert re.search(
        r"\bCONTOH Surat|HULU SUNGAI SELATAN CONTOH SURAT", text(letter(contoh=True)), re.IGNORECASE
    )
    assert "BATAL" not in text(letter())


def test_the_title_of_the_document_names_nobody() -> None:
    head = letter().partition("</title>")[0]
    assert "Contoh" not in head
    assert "6306" not in head


@pytest.mark.parametrize("withdrawn", [False, True])
def test_the_heaviest_kind_fits_on_one_page(withdrawn: bool) -> None:
    assisted = {
        "dibantu": "ya",
        "alasan_bantuan": "tidak_dapat_menulis",
        "jenis_tanda": "tanda_tangan",
    }
    metadata = printing.Metadata(
        "SKTLK", "SPKT", datetime(2026, 11, 23, 6, 20, tzinfo=UTC), b"0" * 16
    )
    pdf, pages = printing.typeset(letter(identity=assisted, batal=withdrawn), metadata)
    assert pdf.startswith(b"%PDF")
    assert pages == 1
