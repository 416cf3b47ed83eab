"""The form of every key: what is typed is the value again, and what is wrong is said where it was
typed.
"""

from typing import Any

import pytest

from workflow_app.services.office_settings import (
    configuration_forms,
    configuration_keys,
    configuration_tables,
)
from workflow_app.services.office_settings.configuration import SEED
from workflow_app.services.office_settings.configuration_forms import NAME, Area
from workflow_app.services.office_settings.configuration_parts import Faults, Part, Posted
from workflow_app.services.office_settings.configuration_sheets import Known
from workflow_app.services.office_settings.configuration_titles import (
    GROUPS,
    OTHERS,
    group_of,
    title,
)

PROCESSES = {row["proses"]: row["jenis"] for row in SEED["jadwal_retensi"] if row["proses"]}
KNOWN = Known(
    calendars={"hari_kerja": "Hari kerja", "setiap_hari": "Setiap hari"}, processes=PROCESSES
)
SIGNATORY = SEED["penandatangan.sktlk"]
KEYS = [key for key in SEED if key not in configuration_keys.OF_THE_SITE]


def form_of(key: str) -> Part:
    form = configuration_forms.part(key, KNOWN)
    assert form is not None
    return form


def read(key: str, posted: Posted) -> tuple[Any, Faults]:
    return configuration_forms.read(key, form_of(key), posted)


@pytest.mark.parametrize("key", KEYS)
def test_a_value_is_typed_and_read_back_as_it_was(key: str) -> None:
    assert read(key, form_of(key).typed(NAME, SEED[key])) == (SEED[key], {})


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("target.berkas_lengkap", None),
        ("target.berkas_lengkap", {"hari_kerja": 3, "kalender": "setiap_hari"}),
        ("masa_berlaku.sktlk", 30),
        ("saluran_pesan", ["surel", "telepon"]),
        ("kontak_peran", {"pimpinan": {"surel": "pimpinan@contoh.id"}}),
        ("tingkat_akses", {"proses": {}, "dokumen": {"Surat O'Contoh": "rahasia"}}),
        ("wilayah.dalam_kota", ["63.06.05"]),
        ("rute_rujukan.sim", "piket_samapta"),
        (
            "kalender.hari_kerja",
            {**SEED["kalender.hari_kerja"], "libur": {"2026-12-31": "Cuti bersama"}},
        ),
    ],
)
def test_other_values_come_back_too(key: str, value: Any) -> None:
    assert read(key, form_of(key).typed(NAME, value)) == (value, {})


@pytest.mark.parametrize("key", KEYS)
def test_every_value_is_told_in_words_and_none_as_json(key: str) -> None:
    told = form_of(key).told(SEED[key])
    assert told
    words = " ".join(f"{about} {line}" for about, line in told)
    assert not {"None", "True", "False", "[]"} & set(words.split())
    assert title(key, {})
    assert group_of(key) in (*GROUPS, OTHERS)


def test_every_family_is_in_one_group_at_most() -> None:
    families = [family for group in GROUPS for family in group.families]
    assert len(set(families)) == len(families)
    assert set(families) <= set(configuration_keys.FAMILIES)


