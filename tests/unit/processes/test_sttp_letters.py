"""The papers of notices and self-reports: what they say, what they leave out, and that each fits on
its page (R13, R36, R69).
"""

import re
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.unit.processes.folder import skld, sttp
from tests.unit.processes.sheet import ADDRESS, TAIL, filled, text
from workflow_app.services.letters import printing

ARRIVED = {"arrived_at": "2026-12-31T23:58:00+08:00"}
HELPED = {
    "dibantu": "ya",
    "alasan_bantuan": "bahasa",
    "hubungan_penolong": "penerjemah",
    "bahasa": "bahasa Inggris",
}
LIVES = {
    "alamat": "Jalan Contoh Nomor 1 RT 01 RW 01", "desa": "Desa Contoh", "kecamatan": "Kandangan",
    "kabupaten": "Hulu Sungai Selatan",
}  # fmt: skip
ORGANISER = {
    "kewarganegaraan": "wni", "jenis_identitas": "nik", "nik": "6306050102900001",
    "nama": "Contoh Muhammad Syarifuddin bin Haji Contoh Abdurrahman", "tempat_lahir": "Kandangan",
    "tanggal_lahir": "1990-02-01", "jenis_kelamin": "laki_laki", "pekerjaan": "Guru",
    "yang_datang": "wakil",
    "nama_wakil": "Contoh Wakil", "hubungan_wakil": "sekretaris panitia", **LIVES, **HELPED,
}  # fmt: skip
NOTICE: dict[str, dict[str, Any]] = {
    "terima_warga": ARRIVED,
    "identitas": ORGANISER,
    "keperluan": {
        "jenis_kegiatan": "penyampaian_pendapat", "pemberitahuan": "perubahan",
        "nomor_sebelumnya": "STTP/1/XII/2026/CONTOH",
    },
    "kegiatan": {
        "maksud": "Menyampaikan pendapat tentang perbaikan jalan desa.", "bentuk": "Rapat umum",
        "jumlah_peserta": 150,
        "tempat": "Lapangan Contoh sampai simpang empat Contoh",
        "kegiatan_mulai": "2027-01-04T09:00:00+08:00",
        "kegiatan_selesai": "2027-01-04T12:00:00+08:00",
        "alat_peraga": "Spanduk dan pengeras suara",
        "organisasi": "Paguyuban Contoh", "alamat_organisasi": "Jalan Contoh Nomor 2",
    },
}  # fmt: skip
REPORT: dict[str, dict[str, Any]] = {
    "terima_warga": ARRIVED,
    "identitas": {
        "nama": "Contoh Orang Asing dengan Nama Panjang", "negara": "Negara Contoh",
        "nomor_paspor": "X0000000",
        "tempat_lahir": "Kota Contoh", "tanggal_lahir": "1985-05-17", "jenis_kelamin": "perempuan",
        "pekerjaan": "Guru bahasa", **LIVES, **HELPED,
    },
    "lapor_diri": {
        "izin_tinggal": "itas", "nomor_izin": "2C00CONTOH", "bekerja": "ya", "penjamin": "ada",
        "nama_penjamin": "PT Contoh Sponsor", "alamat_penjamin": "Jalan Contoh Nomor 4",
    },
}  # fmt: skip
PAPERS = {
    "sttp": (sttp, NOTICE),
    "bukti_sttp": (sttp, NOTICE),
    "skld": (skld, REPORT),
    "bukti_skld": (skld, REPORT),
}
LAW = ["Kalimat hukum contoh yang cukup panjang untuk memenuhi satu baris surat ini."] * 2


def letter(kind: str, changed: dict[str, dict[str, Any]] | None = None, **more: Any) -> str:
    definition, answers = PAPERS[kind]
    told = {
        "nomor": f"{kind.upper().replace('BUKTI_', 'BP-')}/7/{TAIL}",
        "ketentuan": LAW,
        "surat_lain": {"bukti_sttp": "BP-STTP/7/CONTOH", "bukti_skld": "BP-SKLD/7/CONTOH"}.get,
    }
    return filled(definition(), kind, {**answers, **(changed or {})}, **{**told, **more})


