"""Numbers have the same keys however they are written and whatever OCR made of their digits
(R37).
"""

import pytest

from archive.page_content import MARK_END, MARK_START, around_numbers
from archive.queries import MOST_KEYS, keys_of, numbers_in, places


def wanted(text: str) -> set[str]:
    """Keys that a search for this asks for."""
    return {key for number in numbers_in(text) for key in number.wanted}


def asked(text: str) -> list[frozenset[str]]:
    """The same for each number by itself."""
    return [number.wanted for number in numbers_in(text)]


def marked(typed: str, written: str) -> list[str]:
    """What is marked of a text when this is typed."""
    return [written[first:last] for first, last in places(written, asked(typed))]


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("SKTLK/0123/IV/2026/SPKT", "Nomor SKTLK/0123/IV/2026/SPKT."),
        ("SKTLK/123/IV/2026", "Nomor: SKTLK/O123/lV/2O26/SPKT"),
        ("0123/IV/2026", "SKTLK/0123/IV/2026/SPKT"),
        ("B-2026-000123", "berkas B-2026-OOO123 dibuka"),
        ("6306050102900001", "NIK: 6306 0501 0290 0001"),
        ("6306050102900001", "NIK 63O6O501O29OOOO1"),
        ("6306.0501.0290.0001", "6306050102900001"),
        ("081234567890", "telepon 0812-3456-7890"),
        ("+62 812-3456-7890", "telepon 0812 3456 7890"),
        ("DA 1234 XYZ", "mobil DA1234XYZ hitam"),
        ("DA1234XYZ", "mobil DA I234 XYZ"),
        ("DA 5678 B", "mobil DA S67B B"),
        ("13 April 2026", "tanggal 13-04-2026"),
        ("13/4/2026", "pada 13 April 2026 pukul"),
        ("2026-04-13", "l3.O4.2026"),
        ("1 Agt 2026", "01-08-2026"),
        ("6306050102900001", "NIK 6306 0501\n0290 0001"),
        ("6306050102900001", "NIK 63060501-\n02900001"),
        ("DA 1234 XYZ", "mobil DA\n1234 XYZ hitam"),
        ("13-04-2026", "nomor 5678\n13-04-2026"),
        ("13-04-2026", "nomor 5678 13-04-2026"),
        ("1234", "lajur\n1234\n5678\n9012"),
    ],
)
def test_r37_what_is_typed_is_what_is_written(typed: str, written: str) -> None:
    assert wanted(typed)
    assert wanted(typed) <= set(keys_of(written))


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("SKTLK/0123/IV/2026", "SKTLK/0124/IV/2026/SPKT"),
        ("13 April 2026", "14-04-2026"),
        ("13 April 2026", "tahun 2026 ada 13 berkas di bulan April"),
        ("DA 1234 XYZ", "DA 1234 XYA"),
        ("6306050102900001", "6306 0501 0290 0002"),
    ],
)
def test_another_number_is_not_found(typed: str, written: str) -> None:
    assert not wanted(typed) <= set(keys_of(written))


@pytest.mark.parametrize(
    "text", ["", "kata saja", "SOLO dan BISOL", "Ill So Bo", "IV/SPKT", "45 Mei"]
)
def test_words_are_no_numbers(text: str) -> None:
    assert all(key == "#n45" for key in keys_of(text))


def test_a_date_that_does_not_exist_is_a_number_with_parts() -> None:
    assert wanted("45-13-2026") == {"#n45", "#n13", "#n2026"}


def test_a_page_of_figures_has_a_bounded_number_of_keys() -> None:
    assert len(keys_of(" ".join(str(number) for number in range(1000, 9000)))) == MOST_KEYS


def test_the_number_that_was_asked_for_is_marked_as_it_is_written() -> None:
    text = (
        "Perihal: undangan. " * 20 + "NIK 6306 0501 0290 0001 atas nama Contoh. " + "Penutup. " * 30
    )
    excerpt = around_numbers(text, asked("6306050102900001"))
    assert f"NIK {MARK_START}6306 0501 0290 0001{MARK_END} atas nama" in excerpt
    assert excerpt.startswith("… ")
    assert excerpt.endswith(" …")
    assert len(excerpt) < 250


def test_of_numbers_that_share_a_part_only_the_whole_one_is_marked() -> None:
    text = "Nomor SKTLK/0123/IV/2026/SPKT tahun 2026"
    excerpt = around_numbers(text, asked("0123/IV/2026"))
    assert excerpt == f"Nomor {MARK_START}SKTLK/0123/IV/2026/SPKT{MARK_END} tahun 2026"


def test_without_the_number_there_is_no_excerpt() -> None:
    assert around_numbers("tanpa angka", [frozenset({"#n7"})]) == ""
    assert around_numbers("angka 7", []) == ""


@pytest.mark.parametrize(
    ("typed", "written", "found"),
    [
        ("6306050102900001", "NIK 63O6 0501 0290 0001 ada", ["63O6 0501 0290 0001"]),
        ("6306050102900001", "NIK 6306 0501\n0290 0001 ada", ["6306 0501\n0290 0001"]),
        (
            "SKTLK/0123/IV/2026",
            "Nomor SKTLK/0123/\nIV/2026/SPKT tahun 2026",
            ["SKTLK/0123", "IV/2026/SPKT"],
        ),
        ("0123/2026", "nomor 0123 pada tahun 2026", ["0123", "2026"]),
        ("12345678", "12345678 90123456", ["12345678"]),
        ("13 April 2026", "l3-O4-2026 dan 14-04-2026", ["l3-O4-2026"]),
        ("DA 1234 XYZ", "DA 1234 XYZ, DA 1234 ABC", ["DA 1234 XYZ"]),
        (
            "DA 1234 XYZ 6306050102900001",
            "DA1234XYZ milik 6306050102900001",
            ["DA1234XYZ", "6306050102900001"],
        ),
        ("999", "tidak ada", []),
    ],
)
def test_r37_a_number_is_marked_over_all_that_is_written_of_it(
    typed: str, written: str, found: list[str]
) -> None:
    assert marked(typed, written) == found
