"""The forwarding letter: to whom, what, which papers; of the citizen only what was chosen (R26)."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.unit.processes.folder import referral
from tests.unit.processes.sheet import ADDRESS, TAIL, filled, text
from workflow_app.services.letters import printing

NUMBER = f"RUJUKAN/7/{TAIL}"
FORWARDED = {
    "tujuan_surat": "Kepala Dinas Kependudukan dan Pencatatan Sipil Kabupaten Hulu Sungai Selatan",
    "tempat_tujuan": "Kandangan",
    "perihal": "Permintaan perbaikan data kependudukan",
    "isi": "Warga meminta perbaikan ejaan nama pada kartu keluarga.\nSurat lama terlampir.",
    "daftar_berkas": "Fotokopi kartu keluarga, 1 lembar\n\nFotokopi ijazah, 1 lembar\n",
    "sebut_identitas": "tidak",
    "nama": "Contoh Muhammad Syarifuddin bin Haji Contoh Abdurrahman",
    "telepon": "0812-0000-0000",
}


OFFICER = {
    "atas_nama": "a.n. KEPALA KEPOLISIAN RESOR HULU SUNGAI SELATAN", "jabatan": "PAMAPTA SPKT",
    "nama": "CONTOH PERWIRA JAGA, S.H.", "pangkat": "INSPEKTUR POLISI DUA", "nrp": "00000000",
}  # fmt: skip


def letter(forwarded: dict[str, Any] | None = None, *, asked: bool = True, **more: Any) -> str:
    need = {"rujukan_layanan": "instansi", "keperluan": "Catatan dalam."}
    answers = {
        **({"rujukan_keperluan": need} if asked else {}),
        "rujukan_identitas": {"nama": FORWARDED["nama"], "telepon": FORWARDED["telepon"]},
        "rujukan_penerusan": {**FORWARDED, **(forwarded or {})},
    }
    return filled(
        referral(), "rujukan", answers, **{"nomor": NUMBER, "penandatangan": OFFICER, **more}
    )


def test_r26_the_letter_says_to_whom_what_and_which_papers() -> None:
    words = text(letter())
    for part in (
        NUMBER, FORWARDED["tujuan_surat"], "di Kandangan", FORWARDED["perihal"],
            "ejaan nama pada kartu keluarga",
        "1 Fotokopi kartu keluarga, 1 lembar 2 Fotokopi ijazah, 1 lembar", "TANDA TERIMA",
        "PAMAPTA SPKT",
        "Kandangan, 23 November 2026", ADDRESS,
    ):  # fmt: skip
        assert part in words


def test_r49_a_police_report_is_forwarded_by_its_number_and_without_a_need_that_nobody_asked_for() -> (  # noqa: E501 - a sentence
    None
):
    words = text(letter(asked=False, surat_lain={"lp": "LP/B/7/XI/2026"}.get))
    assert "Laporan Polisi : nomor LP/B/7/XI/2026" in words
    assert "Keperluan warga" not in words
    assert "Laporan Polisi" not in text(letter())


@pytest.mark.parametrize(
    ("chosen", "named", "reachable"),
    [("tidak", False, False), ("nama", True, False), ("nama_kontak", True, True)],
)
def test_r23_the_citizen_is_named_only_as_far_as_was_chosen(
    chosen: str, named: bool, reachable: bool
) -> None:
    words = text(letter(forwarded={"sebut_identitas": chosen}))
    assert (FORWARDED["nama"] in words) == named
    assert (FORWARDED["telepon"] in words) == reachable
    assert "Catatan dalam" not in words


def test_the_letter_tells_nobody_that_the_other_service_is_free_and_cites_no_law() -> None:
    words = text(letter())
    assert "SPKT tidak memungut biaya untuk meneruskan" in words
    assert not re.search(r"gratis|Rp0|KUHP|KUHAP|Pasal|Perkap|WIB|WIT\b", words)


def test_what_people_typed_is_text_and_never_markup() -> None:
    assert "<script>" not in letter(forwarded={"isi": "<script>alert(1)</script> permintaan"})


def test_the_title_of_the_document_names_nobody() -> None:
    assert "Contoh" not in letter(forwarded={"sebut_identitas": "nama"}).partition("</title>")[0]


@pytest.mark.parametrize("withdrawn", [False, True])
def test_it_fits_on_one_page(withdrawn: bool) -> None:
    about = printing.Metadata(
        "Rujukan", "SPKT", datetime(2026, 11, 23, 6, 20, tzinfo=UTC), b"0" * 16
    )
    html = letter(
        forwarded={"sebut_identitas": "nama_kontak", "isi": "Warga meminta perbaikan data. " * 12},
        batal=withdrawn,
        contoh=True,
    )
    pdf, pages = printing.typeset(html, about)
    assert pdf.startswith(b"%PDF")
    assert pages == 1
