"""The preview of every key says who reads it and what open cases keep, from the models
themselves.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from tests.integration.conftest import PROCESSES, TestClock
from workflow_app.domain import SYSTEM, Actor
from workflow_app.models import Case
from workflow_app.services.core.unit_of_work import Works
from workflow_app.services.demo import seeding
from workflow_app.services.letters import letters
from workflow_app.services.office_settings import (
    configuration,
    configuration_keys,
    configuration_readers,
)
from workflow_app.services.office_settings.configuration import SEED
from workflow_app.services.office_settings_admin import previews, samples
from workflow_app.services.office_settings_admin.previews import Preview
from workflow_app.services.processes.definitions import definition_of

MIDNIGHT = datetime(2026, 11, 30, 16, 0, tzinfo=UTC)
"""1 December 2026, 00.00 WITA."""
READ_BY_STEPS = (
    "penandatangan", "ketentuan", "masa_berlaku", "pesan", "rute_rujukan", "rute_laporan",
    "rute_htck", "tenggat_pemberitahuan",
    "lp", "sttp", "skld", "tepi_jam", "wilayah", "toleransi", "kanal_pengaduan", "kop_surat",
    "saluran_pesan", "kontak_peran",
)  # fmt: skip
Look = Callable[..., Preview]


@pytest.fixture
def head(person: Callable[..., Actor]) -> Actor:
    return person("dewi", "ka_spkt", "pimpinan", "piket_propam", "admin", "arsiparis")


@pytest.fixture
def release(works: Works) -> None:
    with works.begin(SYSTEM) as work:
        seeding.deploy_all(work, PROCESSES)


@pytest.fixture
def preview(works: Works, head: Actor) -> Look:
    def look(key: str, value: Any, start: datetime | None = MIDNIGHT) -> Preview:
        return previews.preview(works, head, key, value, start)

    return look


def sees(seen: Preview) -> dict[str, tuple[list[str], list[str]]]:
    return {one.about: (one.before, one.after) for one in seen.compared}


def test_every_key_of_the_office_says_where_it_is_read(
    works: Works, head: Actor, release: None
) -> None:
    assert (
        set(configuration_readers.PLACES)
        == set(configuration_keys.FAMILIES) - configuration_keys.OF_THE_SITE
    )
    with works.begin(head) as work:
        found = {
            key: previews.readers_of(work, key)
            for key in SEED
            if key.partition(".")[0] in READ_BY_STEPS
        }
    unread = {key for key, one in found.items() if not any(each.steps for each in one.processes)}
    assert not unread


def test_every_family_has_a_preview_that_compares_or_tells(
    works: Works, head: Actor, release: None, clock: TestClock
) -> None:
    """The real code of each sight runs on the whole release, now and at a midnight to come. Nobody
    counts by the calendar of every day, nobody is absent, and nothing was handed on.
    """
    keys = {key.partition(".")[0]: key for key in SEED if key not in configuration_keys.OF_THE_SITE}
    for at in (clock.at, MIDNIGHT):
        with samples.undone(works, head, at) as work:
            for family, key in keys.items():
                if family in previews.SIGHTS:
                    told = previews.SIGHTS[family](work, key, clock.at)
                    assert told or family in ("kalender", "pengganti_peran"), key


def test_r46_open_cases_that_have_read_a_value_are_told_from_those_that_have_not(
    works: Works, play: Callable[..., UUID], preview: Look
) -> None:
    key = "penandatangan.sktlk"
    first, *_ = (play("sktlk_ktp", 1) for _ in range(3))
    with works.begin(SYSTEM) as work:
        case = work.session.get_one(Case, first)
        (step,) = configuration_readers.steps(definition_of(work, case.definition_id), [key])
        assert step.operation == "issue_letter"
        case.passed = [*case.passed, step.id]
    (reader,) = preview(key, SEED[key]).readers.processes
    assert (reader.steps, reader.passed, reader.ahead, reader.open) == ([step.name], 1, 2, 3)


def test_a_value_that_no_step_reads_says_so(works: Works, preview: Look) -> None:
    seen = preview("kotak_pengaduan", ["Kotak uji"])
    assert seen.readers.processes == [] and "kotak" in seen.readers.place
    assert seen.kept == [
        (
            "Nilai baru dipakai untuk semua yang dikerjakan sejak 1 Desember 2026 00.00 WITA, "
            "juga pada berkas yang sudah terbuka."
        )
    ]


def test_r79_cases_that_are_kept_from_the_reader_are_not_counted(
    works: Works, play: Callable[..., UUID], sari: Actor
) -> None:
    kept = play("sktlk_ktp", 1)
    with works.begin(SYSTEM) as work:
        work.session.get_one(Case, kept).confined_to = "piket_propam"
    with works.begin(sari) as work:
        assert previews.readers_of(work, "penandatangan.sktlk").ahead == 0


def test_r74_a_route_between_functions_says_who_receives(preview: Look, release: None) -> None:
    key = (
        "rute_htck.kerusakan"
        if "rute_htck.kerusakan" in SEED
        else next(k for k in SEED if k.startswith("rute_htck."))
    )
    assert sees(preview(key, "bag_sumda"))


def test_r67_a_period_of_notice_says_until_when_notice_is_in_time(
    preview: Look, release: None
) -> None:
    ((before, after),) = sees(preview("tenggat_pemberitahuan.kampanye", "48 jam")).values()
    assert before == ["menurut tabel proses"]
    assert after == ["paling lambat 29 Desember 2026 09.00 WITA"]


def test_r37_levels_and_photos_are_told_by_the_code_that_uses_them(
    preview: Look, release: None
) -> None:
    levels = {**SEED["tingkat_akses"], "proses": {"sktlk": "rahasia"}}
    seen = sees(preview("tingkat_akses", levels))
    assert any(after == ["Rahasia"] for _, after in seen.values())
    ((before, after),) = sees(preview("foto_ponsel.hari_simpan", 3)).values()
    assert (before, after) == (
        ["dihapus mulai 8 Desember 2026 00.00 WITA"],
        ["dihapus mulai 4 Desember 2026 00.00 WITA"],
    )


def test_r79_propam_is_told_how_many_of_its_cases_the_leadership_sees(
    works: Works, play: Callable[..., UUID], person: Callable[..., Actor]
) -> None:
    with works.begin(SYSTEM) as work:
        work.session.get_one(Case, play("sktlk_ktp", 1)).confined_to = "piket_propam"
    propam = person("arga", "piket_propam")
    seen = sees(previews.preview(works, propam, "propam.pimpinan_melihat", False, MIDNIGHT))
    assert list(seen.values()) == [
        (
            ["Pimpinan melihatnya, kecuali bila ia sendiri yang diadukan."],
            ["Pimpinan tidak melihatnya."],
        ),
        (["1 berkas"], ["0 berkas"]),
    ]


def test_r79_no_preview_of_any_key_tells_how_many_cases_there_are_that_the_reader_may_not_see(
    works: Works,
    play: Callable[..., UUID],
    person: Callable[..., Actor],
    release: None,
    clock: TestClock,
) -> None:
    """The chief, who is to see Propam's cases from midnight on and may change everything, looks at
    every key twice, and at every plan as if it were taken back: before there is such a case, and
    when there are some. He reads the same.
    """
    chief = person("dewi", "pimpinan")
    everything = {
        family: {"penanggung_jawab": "pimpinan", "pengubah": []}
        for family in configuration_keys.FAMILIES
    }
    with works.begin(SYSTEM) as work:
        configuration.set_value(work, configuration_keys.OWNERS, everything, clock.at)
        configuration.set_value(work, "propam.pimpinan_melihat", False, clock.at)
        configuration.set_value(work, "propam.pimpinan_melihat", True, MIDNIGHT)
    families = {
        key.partition(".")[0]: key for key in SEED if key not in configuration_keys.OF_THE_SITE
    }
    values = {key: SEED[key] for key in families.values()} | {
        "propam.pimpinan_melihat": True,
        "publikasi.ambang": 2,
        "target.berkas_lengkap": 7,
        "penandatangan.sktlk": {**SEED["penandatangan.sktlk"], "nama": "CONTOH BARU"},
    }

    planned = MIDNIGHT + timedelta(days=1)
    with works.begin(SYSTEM) as work:
        for key, value in values.items():
            configuration.set_value(work, key, value, planned)

    def look() -> dict[tuple[str, datetime | None], Preview]:
        seen = {
            (key, start): previews.preview(works, chief, key, value, start)
            for key, value in values.items()
            for start in (None, MIDNIGHT)
            if start or not configuration_keys.is_prospective(key)
        }
        for key in values:
            seen[key, planned] = previews.preview_withdrawal(works, chief, key, planned)
        return {about: replace(one, picture=None, no_picture="") for about, one in seen.items()}

    play("sktlk_ktp", 1)
    before = look()
    for steps in (1, 1, 2):
        case_id = play("sktlk_ktp", steps)
        with works.begin(SYSTEM) as work:
            case = work.session.get_one(Case, case_id)
            letters.issue(work, case, "sktlk")
            case.confined_to = "piket_propam"
    after = look()
    assert {
        about: (before[about], after[about]) for about in before if before[about] != after[about]
    } == {}


def test_r40_a_threshold_says_how_many_figures_would_be_withheld(
    preview: Look, release: None
) -> None:
    ((before, after),) = sees(preview("publikasi.selang_hari", 30)).values()
    assert before != after == ["31 Desember 2026"]
