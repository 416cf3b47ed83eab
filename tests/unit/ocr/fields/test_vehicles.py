"""Licences, registrations and books of ownership: their numbers."""

from ocr.fields.lines import Field, PaperType
from ocr.fields.proposals import propose
from tests.unit.ocr.fields.written import page


def found(*lines: str) -> tuple[PaperType, dict[Field, str]]:
    proposals = propose([page(*lines)])
    return proposals.paper, {each.field: each.value for each in proposals.fields}


def test_the_number_of_a_licence_is_found_in_groups_and_with_letters_in_it() -> None:
    expected = (PaperType.SIM, {Field.LICENCE_NUMBER: "99018507123456"})
    assert found("SURAT IZIN MENGEMUDI", "9901-8507-123456", "1. WARGA CONTOH") == expected
    assert found("SURAT lZIN MENGEMUDI".upper(), "99O1-8507-I23456") == expected


def test_the_numbers_of_a_registration() -> None:
    assert found(
        "SURAT TANDA NOMOR KENDARAAN BERMOTOR",
        "No. 01234567",
        "NOMOR REGISTRASI : DA 9999 XYZ",
        "NAMA PEMILIK : WARGA CONTOH",
        "ALAMAT : JALAN CONTOH 7",
        "NOMOR RANGKA/NIK/VIN : MH1C0NT0H12345678",
        "NOMOR MESIN : CNTH-1234567",
        "NOMOR BPKB : L-01234567",
    ) == (
        PaperType.STNK,
        {
            Field.REGISTRATION_NUMBER: "01234567",
            Field.PLATE: "DA 9999 XYZ",
            Field.CHASSIS_NUMBER: "MH1C0NT0H12345678",
            Field.ENGINE_NUMBER: "CNTH-1234567",
            Field.OWNERSHIP_NUMBER: "L01234567",
            Field.NAME: "WARGA CONTOH",
            Field.ADDRESS: "JALAN CONTOH 7",
        },
    )


def test_the_number_of_a_book_of_ownership_may_stand_alone() -> None:
    assert found("BUKU PEMILIK KENDARAAN BERMOTOR", "M-01234567", "No. Polisi : DA 1 C") == (
        PaperType.BPKB,
        {Field.PLATE: "DA 1 C", Field.OWNERSHIP_NUMBER: "M01234567"},
    )


def test_letters_that_these_numbers_never_have_are_digits() -> None:
    proposals = propose(
        [page("SURAT TANDA NOMOR KENDARAAN BERMOTOR", "No. Rangka : MHICONTOH12345678")]
    )
    assert (chassis := proposals.first(Field.CHASSIS_NUMBER))
    assert (chassis.value, chassis.confidence) == ("MH1C0NT0H12345678", 60)
