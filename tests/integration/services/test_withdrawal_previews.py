"""Taking back what is planned does what its preview said: from its instant on the value before it
goes on, on clocks, numbers and letters, over midnight WITA; the preview itself leaves nothing
behind.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from tests.integration.conftest import TestClock
from tests.integration.services.planned_parts import take_back
from tests.integration.services.test_calendars import OFFICE, due_of
from tests.integration.services.test_configuration_previews import TABLES, TARGET, sees
from workflow_app.domain import SYSTEM, Actor, Conflict, Forbidden, InvalidInput
from workflow_app.services.core.unit_of_work import Works
from workflow_app.services.office_settings import configuration, numbers
from workflow_app.services.office_settings.configuration import SEED
from workflow_app.services.office_settings.configuration_keys import OWNERS
from workflow_app.services.office_settings.configuration_plans import Said
from workflow_app.services.office_settings_admin import changes, previews
from workflow_app.services.office_settings_admin.previews import Preview

Play = Callable[..., UUID]
Person = Callable[..., Actor]
Look = Callable[..., Preview]
MIDNIGHT = datetime(2026, 11, 30, 16, 0, tzinfo=UTC)
"""1 December 2026, 00.00 WITA."""
FIVE = timedelta(days=5)


@pytest.fixture
def head(person: Person) -> Actor:
    return person("dewi", "ka_spkt", "pimpinan", "admin")


@pytest.fixture
def preview(works: Works, head: Actor) -> Look:
    def look(key: str, start: datetime = MIDNIGHT) -> Preview:
        return previews.preview_withdrawal(works, head, key, start)

    return look


def plan(works: Works, key: str, value: Any, start: datetime = MIDNIGHT) -> None:
    with works.begin(SYSTEM) as work:
        configuration.set_value(work, key, value, start)


def test_r57_clocks_keep_their_end_and_start_with_the_limit_of_before(
    works: Works, play: Play, clock: TestClock, preview: Look, head: Actor
) -> None:
    running, later = play("sktlk_ktp", 1), play("sktlk_ktp", 1)
    due = due_of(works, running)
    plan(works, TARGET, 7)
    plan(works, TARGET, 5, MIDNIGHT + FIVE)

    seen = preview(TARGET)
    assert (seen.before, seen.after, seen.until, seen.later) == (7, 10, MIDNIGHT + FIVE, [])
    assert seen.kept == [
        "1 jam ini sedang berjalan dan tetap memakai batasnya masing-masing.",
        "1 berkas terbuka belum memulai jam ini. Jam yang mulai sejak 1 Desember 2026 00.00 "
        "WITA memakai batas sebelumnya, "
        "juga pada berkas itu.",
    ]
    assert sees(seen) == {
        "Jam yang mulai 1 Desember 2026 00.00 WITA": (
            ["berakhir 1 Desember 2026 00.07 WITA"],
            ["berakhir 1 Desember 2026 00.10 WITA"],
        )
    }

    take_back(works, head, TARGET, MIDNIGHT)
    clock.at = MIDNIGHT
    assert due_of(works, later) == "2026-12-01T00:10:00+08:00"
    assert due_of(works, running) == due


def test_the_next_number_and_the_next_letter_are_those_of_before(
    works: Works, clock: TestClock, preview: Look, head: Actor, sktlk: str
) -> None:
    plan(works, "pola_nomor.SKTLK", "UJI/{urut}/{bulan}/{tahun}")
    plan(works, "penandatangan.sktlk", {**SEED["penandatangan.sktlk"], "nama": "CONTOH PENGGANTI"})
    with works.begin(SYSTEM) as work:
        first = numbers.allocate(work, "SKTLK", clock.at).text

    seen = preview("pola_nomor.SKTLK")
    before, after = sees(seen)["Dua nomor berikutnya"]
    assert before == ["UJI/2/XII/2026", "UJI/3/XII/2026"]
    assert after == [first.replace("/1/", f"/{no}/").replace("/XI/", "/XII/") for no in (2, 3)]
    assert "memakai pola sebelumnya" in seen.kept[1]
    signed = preview("penandatangan.sktlk")
    assert signed.after == SEED["penandatangan.sktlk"]
    for one in (seen, signed):
        assert one.picture is not None and one.picture[:4] == b"RIFF"

    take_back(works, head, "pola_nomor.SKTLK", MIDNIGHT)
    clock.at = MIDNIGHT
    with works.begin(SYSTEM) as work:
        assert numbers.allocate(work, "SKTLK", clock.at).text == after[0]


def test_the_look_leaves_nothing_behind_and_refuses_what_the_act_would(
    works: Works, preview: Look, person: Person, sktlk: str
) -> None:
    def counted() -> list[int]:
        with works.begin(SYSTEM) as work:
            return [
                work.session.scalar(text(f"select count(*) from {name}")) or 0 for name in TABLES
            ]

    keys = ("penandatangan.sktlk", TARGET, "pola_nomor.SKTLK", "kop_surat", "nama_unit")
    others = {TARGET: 7, "kop_surat": ["POLRES UJI"], "nama_unit": "SPKT Uji"}
    for key in keys:
        plan(works, key, others.get(key, SEED[key]))
    plan(works, "kalender.enam_hari", OFFICE)
    plan(works, "target.tiba_di_tkp", {"hari_kerja": 1, "kalender": "enam_hari"})
    plan(works, OWNERS, {"propam": {"penanggung_jawab": "piket_propam", "pengubah": ["pimpinan"]}})
    guest = person("tamu", "petugas")
    before = counted()
    for key in keys:
        preview(key)
    with pytest.raises(InvalidInput, match="kalender enam_hari"):
        preview("kalender.enam_hari")
    with pytest.raises(Forbidden, match="Yang melihat berkas Propam"):
        preview(OWNERS)
    with pytest.raises(Forbidden):
        previews.preview_withdrawal(works, guest, TARGET, MIDNIGHT)
    with pytest.raises(Conflict, match="sudah berlaku atau sudah ditarik"):
        preview(TARGET, MIDNIGHT + FIVE)
    assert counted() == before


def test_what_the_office_has_named_may_go_as_a_whole(
    works: Works, preview: Look, head: Actor
) -> None:
    plan(works, "kalender.enam_hari", OFFICE)
    seen = preview("kalender.enam_hari")
    assert (seen.before, seen.after, seen.compared) == (OFFICE, None, [])
    with works.begin(head) as work:
        shown = changes.page(work, "kalender.enam_hari").seen
        assert not changes.withdraw(work, "kalender.enam_hari", MIDNIGHT, shown)


def test_who_was_faster_in_taking_back_is_named(works: Works, head: Actor, person: Person) -> None:
    plan(works, TARGET, 7)
    plan(works, TARGET, 5, MIDNIGHT + FIVE)
    with works.begin(head) as work:
        shown = changes.page(work, TARGET).seen
    take_back(works, person("rangga", "ka_spkt"), TARGET, MIDNIGHT)
    with (
        works.begin(head) as work,
        pytest.raises(Conflict, match="yang terakhir mengubah: Contoh Rangga"),
    ):
        changes.withdraw(work, TARGET, MIDNIGHT + FIVE, shown)
    with (
        works.begin(head) as work,
        pytest.raises(Conflict, match="yang terakhir mengubah: Contoh Rangga"),
    ):
        changes.change(work, TARGET, Said(8), None, shown)