@pytest.mark.parametrize(
    ("key", "posted", "at"),
    [
        ("nama_unit", {"nilai": [""]}, "nilai"),
        ("nama_unit", {"nilai": ["x" * 201]}, "nilai"),
        ("nama_unit", {"nilai": ["a\x00b"]}, "nilai"),
        ("kop_surat", {"nilai": ["\n \n"]}, "nilai"),
        ("pola_nomor.SKTLK", {"nilai": ["SKTLK/{urut}"]}, "nilai"),
        ("target.berkas_lengkap", {"nilai.cara": ["menit"], "nilai.menit": ["0"]}, "nilai.menit"),
        ("target.berkas_lengkap", {"nilai.cara": ["menit"], "nilai.menit": ["7,5"]}, "nilai.menit"),
        ("target.berkas_lengkap", {"nilai.cara": ["hari"], "nilai.hari": ["3"]}, "nilai.kalender"),
        ("target.berkas_lengkap", {}, "nilai.cara"),
        ("masa_berlaku.sktlk", {"nilai": ["-1"]}, "nilai"),
        ("toleransi.waktu_mulai", {"nilai": ["61"]}, "nilai"),
        ("rute_rujukan.sim", {"nilai": ["piket_propam"]}, "nilai"),
        ("wilayah.dalam_kota", {"nilai": ["99.99"]}, "nilai"),
        ("wilayah.dalam_kota", {}, "nilai"),
        ("propam.pimpinan_melihat", {"nilai": ["mungkin"]}, "nilai"),
        ("kontak_peran", {"nilai.pimpinan.surel": ["bukan alamat"]}, "nilai.pimpinan.surel"),
        (
            "tepi_jam.pembuatan_lp",
            {"nilai.mulai": ["tiba"], "nilai.selesai": ["penyerahan"]},
            "nilai.mulai",
        ),
        ("pesan.selesai", {"nilai.judul": ["Uji {nomor}"], "nilai.isi": ["Uji"]}, "nilai.judul"),
        ("pesan.selesai", {"nilai.judul": ["Uji"], "nilai.isi": ["{nama}"]}, "nilai.isi"),
        ("kanal_pengaduan", {"nilai.baris": ["x"]}, "nilai"),
    ],
)
def test_what_is_wrong_is_said_where_it_was_typed(
    key: str, posted: dict[str, list[str]], at: str
) -> None:
    _, faults = read(key, posted)
    assert list(faults) == [at]
    assert faults[at].endswith(".")


def test_the_desk_cannot_be_closed_by_the_form() -> None:
    form = form_of("kanal_pengaduan")
    closed = [{**row, "dilayani": row["kode"] != "langsung"} for row in SEED["kanal_pengaduan"]]
    assert "R17" in read("kanal_pengaduan", form.typed(NAME, closed))[1][NAME]


def test_what_belongs_to_a_whole_kecamatan_is_not_told_twice() -> None:
    value, faults = read("wilayah.dalam_kota", {NAME: ["63.06.05.1001", "63.06.05"]})
    assert (value, faults) == (["63.06.05"], {})
    assert form_of("wilayah.dalam_kota").told(value) == [("Kandangan", "seluruh kecamatan")]


def test_a_search_opens_the_kecamatan_that_has_it() -> None:
    form = form_of("wilayah.dalam_kota")
    assert isinstance(form, Area)
    chosen = form.typed(NAME, SEED["wilayah.dalam_kota"])
    assert [one.name for one in form.districts(chosen, NAME) if one.is_open] == ["Kandangan"]
    found = form.districts({**chosen, f"{NAME}_cari": ["hamalau"]}, NAME)
    assert [one.name for one in found if one.is_open] == ["Sungai Raya"]


def test_rows_are_added_removed_and_moved_and_keep_what_was_typed() -> None:
    typed = form_of("kanal_pengaduan").typed(NAME, SEED["kanal_pengaduan"][:3])
    more = configuration_tables.press(typed, "tambah:nilai")
    assert more is not None and more["nilai.baris"] == ["4"]
    assert read("kanal_pengaduan", more)[0] == SEED["kanal_pengaduan"][:3]
    moved = configuration_tables.press(typed, "naik:nilai:2")
    less = configuration_tables.press(moved or {}, "hapus:nilai:0")
    value, _ = read("kanal_pengaduan", less or {})
    assert [row["kode"] for row in value] == ["surat", "kotak_pengaduan"]


@pytest.mark.parametrize("button", ["", "lihat", "hapus:lain:0", "tambah", "buang:nilai:0"])
def test_other_buttons_are_none_of_a_table(button: str) -> None:
    assert configuration_tables.press({"nilai.baris": ["1"]}, button) is None


@pytest.mark.parametrize("no", ["-1", "10", "x", "", "99999999999999"])
def test_a_row_that_is_not_there_is_not_removed(no: str) -> None:
    typed = form_of("kanal_pengaduan").typed(NAME, SEED["kanal_pengaduan"])
    assert configuration_tables.press(typed, f"hapus:nilai:{no}") == typed
