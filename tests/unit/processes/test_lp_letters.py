"""Police report, receipt and refusal: what must be on them (requirements 2.1, 2.2), and no law that
no longer holds (pitfall 27).
"""

import re
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.unit.processes.folder import lp
from tests.unit.processes.sheet import ADDRESS, TAIL, filled, text
from tests.unit.processes.test_sktlk_letter import IDENTITY
from workflow_app.services.letters import printing
from workflow_app.services.office_settings import configuration

NUMBERS = {"lp": f"LP/B/17/{TAIL}", "sttlp": f"STTLP/B/17/{TAIL}", "skpl": f"SKPL/17/{TAIL}"}
SIGNED = (
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAIAAAACAQAAAABazTCJAAAADE"
    "lEQVR4nGNgYGAAAAAEAAH2FzhVAAAAAElFTkSuQmCC"
)
EVENT = {
    "jenis_perkara": "curanmor", "kedudukan_pelapor": "korban", "tanggal_kejadian": "2026-11-22",
    "jam_kejadian": "sekitar 20.00 WITA", "kecamatan_kejadian": "63_06_05",
    "tempat_kejadian": "halaman rumah di Desa Contoh",
    "peristiwa": "Sepeda motor pelapor diambil orang yang tidak dikenal.",
    "kerugian": "Satu sepeda motor",
}  # fmt: skip
DERIVED = {
    "kronologi": {
        "kronologi": "Motor diletakkan di halaman, lalu tidak ada.",
        "akibat": "tidak_luka",
    },
    "bukti_saksi": {"saksi": "Contoh Saksi, tetangga", "bukti": "STNK dan kunci"},
    "kajian_awal": {"kajian": "layak", "dugaan_pasal": "Pencurian"},
}


def letter(
    kind: str,
    identity: dict[str, Any] | None = None,
    answers: dict[str, Any] | None = None,
    **more: Any,
) -> str:
    given = {
        "terima_pelapor": {"arrived_at": "2026-11-22T23:50:00+00:00", "model_lp": "b"},
        "identitas": {**IDENTITY, **(identity or {})},
        "kejadian": EVENT,
        "riwayat": {"pernah_dilaporkan": "tidak"},
        "putuskan_laporan": {"keputusan": "terima"},
        **(DERIVED if answers is None else answers),
    }
    told = {
        "nomor": NUMBERS[kind],
        "penandatangan": configuration.SEED[f"penandatangan.{kind}"],
        "petugas": {"nama": "Contoh Petugas Satu", "pangkat": "Bripda", "nrp": "00000001"},
        "ketentuan": configuration.SEED[f"ketentuan.{kind}"],
        "surat_lain": {"lp": NUMBERS["lp"]}.get,
    }
    return filled(lp(), kind, given, **{**told, **more})


REFUSED = {
    "putuskan_laporan": {
        "keputusan": "tolak", "dasar_penolakan": "bukan_pidana",
        "alasan_penolakan": "Ini perselisihan utang piutang.\n\nTidak ada yang diambil paksa.",
        "saran": "Mengajukan gugatan perdata.",
    }
}  # fmt: skip


def test_r48_the_report_states_who_reports_what_where_and_when_and_who_wrote_it() -> None:
    words = text(letter("lp"))
    for part in (
        NUMBERS["lp"], "model B", "6306050102900001", "Petani", "Korban",
            "22 November 2026, sekitar 20.00 WITA",
        "halaman rumah di Desa Contoh, Kecamatan Kandangan", "Sepeda motor pelapor diambil",
        "dalam penyelidikan",
        "Pencurian", "Contoh Saksi, tetangga", "STNK dan kunci", "Satu sepeda motor",
        "Motor diletakkan di halaman",
        "Contoh Petugas Satu", "Bripda NRP 00000001", "KA SPKT", ADDRESS,
    ):  # fmt: skip
        assert part in words


def test_r46_without_the_derived_steps_the_report_still_stands() -> None:
    words = text(letter("lp", answers={}))
    assert "ditentukan penyidik" in words
    assert "IV. Tindakan yang diambil" in words
    assert "Uraian kejadian" not in words


def test_the_report_of_a_member_says_model_a() -> None:
    member = {"terima_pelapor": {"arrived_at": "2026-11-22T23:50:00+00:00", "model_lp": "a"}}
    assert "model A" in text(letter("lp", answers=member))


