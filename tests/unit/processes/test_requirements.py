"""The requirement table of SOP IV.8: 13 kinds, 62 lines, nothing dropped and nothing invented
(R54).
"""

from typing import Any

import pytest

from tests.unit.processes.folder import sktlk

FORMS = {"F": "fotokopi", "A": "asli", "S": "surat", "N": "nomor", "TF": "ditunjukkan+fotokopi"}
"""Marks of the catalogue (requirements 1.11)."""

SOP = {
    "SIM": ("a", "F N"),
    "KTP": ("b", "F F S"),
    "SERTIFIKAT": ("c", "F S F S S S"),
    "SKT": ("d", "F S S"),
    "BPKB": ("e", "F F A F S S S S S S S S"),
    "STNK": ("f", "F S TF S F"),
    "IJAZAH": ("g", "F S F S S S"),
    "TABUNGAN_ATM": ("h", "F S F"),
    "BUKU_NIKAH": ("i", "F S F S"),
    "PASPOR": ("j", "F S F S S"),
    "AKTA_LAHIR": ("k", "F S F F S S"),
    "NPWP": ("l", "F S F S"),
    "BPJS": ("m", "F S F"),
}
"""Letter of the kind and form of each of its lines, in the order of the SOP."""

RADIO = {"SERTIFIKAT", "SKT", "BPKB", "STNK", "IJAZAH", "PASPOR", "AKTA_LAHIR", "NPWP"}
WITHOUT_VILLAGE = {"SIM", "TABUNGAN_ATM", "NPWP", "BPJS"}
SOFT = {
    "ktp_02", "sertifikat_03", "bpkb_04", "ijazah_03", "tabungan_atm_03", "buku_nikah_03",
    "paspor_01", "paspor_03",
    "akta_lahir_04", "npwp_03", "bpjs_03",
}  # fmt: skip


def rows(kind: str) -> list[dict[str, Any]]:
    return [dict(row) for row in sktlk().decision("persyaratan").rows if row["jenis"] == kind]


def lines(
    kind: str, owner: str = "orang_lain", transferred: str | None = "belum"
) -> list[dict[str, Any]]:
    return (
        sktlk()
        .decision("persyaratan")
        .evaluate({"jenis": kind, "pemilik": owner, "balik_nama": transferred})
    )


def test_r54_the_table_has_the_62_lines_of_the_sop() -> None:
    assert len(sktlk().decision("persyaratan").rows) == 62


def test_r54_the_table_has_the_13_kinds_the_form_offers() -> None:
    offered = set(sktlk().form("uraian").fields["jenis"].options)
    assert {row["jenis"] for row in sktlk().decision("persyaratan").rows} == offered == set(SOP)


@pytest.mark.parametrize("kind", SOP)
def test_r54_each_line_of_a_kind_asks_for_the_form_the_sop_names(kind: str) -> None:
    letter, marks = SOP[kind]
    expected = [FORMS[mark] for mark in marks.split()]
    assert [row["bentuk"] for row in rows(kind)] == expected
    assert [row["butir"] for row in rows(kind)] == [
        f"{kind.lower()}_{n:02d}" for n in range(1, len(expected) + 1)
    ]
    assert [row["klausul"] for row in rows(kind)] == [
        f"SOP IV.8.{letter}.{n}" for n in range(1, len(expected) + 1)
    ]


@pytest.mark.parametrize("kind", SOP)
def test_r54_with_every_condition_met_all_lines_of_the_kind_are_asked(kind: str) -> None:
    assert [line["butir"] for line in lines(kind)] == [row["butir"] for row in rows(kind)]


@pytest.mark.parametrize("kind", sorted(set(SOP) - {"BPKB", "STNK"}))
def test_r54_kinds_without_transfer_question_are_decided_without_its_answer(kind: str) -> None:
    assert lines(kind, transferred=None) == lines(kind)


@pytest.mark.parametrize(
    ("kind", "owner", "transferred", "left_out"),
    [
        ("BPKB", "orang_lain", "sudah", {"bpkb_02"}),
        ("BPKB", "sendiri", "belum", {"bpkb_05"}),
        ("BPKB", "sendiri", "sudah", {"bpkb_02", "bpkb_05"}),
        ("STNK", "sendiri", "sudah", {"stnk_05"}),
        ("STNK", "sendiri", "belum", set()),
        ("SERTIFIKAT", "sendiri", None, {"sertifikat_04"}),
        ("SKT", "sendiri", None, set()),
    ],
)
def test_r54_only_conditional_lines_are_left_out(
    kind: str, owner: str, transferred: str | None, left_out: set[str]
) -> None:
    asked = {line["butir"] for line in lines(kind, owner, transferred)}
    assert {row["butir"] for row in rows(kind)} - asked == left_out


def test_r54_only_newspapers_banks_and_finance_companies_are_asked_for_two() -> None:
    table = sktlk().decision("persyaratan").rows
    assert {row["butir"]: row["minimum"] for row in table if row["minimum"] != 1} == {
        "bpkb_08": 2,
        "bpkb_09": 2,
        "bpkb_10": 2,
    }


def test_pitfall_21_soft_are_the_copies_of_the_lost_thing_and_the_identity_card_no_foreigner_has() -> (  # noqa: E501 - a sentence
    None
):
    assert {row["butir"] for row in sktlk().decision("persyaratan").rows if row["lunak"]} == SOFT


def test_r54_radio_and_village_letters_are_asked_for_the_kinds_of_the_sop() -> None:
    table = sktlk().decision("persyaratan").rows
    assert {row["jenis"] for row in table if "Siaran Radio" in row["kalimat_sop"]} == RADIO
    assert {row["jenis"] for row in table if "Kepala Desa" in row["kalimat_sop"]} == set(
        SOP
    ) - WITHOUT_VILLAGE


def test_village_letters_are_also_asked_from_the_head_of_a_kelurahan() -> None:
    for row in sktlk().decision("persyaratan").rows:
        if "Kepala Desa" in row["kalimat_sop"]:
            assert "Kepala Desa/Lurah" in row["bukti"]
            assert "Kepala Desa/Lurah" in row["penerbit"]


def test_pitfall_23_each_line_keeps_the_sentence_of_the_sop_and_names_an_issuer() -> None:
    for row in sktlk().decision("persyaratan").rows:
        assert len(row["kalimat_sop"]) > 8
        assert row["penerbit"]
        assert isinstance(row["lunak"], bool)
    assert rows("SIM")[1]["kalimat_sop"] == "No.Register SIM dari Satpas Polres HSS"
    assert rows("BPKB")[1]["kalimat_sop"].endswith("(bagi yang belum balik nama)")


def test_every_line_that_depends_on_an_answer_says_so() -> None:
    for row in sktlk().decision("persyaratan").rows:
        if row["pemilik"] is not None or row["balik_nama"] is not None:
            assert row["syarat"].startswith("Hanya b")
