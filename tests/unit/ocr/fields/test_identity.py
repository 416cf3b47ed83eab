"""Identity cards and family cards: their fields in spite of what engines make of labels, colons and
digits.
"""

import pytest

from ocr.fields.lines import Field, PaperType
from ocr.fields.proposals import propose
from tests.unit.ocr.fields.written import page

CARD = (
    "PROVINSI CONTOH",
    "KABUPATEN CONTOH",
    "NIK        : 9901014107850001",
    "Nama       : WARGA CONTOH MELATI",
    "Tempat/Tgl Lahir : KOTA CONTOH, 01-07-1985",
    "Jenis kelamin : PEREMPUAN   Gol. Darah : O",
    "Alamat     : JALAN CONTOH NOMOR 7",
    "  RT/RW    : 003/04",
    "  Kel/Desa : DESA CONTOH",
    "  Kecamatan : CONTOH BARAT",
    "Agama      : ISLAM",
    "Pekerjaan  : PEDAGANG",
)
EXPECTED = {
    Field.NIK: "9901014107850001",
    Field.NAME: "WARGA CONTOH MELATI",
    Field.BIRTH_PLACE: "KOTA CONTOH",
    Field.BIRTH_DATE: "1985-07-01",
    Field.SEX: "perempuan",
    Field.ADDRESS: "JALAN CONTOH NOMOR 7",
    Field.NEIGHBOURHOOD: "003/004",
    Field.VILLAGE: "DESA CONTOH",
    Field.DISTRICT: "CONTOH BARAT",
    Field.OCCUPATION: "PEDAGANG",
}


def values(*lines: str, slope: float = 0.0) -> dict[Field, str]:
    found = propose([page(*lines, slope=slope)])
    assert found.paper is PaperType.KTP
    return {each.field: each.value for each in found.fields}


@pytest.mark.parametrize("slope", [0.0, 0.03, -0.03])
def test_every_field_of_a_card_is_found_also_on_a_crooked_one(slope: float) -> None:
    assert values(*CARD, slope=slope) == EXPECTED


@pytest.mark.parametrize(
    ("printed", "read"),
    [
        ("NIK        :", "NlK 1"),
        ("NIK        : ", "NIK:"),
        ("Nama       :", "Narna ;"),
        ("Tempat/Tgl Lahir :", "Tempat/TgI Lahir 2"),
        ("Jenis kelamin :", "Jenis keIamin |"),
        ("9901014107850001", "99O1O141O785OOO1"),
        ("9901014107850001", "990101 410785 0001"),
        ("9901014107850001", "9901014107850001/"),
        ("9901014107850001", "|9901014107850001"),
        ("9901014107850001", "990101410785000|"),
        ("01-07-1985", "O1-07-I985"),
        ("PEREMPUAN   Gol", "PERFMPUAN   Gol"),
        ("WARGA CONTOH MELATI", "WARGA CONTOH MELATI |"),
        ("003/04", "OO3/O4"),
    ],
)
def test_what_engines_confuse_is_understood(printed: str, read: str) -> None:
    lines = [line.replace(printed, read) for line in CARD]
    assert lines != list(CARD)
    assert values(*lines) == EXPECTED


def test_letters_taken_for_digits_and_unsure_words_lower_the_confidence() -> None:
    sure = propose([page(*CARD)]).first(Field.NIK)
    mended = propose(
        [page(*(line.replace("9901014107850001", "9901014107B5OOO1") for line in CARD))]
    )
    unsure = propose([page(*CARD, unsure="CONTOH,")])
    assert sure
    assert sure.confidence == 95
    assert (nik := mended.first(Field.NIK))
    assert (nik.value, nik.confidence) == ("9901014107850001", 60)
    assert (place := unsure.first(Field.BIRTH_PLACE))
    assert place.confidence == 41
    assert (name := unsure.first(Field.NAME))
    assert name.confidence == 95


def test_a_proposal_says_where_it_stands() -> None:
    found = propose([page(*CARD)]).first(Field.NAME)
    assert found
    assert found.page == 1
    assert (found.box.left, found.box.top, found.box.width, found.box.height) == (360, 280, 380, 30)


@pytest.mark.parametrize(
    "number", ["99010141078500", "99010141078500012", "WXYZVWABCDEFGHIJ", "SOlBSOlBSOlBSOlB"]
)
def test_what_is_no_number_of_sixteen_digits_is_not_proposed(number: str) -> None:
    found = values(*(line.replace("9901014107850001", number) for line in CARD))
    assert Field.NIK not in found
    assert found[Field.NAME] == EXPECTED[Field.NAME]


@pytest.mark.parametrize("day", ["31-02-1985", "00-07-1985", "01-13-1985", "kemarin"])
def test_a_day_that_there_is_not_is_not_proposed(day: str) -> None:
    assert Field.BIRTH_DATE not in values(*(line.replace("01-07-1985", day) for line in CARD))


def test_a_family_card_has_its_number_its_head_and_each_member() -> None:
    found = propose(
        [
            page(
                "KARTU KELUARGA",
                "No. 9901010101200001",
                "Nama Kepala Keluarga : WARGA CONTOH   Desa/Kelurahan : DESA CONTOH",
                "Alamat : JALAN CONTOH 7   Kecamatan : CONTOH BARAT",
                "RT/RW : 001/002   Kabupaten/Kota : CONTOH",
                "No Nama Lengkap NIK Jenis Kelamin",
                "1 WARGA CONTOH 9901010107850001 LAKI-LAKI CONTOH 01-07-1985",
                "2 SAKSI CONTOH 9901014107860002 PEREMPUAN CONTOH 01-07-1986",
            )
        ]
    )
    assert found.paper is PaperType.KK
    assert [(each.field, each.value) for each in found.fields] == [
        (Field.FAMILY_CARD_NUMBER, "9901010101200001"),
        (Field.NIK, "9901010107850001"),
        (Field.NIK, "9901014107860002"),
        (Field.NAME, "WARGA CONTOH"),
        (Field.ADDRESS, "JALAN CONTOH 7"),
        (Field.VILLAGE, "DESA CONTOH"),
        (Field.DISTRICT, "CONTOH BARAT"),
        (Field.NEIGHBOURHOOD, "001/002"),
    ]