def test_r13_the_receipt_of_a_notice_has_its_eight_facts_and_the_time_it_came_in_wita() -> None:
    words = text(letter("sttp"))
    for part in (
        "Kamis, 31 Desember 2026 pukul 23.58 WITA", ORGANISER["nama"], "perbaikan jalan desa",
        "simpang empat Contoh",
        ("Senin, 4 Januari 2027 pukul 09.00 WITA sampai Senin, 4 Januari 2027 pukul 12.00 "
            "WITA"), "Rapat umum",
        "Paguyuban Contoh, Jalan Contoh Nomor 2", "Spanduk dan pengeras suara", "sekitar 150 orang",
        "STTP/1/XII/2026/CONTOH",
        "Contoh Wakil (sekretaris panitia)", "BP-STTP/7/CONTOH", "tanpa dipungut biaya (Rp0)",
        ADDRESS,
    ):  # fmt: skip
        assert part in words


def test_a_new_notice_names_none_before_it_and_no_organisation_where_there_is_no_address() -> None:
    changed = {
        "keperluan": {"jenis_kegiatan": "kegiatan_lain", "pemberitahuan": "baru"},
        "kegiatan": {k: v for k, v in NOTICE["kegiatan"].items() if k != "alamat_organisasi"},
    }
    words = text(letter("sttp", changed))
    assert "perubahan dari" not in words
    assert "Organisasi : Paguyuban Contoh Alat" in words


def test_r13_a_self_report_says_who_where_and_that_it_is_no_permit_to_stay() -> None:
    line = {
        "bukti": "Paspor",
        "nomor": "X0000000",
        "tanggal": "2026-01-31",
        "penerbit": "Negara asal",
    }
    words = text(
        letter("skld", butir=[line, {**line, "bukti": "Pasfoto", "nomor": "", "tanggal": ""}])
    )
    for part in (
        "seorang perempuan, warga negara asing", "Negara Contoh", "X0000000",
        "KITAS atau ITAS, nomor 2C00CONTOH",
        "PT Contoh Sponsor, Jalan Contoh Nomor 4", "(1) Paspor, nomor X0000000, 31-01-2026",
        "(2) Pasfoto.",
        "bukan izin tinggal", "tanpa dipungut biaya (Rp0)",
    ):  # fmt: skip
        assert part in words


@pytest.mark.parametrize("kind", ["bukti_sttp", "bukti_skld"])
def test_r23_r36_the_receipt_names_nobody_is_not_the_letter_and_says_how_to_follow(
    kind: str,
) -> None:
    words = text(letter(kind))
    named = [*ORGANISER.values(), *NOTICE["kegiatan"].values(), *REPORT["identitas"].values()]
    assert [
        value for value in named if isinstance(value, str) and len(value) > 12 and value in words
    ] == []
    assert "Bukti ini bukan" in words
    assert "https://spkt.contoh.go.id/lacak" in words
    assert "kode rahasia pada lembar tersendiri" in words


@pytest.mark.parametrize("kind", PAPERS)
def test_letters_cite_no_law_of_their_own_and_no_other_time_zone(kind: str) -> None:
    words = text(letter(kind, ketentuan=[]))
    assert not re.search(r"Pasal|Perpol|Perkap|KUHP|\bWIB\b|\bWIT\b|\u2014", words)


@pytest.mark.parametrize("kind", PAPERS)
def test_what_people_typed_is_text_and_never_markup(kind: str) -> None:
    bad = "<script>alert(1)</script>"
    changed = {
        element: {
            name: bad if name in ("nama", "maksud", "nama_penjamin") else value
            for name, value in given.items()
        }
        for element, given in PAPERS[kind][1].items()
    }
    assert "<script>" not in letter(kind, changed)


@pytest.mark.parametrize("kind", PAPERS)
@pytest.mark.parametrize("withdrawn", [False, True])
def test_each_fits_on_one_page(kind: str, withdrawn: bool) -> None:
    about = printing.Metadata(
        "Surat", "SPKT", datetime(2026, 12, 31, 15, 58, tzinfo=UTC), b"0" * 16
    )
    pdf, pages = printing.typeset(letter(kind, batal=withdrawn, contoh=True), about)
    assert pdf.startswith(b"%PDF")
    assert pages == 1
