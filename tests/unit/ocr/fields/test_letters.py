"""Letters: number, day, issuer, subject; and what is no letter although it names one."""

import pytest

from ocr.fields.lines import Field, PaperType
from ocr.fields.proposals import propose
from tests.unit.ocr.fields.written import page

LETTER = (
    "PEMERINTAH KABUPATEN CONTOH",
    "KECAMATAN CONTOH BARAT",
    "Jalan Contoh Nomor 1",
    "Nomor : 470/12/DS-CTH/XI/2026",
    "Perihal : Pengantar laporan kehilangan",
    "Yang bersangkutan lahir di Contoh, 1 Juli 1985 dan bermaksud melaporkan kehilangan kartu.",
    "Contoh, 24 November 2026",
    "Kepala Desa",
)
EXPECTED = {
    Field.LETTER_NUMBER: "470/12/DS-CTH/XI/2026",
    Field.LETTER_DATE: "2026-11-24",
    Field.ISSUER: "PEMERINTAH KABUPATEN CONTOH, KECAMATAN CONTOH BARAT",
    Field.SUBJECT: "Pengantar laporan kehilangan",
}


def values(*lines: str) -> dict[Field, str]:
    found = propose([page(*lines)])
    assert found.paper is PaperType.LETTER
    return {each.field: each.value for each in found.fields}


def test_number_day_issuer_and_subject_of_a_letter() -> None:
    assert values(*LETTER) == EXPECTED


@pytest.mark.parametrize(
    ("printed", "read"),
    [
        ("Nomor :", "Nomor:"),
        ("Nomor :", "N0mor"),
        ("470/12/DS-CTH/XI/2026", "470 / 12 / DS-CTH / XI / 2026"),
        ("Perihal :", "PerihaI ;"),
        ("24 November", "24 Nopember"),
        ("24 November", "24 Novernber"),
        ("Contoh, 24 November 2026", "Tanggal : 24-11-2026"),
    ],
)
def test_what_engines_and_writers_vary_is_understood(printed: str, read: str) -> None:
    assert values(*(line.replace(printed, read) for line in LETTER)) == EXPECTED


@pytest.mark.parametrize(
    "line",
    [
        (
            "Laporan ini dibuat dengan nomor LP/B/12/XI/2026/SPKT dan dicatat dalam register "
            "harian kantor."
        ),
        "nomor LP/B/12/XI/2026/SPKT dan dicatat",
        "Nomor telepon kantor",
        "SURAT IZIN MENGEMUDI DAN SURAT TANDA NOMOR KENDARAAN BERMOTOR YANG HILANG DICATAT DI SINI",
        "Surat Izin Mengemudi",
    ],
)
def test_a_paper_that_names_another_is_not_taken_for_it(line: str) -> None:
    assert (
        propose([page("PETUNJUK PELAYANAN", line, "Demikian untuk diketahui.")]).paper
        is PaperType.UNKNOWN
    )


@pytest.mark.parametrize(
    "line",
    [
        "Minggu tanggal 16 Oktober 2019 sekira pukul 19.42 WITA yang bersangkutan datang",
        "tanggal 16 Oktober 2019 sekira pukul 19.42 WITA yang bersangkutan datang",
        "Hal ini disampaikan untuk diketahui dan dipergunakan seperlunya",
        "dalam hal ini melaporkan kehilangan kartu",
    ],
)
def test_a_sentence_that_names_a_day_or_a_matter_is_no_head_of_the_letter(line: str) -> None:
    lines = [each for each in LETTER if not each.startswith("Perihal")]
    assert values(*lines[:4], line, *lines[4:]) == {
        field: value for field, value in EXPECTED.items() if field is not Field.SUBJECT
    }


def test_a_letter_of_our_own_brings_the_code_by_which_it_is_verified() -> None:
    own = "atau membuka https://spkt.contoh.invalid/periksa/7K3M-0QXR-9ABC-WXYZ"
    assert values(*LETTER, own) == EXPECTED | {Field.VERIFICATION_CODE: "7K3M-0QXR-9ABC-WXYZ"}
    assert (code := propose([page(own)]).first(Field.VERIFICATION_CODE))
    assert code.confidence == 60, "chance has spelled it, so its reading cannot be sure"
    assert values("surat yang hanya kakinya terbaca", own) == {
        Field.VERIFICATION_CODE: "7K3M-0QXR-9ABC-WXYZ"
    }


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("SURAT KETERANGAN TANDA LAPOR KEHILANGAN", "sktlk"),
        ("LAPORAN POLISI", "laporan_polisi"),
        ("LAP0RAN POLlSI", "laporan_polisi"),
        ("SURAT TANDA TERIMA LAPORAN POLISI", "laporan_polisi"),
        ("TANDA BUKTI LAPOR", "laporan_polisi"),
        ("PENGADUAN MASYARAKAT", "pengaduan"),
        ("LAPORAN PENGADUAN", "pengaduan"),
    ],
)
def test_every_title_says_what_kind_of_letter_it_is_and_is_no_issuer(title: str, kind: str) -> None:
    found = values("RESOR CONTOH", title, "Nomor : B/12/III/2019/Contoh")
    assert (found[Field.LETTER_KIND], found[Field.ISSUER]) == (kind, "RESOR CONTOH")


def test_the_number_of_a_bank_card_is_no_code_of_a_letter() -> None:
    assert (
        propose([page("kartu ATM bernomor 1234-5678-9012-3456 hilang")]).paper is PaperType.UNKNOWN
    )


def test_nothing_is_proposed_of_an_empty_page_and_of_pages_behind_the_second() -> None:
    assert propose([]).fields == ()
    assert propose([page()]).paper is PaperType.UNKNOWN
    assert propose([page(no=1), page(no=2), page(*LETTER, no=3)]).paper is PaperType.UNKNOWN
    assert [each.page for each in propose([page(), page(*LETTER, no=2)]).fields] == [2] * 4
