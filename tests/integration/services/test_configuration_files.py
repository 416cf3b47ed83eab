"""The configuration as a file: what goes out comes in again, twice changes nothing, and a fault
changes nothing either.
"""

import json
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from tests.integration.conftest import MONDAY
from workflow_app.domain import InvalidInput
from workflow_app.models import Configuration
from workflow_app.services.core.unit_of_work import UnitOfWork
from workflow_app.services.office_settings import configuration
from workflow_app.services.office_settings.configuration import SEED
from workflow_app.services.office_settings_admin import configuration_files

LATER = MONDAY + timedelta(days=8)


def count(work: UnitOfWork) -> int:
    return work.session.scalar(select(func.count()).select_from(Configuration)) or 0


def test_all_values_go_out_with_their_dates_and_come_back(work: UnitOfWork) -> None:
    office = {**SEED["kalender.hari_kerja"], "libur": {"2026-12-31": "Contoh: cuti bersama"}}
    configuration.set_value(work, "kalender.hari_kerja", office, LATER)
    configuration.set_value(work, "tempat_terbit", "Contoh", MONDAY)
    text = configuration_files.export(work)
    before = count(work)

    assert configuration_files.take_in(work, text) == []
    assert count(work) == before

    for row in work.session.scalars(select(Configuration).where(Configuration.key != "mode_demo")):
        work.session.delete(row)
    work.session.flush()
    work.session.info.clear()
    taken = configuration_files.take_in(work, text)
    assert sorted((entry.key, entry.valid_from) for entry in taken) == [
        ("kalender.hari_kerja", LATER),
        ("tempat_terbit", MONDAY),
    ]
    assert configuration.value(work, "kalender.hari_kerja", LATER) == office
    assert configuration_files.export(work) == text


def test_a_value_that_replaces_the_products_own_since_the_sop_goes_out_instead_of_it(
    work: UnitOfWork,
) -> None:
    configuration.set_value(work, "tempat_terbit", "Contoh", configuration.SOP_IN_FORCE)

    written = json.loads(configuration_files.export(work))

    assert written["tempat_terbit"] == {"2025-01-02T00:00:00+08:00": "Contoh"}
    assert set(written) == set(SEED) - {"mode_demo"}


def test_part_of_a_file_is_enough_and_a_time_without_zone_is_wita(work: UnitOfWork) -> None:
    text = '{"label_peran": {"2026-12-01T00:00": {"pamapta": "Kanit SPKT"}}}'

    assert len(configuration_files.take_in(work, text)) == 1
    assert configuration_files.take_in(work, text) == []

    start = datetime(2026, 11, 30, 16, 0, tzinfo=UTC)
    assert configuration.value(work, "label_peran", start)["pamapta"] == "Kanit SPKT"
    assert (
        configuration.value(work, "label_peran", start - timedelta(seconds=1))["pamapta"]
        == "Pamapta"
    )


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "JSON"),
        ("nama_unit: x", "JSON"),
        ("[" * 100_000, "JSON"),
        ("[]", "objek"),
        ('{"nama_unit": "SPKT"}', "objek"),
        ('{"nama_unit": {"2026-12-01T00:00": 1}}', "nama_unit, 2026-12-01T00:00: Isi"),
        ('{"nama_unit": {"besok": "SPKT"}}', "nama_unit, besok: Tulis tanggal"),
        (
            '{"nama_unit": {"0001-01-01T00:00": "SPKT"}}',
            "nama_unit, 0001-01-01T00:00: Tulis tanggal",
        ),
        ('{"tidak_ada": {"2026-12-01T00:00": 1}}', "tidak_ada"),
        ('{"mode_demo": {"2026-12-01T00:00": true}}', "Hapus dari file"),
        ('{"nama_unit": {"2026-12-01T00:00": "a", "2026-12-01T00:00": "b"}}', "dua kali"),
        (
            '{"nama_unit": {"2026-12-01T00:00": "a", "2026-12-01T00:00+08:00": "b"}}',
            "2026-12-01T00:00+08:00: Saat yang sama",
        ),
    ],
)
def test_a_file_with_a_fault_is_refused_as_a_whole(
    work: UnitOfWork, text: str, sentence: str
) -> None:
    good = '{"tempat_terbit": {"2026-12-01T00:00": "Contoh"}, '
    before = count(work)

    with pytest.raises(InvalidInput) as refusal:
        configuration_files.take_in(work, good + text[1:] if text.startswith('{"') else text)

    assert sentence in refusal.value.sentence
    assert count(work) == before


def test_every_fault_of_a_file_is_named_at_once(work: UnitOfWork) -> None:
    text = (
        '{"nama_unit": {"2026-12-01T00:00": 1}, "kop_surat": {"besok": ["x"]}, "lain": '
        '{"2026-12-01": 1}}'
    )

    with pytest.raises(InvalidInput) as refusal:
        configuration_files.take_in(work, text)

    assert len(refusal.value.sentence.splitlines()) == 4


def test_a_map_that_names_every_role_is_told_in_part_and_the_others_stay_what_they_were(
    work: UnitOfWork,
) -> None:
    """Not what the product calls them, as it was: a second name would have taken the first one
    back.
    """
    first, second = datetime(2026, 12, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
    configuration.set_value(work, "label_peran", {"pamapta": "Kanit SPKT"}, first)
    configuration.set_value(work, "label_peran", {"petugas": "Bamin SPKT"}, second)

    seed = configuration.SEED["label_peran"]
    assert configuration.value(work, "label_peran", first) == {**seed, "pamapta": "Kanit SPKT"}
    assert configuration.value(work, "label_peran", second) == {
        **seed,
        "pamapta": "Kanit SPKT",
        "petugas": "Bamin SPKT",
    }


@pytest.mark.parametrize(
    ("key", "before", "after"),
    [
        (
            "kontak_peran",
            {"pimpinan": {"surel": "a@contoh.id"}},
            {"ka_spkt": {"surel": "b@contoh.id"}},
        ),
        (
            "tingkat_akses",
            {"proses": {"complaint": "rahasia"}, "dokumen": {"Paspor": "terbatas"}},
            {"proses": {"complaint": "rahasia"}, "dokumen": {}},
        ),
    ],
)
def test_a_map_of_the_office_s_own_names_is_written_whole_and_what_is_left_out_is_gone(
    work: UnitOfWork, key: str, before: dict[str, object], after: dict[str, object]
) -> None:
    configuration.set_value(work, key, before, datetime(2026, 12, 1, tzinfo=UTC))
    configuration.set_value(work, key, after, datetime(2027, 1, 1, tzinfo=UTC))

    assert configuration.value(work, key, datetime(2027, 1, 1, tzinfo=UTC)) == after