def test_r48_the_receipt_names_the_report_it_is_for() -> None:
    words = text(letter("sttlp"))
    assert f"Nomor Laporan Polisi : {NUMBERS['lp']}" in words
    assert NUMBERS["sttlp"] in words
    assert "Contoh Petugas Satu, Bripda NRP 00000001" in words


@pytest.mark.parametrize("kind", ["lp", "sttlp"])
def test_both_sign_the_report_and_the_receipt(kind: str) -> None:
    drawn = {"tanda_tangan": SIGNED, "tanda_tangan_petugas": SIGNED}
    assert letter(kind, tanda_tangan_di=drawn.get).count(SIGNED) == 2
    assert SIGNED not in letter(kind)


def test_r48_the_reasons_of_a_refusal_are_numbered() -> None:
    reasons = (
        letter("skpl", answers=REFUSED).partition('<ol class="alasan">')[2].partition("</ol>")[0]
    )
    assert (
        reasons == "<li>Ini perselisihan utang piutang.</li><li>Tidak ada yang diambil paksa.</li>"
    )


def test_r48_the_refusal_gives_reasons_and_remedies_and_is_signed_by_who_decided() -> None:
    html = letter("skpl", answers=REFUSED, tanda_tangan_di={"tanda_tangan_pejabat": SIGNED}.get)
    words = text(html)
    for part in (
        NUMBERS["skpl"], "Peristiwanya bukan tindak pidana", "Ini perselisihan utang piutang.",
            "gugatan perdata",
        "Propam", "Ombudsman", "melapor kembali kapan saja", "Contoh Petugas Satu",
    ):  # fmt: skip
        assert part in words
    assert html.count(SIGNED) == 1


@pytest.mark.parametrize("kind", ["lp", "sttlp", "skpl"])
def test_r29_a_reporter_who_cannot_read_or_write_is_noted(kind: str) -> None:
    helped = {
        "dibantu": "ya", "alasan_bantuan": "tidak_membaca_menulis", "hubungan_penolong": "keluarga",
        "bahasa": "bahasa Banjar", "jenis_tanda": "cap_jempol",
    }  # fmt: skip
    words = text(letter(kind, helped, REFUSED))
    assert (
        "dibantu dalam melapor (tidak dapat membaca dan menulis) oleh keluarga dengan bahasa Banjar"
        in words
    )
    assert "(cap jempol)" in words or kind == "skpl"
    assert "dibantu" not in text(letter(kind, {}, REFUSED))


@pytest.mark.parametrize("kind", ["lp", "sttlp", "skpl"])
def test_r69_every_letter_says_that_it_is_free(kind: str) -> None:
    assert "tanpa dipungut biaya (Rp0)" in text(letter(kind, answers=REFUSED))


@pytest.mark.parametrize("kind", ["lp", "sttlp", "skpl"])
def test_pitfall_27_law_comes_from_the_configuration_and_is_the_law_of_today(kind: str) -> None:
    assert not re.search(
        r"KUH|Pasal \d|Perkap|UU |WIB|WIT\b", text(letter(kind, answers=REFUSED, ketentuan=[]))
    )
    words = text(letter(kind, answers=REFUSED))
    assert not re.search(r"8 Tahun 1981|Pasal (108|220|242)\b|Perkap", words)


def test_kuhap_23_the_receipt_says_what_the_reporter_may_expect() -> None:
    words = text(letter("sttlp"))
    assert "Pasal 23 ayat (5) UU Nomor 20 Tahun 2025" in words
    assert "14 hari" in words


@pytest.mark.parametrize("kind", ["lp", "sttlp", "skpl"])
def test_what_people_typed_is_text_and_never_markup_and_the_title_names_nobody(kind: str) -> None:
    hostile = {**REFUSED, "kejadian": {**EVENT, "peristiwa": "<script>alert(1)</script>"}}
    html = letter(kind, answers=hostile)
    assert "<script>" not in html
    assert "Contoh" not in html.partition("</title>")[0]


@pytest.mark.parametrize("kind", ["lp", "sttlp", "skpl"])
@pytest.mark.parametrize("withdrawn", [False, True])
def test_letters_fit_on_their_pages(kind: str, withdrawn: bool) -> None:
    metadata = printing.Metadata("LP", "SPKT", datetime(2026, 11, 23, 6, 20, tzinfo=UTC), b"0" * 16)
    _, pages = printing.typeset(
        letter(kind, answers={**DERIVED, **REFUSED}, batal=withdrawn), metadata
    )
    assert pages <= (2 if kind == "lp" else 1)
