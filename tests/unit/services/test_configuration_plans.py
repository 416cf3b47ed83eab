"""What a value says over time, when parts of it are changed or taken back."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflow_app.services.office_settings import configuration_forms, configuration_keys
from workflow_app.services.office_settings.configuration_keys import SEED
from workflow_app.services.office_settings.configuration_plans import Entry, over, retold
from workflow_app.services.office_settings.configuration_sheets import Known

KEY = "kontak_peran"
LABELS = "label_peran"
FIRST = datetime(2026, 12, 1, tzinfo=UTC)
ONE, TWO, THREE = ({"surel": f"{name}@contoh.id"} for name in ("satu", "dua", "tiga"))


def at(days: int) -> datetime:
    return FIRST + timedelta(days=days)


def told(
    known: dict[int, Any], new: dict[int, Any], gone: int | None = None, key: str = KEY
) -> dict[int, Any]:
    """By day what would be written."""
    rows, said = (
        [Entry(key, value, at(days)) for days, value in one.items()] for one in (known, new)
    )
    found = retold(key, rows, said, None if gone is None else at(gone))
    return {(one.entry.valid_from - FIRST).days: one.entry.value for one in found}


def test_an_earlier_change_goes_on_in_a_later_one_of_another_part() -> None:
    assert told({5: {"admin": TWO}}, {1: {"pimpinan": ONE}}) == {
        1: {"pimpinan": ONE},
        5: {"pimpinan": ONE, "admin": TWO},
    }


def test_a_later_change_of_the_same_part_stays_and_is_not_written_again() -> None:
    assert told({5: {"admin": TWO}}, {1: {"admin": ONE}}) == {1: {"admin": ONE}}


def test_what_is_taken_back_goes_out_of_the_later_ones_that_only_carried_it() -> None:
    known = {1: {"pimpinan": ONE}, 5: {"pimpinan": ONE, "admin": TWO}}
    assert told(known, {}, gone=1) == {5: {"admin": TWO}}


def test_a_part_that_one_removes_and_another_changes_is_as_the_later_one_says() -> None:
    base = {0: {"admin": {**ONE, "telepon": "0517 111"}, "pimpinan": ONE}}
    removed, changed = {"pimpinan": ONE}, {"admin": {**ONE, "telepon": "0517 222"}, "pimpinan": ONE}
    assert told(base | {5: changed}, {1: removed}) == {
        1: removed,
        5: {"pimpinan": ONE, "admin": {"telepon": "0517 222"}},
    }
    assert told(base | {5: removed}, {1: changed}) == {1: changed}


def test_names_that_a_map_must_have_stay_what_they_are_where_they_are_not_named() -> None:
    later = {**SEED[LABELS], "petugas": "Petugas Loket"}
    assert told({5: later}, {1: {"pamapta": "Perwira"}}, key=LABELS) == {
        1: {**SEED[LABELS], "pamapta": "Perwira"},
        5: {**later, "pamapta": "Perwira"},
    }


def test_a_value_that_says_one_thing_is_said_whole() -> None:
    """An earlier change does not go on in what says nothing of it: so a change for some days can be
    planned in any order.
    """
    assert told({5: 10}, {1: 7}, key="target.berkas_lengkap") == {1: 7}
    days = {"hari_kerja": 3, "kalender": "hari_kerja"}
    later = {**days, "kalender": "setiap_hari"}
    key = "target.tanggapan_awal"
    assert told({5: later}, {1: {**days, "hari_kerja": 2}}, key=key) == {
        1: {**days, "hari_kerja": 2}
    }
    assert over("saluran_pesan", [], ["surel"], ["telepon"]) == ["surel"]


@pytest.mark.parametrize(
    ("key", "over", "value"),
    [
        ("tempat_terbit", "Kandangan", "Contoh"),
        ("target.berkas_lengkap", 7, 10),
        (KEY, {}, {"admin": ONE}),
    ],
)
def test_who_says_what_stands_there_already_says_nothing_more(
    key: str, over: Any, value: Any
) -> None:
    """What it was written over stays, also of a value that is said whole."""
    row = Entry(key, value, at(1), over=over)
    found = list(retold(key, [row], [Entry(key, value, at(1))]))
    assert [one.is_said for one in found] == [False]


@pytest.mark.parametrize(
    ("key", "written", "new"),
    [
        ("sttp.langkah_turunan", ["bukti", "tenggat"], ["bukti"]),
        ("wilayah.dalam_kota", ["63.06.05.1002", "63.06.05.1001"], ["63.06.05"]),
        ("wilayah.dalam_kota", ["63.06.05", "63.06.05.1001"], ["63.06.01"]),
        ("kontak_peran", {"admin": {}}, {"admin": ONE}),
        ("pengganti_peran", {"ka_spkt": []}, {"ka_spkt": ["pamapta"]}),
    ],
)
def test_what_a_file_wrote_in_its_own_way_is_not_written_again_by_a_change_of_a_later_day(
    key: str, written: Any, new: Any
) -> None:
    assert not configuration_keys.fault(key, written)
    assert told({1: written}, {5: new}, key=key) == {5: new}
    assert told({1: written, 5: new}, {}, gone=5, key=key) == {}


def test_two_signatories_never_make_a_third() -> None:
    seed = SEED["penandatangan.sktlk"]
    first = {**seed, "atas_nama": "a.n. UJI", "nama": "SATU", "pangkat": "AIPDA", "nrp": "11111111"}
    second = {**seed, "nama": "DUA", "nrp": "22222222"}
    assert over("penandatangan.sktlk", seed, second, first) == {**second, "atas_nama": "a.n. UJI"}


@pytest.mark.parametrize(
    ("key", "before", "own", "onto", "wanted"),
    [
        ("pengumuman", [], ["B"], ["A"], {"A", "B"}),
        ("pengumuman", ["A"], [], ["A", "B"], {"B"}),
        ("kop_surat", ["A", "B", "C"], ["A", "X", "C"], ["A", "Y", "C"], ["A", "X", "C"]),
        ("kop_surat", ["A", "B", "C"], ["A", "B", "X"], ["Y", "B", "C"], ["Y", "B", "X"]),
        ("kop_surat", ["A", "B"], ["A", "X"], ["A"], ["A", "X"]),
        ("kop_surat", ["A", "B", "C"], ["C", "A", "B"], ["A", "B", "X", "C"], ["C", "A", "B", "X"]),
        ("kotak_pengaduan", ["A", "A"], ["A", "A", "B"], ["A", "A"], ["A", "A", "B"]),
        ("sttp.langkah_turunan", ["tenggat", "bukti"], ["bukti"], ["tenggat", "persyaratan",
            "bukti"],
         {"persyaratan", "bukti"}),
        ("wilayah.dalam_kota", ["63.06.05.1001", "63.06.05.1002"], ["63.06.05.1001"],
         ["63.06.05.1001", "63.06.05.1002", "63.06.01"], ["63.06.01", "63.06.05.1001"]),
        ("wilayah.dalam_kota", ["63.06.05.1001"], ["63.06.05.1001", "63.06.05.1002"], ["63.06.05"],
         ["63.06.05"]),
    ],
)  # fmt: skip
def test_lists_are_changed_member_by_member_and_line_by_line(
    key: str, before: list[str], own: list[str], onto: list[str], wanted: Any
) -> None:
    found = over(key, before, own, onto)
    assert (set(found) if isinstance(wanted, set) else found) == wanted


def test_rows_are_changed_one_by_one_and_part_by_part() -> None:
    key, seed = "kanal_pengaduan", SEED["kanal_pengaduan"]
    stopped = [{**row, "dilayani": row["kode"] != "sms"} for row in seed]
    renamed = [
        {**row, "sebutan": "SMS dinas" if row["kode"] == "sms" else row["sebutan"]} for row in seed
    ]
    moved = [*renamed[1:], renamed[0]]
    found = over(key, seed, moved, stopped)
    assert [row["kode"] for row in found] == [row["kode"] for row in moved]
    assert next(row for row in found if row["kode"] == "sms") == {
        "kode": "sms",
        "sebutan": "SMS dinas",
        "dilayani": False,
    }
    schedule = SEED["jadwal_retensi"]
    without, own = schedule[1:], {**schedule[0], "kode": "C-50", "proses": None, "dokumen": "Uji"}
    assert over("jadwal_retensi", schedule, [*schedule, own], without) == [*without, own]


def test_days_of_a_calendar_come_and_go_one_by_one() -> None:
    key, seed = "kalender.hari_kerja", SEED["kalender.hari_kerja"]
    one = {**seed, "libur": {"2026-12-24": "Uji"}, "tahun_terverifikasi": [2026, 2027]}
    two = {**seed, "libur": {"2026-12-31": "Uji"}, "hari": [*seed["hari"], "sabtu"]}
    assert over(key, seed, two, one) == {
        **two,
        "libur": {"2026-12-24": "Uji", "2026-12-31": "Uji"},
        "tahun_terverifikasi": [2026, 2027],
    }
    assert over(key, seed, None, one) is None


@pytest.mark.parametrize("key", [key for key in SEED if key not in configuration_keys.OF_THE_SITE])
def test_every_key_goes_on_with_what_is_not_changed_and_keeps_what_is(key: str) -> None:
    """Of all keys of the product: whatever their shape, nothing is lost where only one side changes
    something.
    """
    seed = SEED[key]
    assert configuration_forms.part(key, Known()) is not None
    assert over(key, seed, seed, seed) == seed
    if isinstance(seed, dict):
        for name in seed:
            less = {one: value for one, value in seed.items() if one != name}
            if not configuration_keys.fault(key, less):
                assert over(key, less, less, seed) == seed
    if isinstance(seed, list):
        assert over(key, seed, seed[1:], seed) == seed[1:]
        assert sorted(over(key, seed[1:], seed[1:], seed), key=str) == sorted(seed, key=str)


CHANGES = st.lists(
    st.tuples(
        st.integers(0, 6),
        st.dictionaries(
            st.sampled_from(["admin", "pimpinan", "ka_spkt"]),
            st.sampled_from([ONE, TWO, THREE, None]),
            min_size=1,
        ),
    ),
    max_size=6,
)


@given(CHANGES)
def test_in_whatever_order_changes_come_each_name_says_what_was_said_last_for_a_time_before(
    changes: list[tuple[int, dict[str, Any]]],
) -> None:
    """The model: a change of a name to another value holds until the next instant at which that
    name was changed. None removes it.
    """

    def said(onto: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in {**onto, **own}.items() if value is not None}

    kept: dict[int, Any] = {}
    model: dict[int, dict[str, Any]] = {}
    for days, own in changes:
        before: dict[str, Any] = next(
            (kept[day] for day in sorted(kept, reverse=True) if day <= days), {}
        )
        for day, value in told(kept, {days: said(before, own)}).items():
            kept[day] = value
        model[days] = {**model.get(days, {}), **own}
        folded: dict[str, Any] = {}
        expected = {}
        for day in sorted(model):
            # What says nothing new where it stands is no change of its own.
            model[day] = {
                name: value for name, value in model[day].items() if folded.get(name) != value
            }
            folded = said(folded, model[day])
            expected[day] = folded
        assert kept == expected
