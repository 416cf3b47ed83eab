"""The receipt of a complaint: its number, what was said, who signed, and nothing too much (R28,
R35).
"""

import re
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.unit.processes.folder import complaint
from tests.unit.processes.sheet import ADDRESS, TAIL, filled, text
from workflow_app.services.letters import printing

NUMBER = f"DUMAS/17/{TAIL}"
PERSON = {
    "nama": "Contoh Muhammad Syarifuddin bin Haji Contoh Abdurrahman",
    "alamat": "Jalan Contoh Nomor 12 RT 03 RW 01",
    "desa": "Desa Contoh Hulu", "kecamatan": "Kandangan", "kabupaten": "Hulu Sungai Selatan",
    "dibantu": "tidak",
    "nik": "6306050102900001", "telepon": "0812-0000-0000",
}  # fmt: skip
MATTER = {
    "golongan": "pelayanan_lambat", "pengadu_sebagai": "perorangan",
    "harapan": "Diberi kepastian waktu.",
    "uraian_aduan": "Sudah dua kali datang dan diminta kembali tanpa penjelasan.",
}  # fmt: skip
AT_THE_DESK = {
    "kanal": "langsung",
    "received_at": "2026-12-31T15:59:00+00:00",
    "tempat_penyampaian": "Ruang pelayanan SPKT",
}
SHEET = {
    "kanal": "kotak_pengaduan",
    "kotak": "Kotak pengaduan SPKT",
    "nomor_lembar": 3,
    "received_at": "2026-12-31T16:01:00+00:00",
}


def letter(
    person: dict[str, Any] | None = None,
    channel: str = "langsung",
    matter: dict[str, Any] = MATTER,
    **more: Any,
) -> str:
    """The receipt as it is printed, of the desk or of the box."""
    answers: dict[str, dict[str, Any]] = {"pokok_aduan": matter}
    if channel == "langsung":
        response = {"tanggapan": "Dikabari lewat telepon paling lambat lusa."}
        answers |= {
            "terima_pengaduan": AT_THE_DESK,
            "identitas": {**PERSON, **(person or {})},
            "tanggapan_langsung": response,
        }
    else:
        answers |= {"lembar_kotak": SHEET, "pengirim": person or {}}

    told = {
        "nomor": NUMBER,
        "tanggal_terbit": "Kamis, 31 Desember 2026",
        "jam_terbit": "23.59 WITA",
    }
    return filled(complaint(), "tanda_terima", answers, **{**told, **more})


def test_r28_the_receipt_of_the_desk_states_who_what_where_and_when() -> None:
    words = text(letter())
    for part in (
        NUMBER, "Kamis, 31 Desember 2026 pukul 23.59 WITA", "Ruang pelayanan SPKT",
            "Contoh Muhammad Syarifuddin",
        "Desa Contoh Hulu, Kecamatan Kandangan", "Pelayanan lambat",
        "diminta kembali tanpa penjelasan",
        "Diberi kepastian waktu", "paling lambat lusa", "Pengadu,", "NRP 00000000", ADDRESS,
    ):  # fmt: skip
        assert part in words


def test_r79_the_complainant_reads_whether_the_member_he_complains_about_was_written_down() -> None:
    """Who records may be whom it concerns: the citizen reads it on what he signs, and is told what
    to do.
    """
    assert re.search(r"Anggota yang diadukan\W+tidak disebut", text(letter()))
    named = {**MATTER, "yang_diadukan_uraian": "Anggota Contoh yang berjaga di loket."}
    assert "Anggota Contoh yang berjaga di loket." in text(letter(matter=named))
    for words in ("jangan tanda tangani", "mintalah petugas lain", "langsung ke Sie Propam"):
        assert words in text(letter())
    assert "Sie Propam" not in text(letter(matter=named, channel="kotak"))


def test_r19_the_receipt_of_a_sheet_says_when_the_box_was_opened_and_names_nobody() -> None:
    words = text(letter(channel="kotak"))
    assert "Jumat, 1 Januari 2027 pukul 00.01 WITA" in words
    assert "ke-3 dari Kotak pengaduan SPKT" in words
    assert "tidak disebut" in words
    assert "Pengadu," not in words


def test_r23_a_receipt_that_is_sent_tells_no_story_and_no_address() -> None:
    words = text(letter({"nama": "Contoh Warga", "alamat": "Jalan Contoh 5"}, channel="kotak"))
    assert "Contoh Warga" in words
    assert "Jalan Contoh 5" not in words
    assert "diminta kembali" not in words
    assert "dijamin kerahasiaannya" in words


def test_r29_help_in_filling_is_noted_with_the_thumb_print() -> None:
    words = text(
        letter(
            {
                "dibantu": "ya",
                "alasan_bantuan": "tidak_membaca_menulis",
                "jenis_tanda": "cap_jempol",
            }
        )
    )
    assert "Pengadu dibantu dalam mengisi pengaduan (tidak dapat membaca dan menulis)" in words
    assert "(cap jempol)" in words


def test_r69_it_is_free_and_numbers_nobody() -> None:
    words = text(letter())
    assert "tanpa dipungut biaya (Rp0)" in words
    assert PERSON["nik"] not in words
    assert PERSON["telepon"] not in words


def test_pitfall_27_no_law_is_cited_and_no_other_time_zone() -> None:
    assert not re.search(r"KUHP|KUHAP|Pasal|Perkap|WIB|WIT\b", text(letter()))


def test_what_people_typed_is_text_and_never_markup() -> None:
    assert "<script>" not in letter({"nama": "<script>alert(1)</script>"})


@pytest.mark.parametrize("channel", ["langsung", "kotak"])
def test_it_fits_on_one_page(channel: str) -> None:
    metadata = printing.Metadata(
        "DUMAS", "SPKT", datetime(2026, 12, 31, 15, 59, tzinfo=UTC), b"0" * 16
    )
    pdf, pages = printing.typeset(letter(channel=channel, batal=True), metadata)
    assert pdf.startswith(b"%PDF")
    assert pages == 1


def test_r35_the_receipt_of_a_levy_names_its_way_and_nothing_that_was_told() -> None:
    """Propam wrote it down; there is no desk, no matter and no channel of the SOP."""
    words = "Pengadu dimintai uang saat suratnya dibuat."
    told = {
        "received_at": "2026-12-31T15:59:00+00:00",
        "keterangan_baru": words,
        "nama": "Contoh Warga Satu",
    }
    letter = filled(
        complaint(),
        "tanda_terima",
        {"keterangan_propam": told},
        nomor=NUMBER,
        tanggal_terbit="Kamis, 31 Desember 2026",
    )

    printed = text(letter)
    for part in (
        NUMBER,
        "keterangan pengadu saat dilayani",
        "Pungutan saat pelayanan",
        "Contoh Warga Satu",
        "Rp0",
    ):
        assert part in printed
    assert words not in printed
    assert "Pengadu," not in printed, "nobody signs for what was told to Propam"
