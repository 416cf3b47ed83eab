"""Requests between functions and the day by which they are wanted: in time to its last instant,
then told upwards (R14, R5).
"""

import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from tests.integration.conftest import PROCESSES, TestClock
from tests.integration.services import htck
from tests.integration.services.htck import (
    ACCEPTED,
    ANSWERED,
    BROKEN,
    ask,
    done,
    open_elements,
    waiting,
    wake,
    wanted,
)
from tests.integration.services.moving import REASON, row, settled
from tests.integration.services.walled import sees
from workflow_app.domain import SYSTEM, WITA, Actor, Answers
from workflow_app.models import Case, CaseClock, Message
from workflow_app.services.calendars import calendars
from workflow_app.services.calendars.calendars import Asked
from workflow_app.services.core.unit_of_work import Works
from workflow_app.services.office_settings import configuration
from workflow_app.services.processes import definitions
from workflow_app.services.workflow import steps, version_migration

END_OF_DAY = datetime(2026, 11, 25, 15, 59, 59, 999999, tzinfo=UTC)
"""25 November 2026 in WITA, its last instant."""


@pytest.fixture(autouse=True)
def deployed(works: Works) -> None:
    htck.deploy(works)


@pytest.fixture
def sarpras(person: Callable[..., Actor]) -> Actor:
    return person("rizal", "sarpras")


def test_the_last_second_of_the_day_that_was_asked_for_is_in_time_and_the_next_day_is_late(
    works: Works, clock: TestClock, budi: Actor, sarpras: Actor, sari: Actor
) -> None:
    case_id = ask(works, budi, BROKEN)
    done(works, sarpras, case_id, ACCEPTED)
    assert waiting(works, case_id).due_at == END_OF_DAY

    clock.at = END_OF_DAY - timedelta(seconds=1)
    wake(works, case_id)
    assert open_elements(works, case_id) == {"jawab"}
    clock.at = END_OF_DAY + timedelta(seconds=2)
    wake(works, case_id)
    assert open_elements(works, case_id) == {"jawab", "pantau_jawab"}
    watched = waiting(works, case_id, "pantau_jawab")
    assert (watched.role, watched.hand_off) == ("ka_spkt", None)
    with works.begin(SYSTEM) as work:
        written = work.session.scalars(select(Message).where(Message.case_id == case_id)).all()
        assert [message.element for message in written] == ["kabari_belum_jawab"]

    done(works, sarpras, case_id, ANSWERED, "jawab")
    assert open_elements(works, case_id) == {"tutup"}, "what is answered nobody follows up"
    assert sees(works, sari, case_id)


def test_asked_again_it_has_a_new_day_and_a_round_of_its_own(
    works: Works, clock: TestClock, budi: Actor, sarpras: Actor
) -> None:
    case_id = ask(works, budi, BROKEN)
    done(works, sarpras, case_id, ACCEPTED)
    done(works, sarpras, case_id, ANSWERED)
    clock.advance(days=3)
    again: Answers = {
        "penutupan": "minta_lagi",
        "kekurangan": "Masih macet.",
        "dibutuhkan_sampai": "2026-11-27",
    }
    done(works, budi, case_id, again)
    task = waiting(works, case_id)
    assert (task.element, task.assignee_id) == ("jawab", sarpras.user_id)
    assert task.due_at == END_OF_DAY + timedelta(days=2)
    with works.begin(SYSTEM) as work:
        query = select(CaseClock).where(
            CaseClock.case_id == case_id, CaseClock.name == "jawaban_htck"
        )
        rounds = work.session.scalars(query.order_by(CaseClock.round)).all()
        assert [clock.due_at for clock in rounds] == [END_OF_DAY, END_OF_DAY + timedelta(days=2)]
        assert rounds[0].stopped_at is not None and rounds[1].stopped_at is None


@pytest.mark.parametrize(
    ("kind", "role", "watches", "minutes"),
    [("pengawalan", "piket_lantas", "pamapta", 30), ("pengamanan", "piket_samapta", "pamapta", 30)],
)
def test_r14_help_outside_that_nobody_accepts_is_told_to_pamapta(
    works: Works, clock: TestClock, budi: Actor, kind: str, role: str, watches: str, minutes: int
) -> None:
    help_ = wanted(
        kind,
        peminta="masyarakat",
        tempat_kegiatan="Lapangan Contoh",
        kegiatan_at="2026-11-25T08:00:00+08:00",
    )
    case_id = ask(works, budi, help_)
    task = waiting(works, case_id)
    assert (task.role, task.due_at) == (role, clock.at + timedelta(minutes=minutes))
    clock.advance(minutes=minutes, seconds=2)
    wake(works, case_id)
    assert waiting(works, case_id, "pantau_terima").role == watches


def test_what_is_wanted_today_and_nobody_accepts_is_late_with_the_day_and_not_a_working_day_later(
    works: Works, clock: TestClock, budi: Actor
) -> None:
    case_id = ask(works, budi, {**BROKEN, "dibutuhkan_sampai": "2026-11-23"})
    today = END_OF_DAY - timedelta(days=2)
    assert waiting(works, case_id).due_at == today
    clock.at = today + timedelta(seconds=2)
    wake(works, case_id)
    assert open_elements(works, case_id) == {"terima", "pantau_terima"}


def test_a_target_of_the_office_ends_the_answer_before_the_day_that_was_asked_for(
    works: Works, clock: TestClock, budi: Actor, sarpras: Actor
) -> None:
    with works.begin(SYSTEM) as work:
        configuration.set_value(work, "target.jawaban_htck", 60, work.clock())
    case_id = ask(works, budi, BROKEN)
    done(works, sarpras, case_id, ACCEPTED)
    assert waiting(works, case_id).due_at == clock.at + timedelta(minutes=60)


@pytest.mark.parametrize(
    ("until", "entered", "becomes"),
    [
        ("2027-01-04", {"2027-01-04": "libur"}, "2027-01-04"),
        ("2027-01-05", {"2027-01-02": "masuk", "2027-01-03": "masuk"}, "2027-01-03"),
    ],
    ids=["kept although it is a working day that moves", "earlier than wanted"],
)
def test_r34_a_timer_of_a_wanted_day_goes_with_its_clock_when_a_year_is_confirmed(
    works: Works,
    clock: TestClock,
    budi: Actor,
    sari: Actor,
    until: str,
    entered: dict[str, str],
    becomes: str,
) -> None:
    """Three working days end on 6 January 2027; somebody wants it earlier (decision 0063)."""
    clock.at = datetime(2026, 12, 30, 1, tzinfo=UTC)
    with works.begin(SYSTEM) as work:
        target = {"hari_kerja": 3, "kalender": "hari_kerja"}
        configuration.set_value(work, "target.penerimaan_htck", target, clock.at)
    case_id = ask(works, budi, {**BROKEN, "dibutuhkan_sampai": until})
    with works.begin(sari) as work:
        for day, deed in entered.items():
            calendars.change(work, "hari_kerja", 2027, Asked(deed, day, "Contoh: menurut SKB"))
        calendars.change(work, "hari_kerja", 2027, Asked("pastikan"))
    steps.carry_out(works)

    end = datetime.fromisoformat(becomes).replace(
        hour=23, minute=59, second=59, microsecond=999999, tzinfo=WITA
    )
    assert waiting(works, case_id).due_at == end
    with works.begin(SYSTEM) as work:
        assert work.session.get_one(Case, case_id).next_wake_at == end


def test_r34_a_case_that_is_moved_back_to_its_former_version_keeps_the_end_that_was_counted_anew(
    works: Works, clock: TestClock, budi: Actor, sari: Actor, tmp_path: Path
) -> None:
    clock.at = datetime(2026, 12, 30, 1, tzinfo=UTC)
    with works.begin(SYSTEM) as work:
        target = {"hari_kerja": 3, "kalender": "hari_kerja"}
        configuration.set_value(work, "target.penerimaan_htck", target, clock.at)
    case_id = ask(works, budi, {**BROKEN, "dibutuhkan_sampai": "2027-01-29"})
    folders = Path(shutil.copytree(PROCESSES, tmp_path / "proses"))
    model = folders / htck.KEY / "process.bpmn"
    model.write_text(model.read_text().replace('name="Belum diterima"', 'name="Lewat"'))
    with works.begin(SYSTEM) as work:
        definitions.deploy(work, model.parent)
    with works.begin(sari) as work:
        order = version_migration.order(work, htck.KEY, 2, None, REASON, "maju")
    version_migration.carry_out(works, order)
    with works.begin(sari) as work:
        calendars.change(
            work, "hari_kerja", 2027, Asked("libur", "2027-01-04", "Contoh: menurut SKB")
        )
        calendars.change(work, "hari_kerja", 2027, Asked("pastikan"))
    steps.carry_out(works)
    end = datetime(2027, 1, 7, 23, 59, 59, 999999, WITA)
    assert row(works, case_id).next_wake_at == end

    with works.begin(sari) as work:
        back = version_migration.order_back(work, order, None, REASON, "mundur")
    version_migration.carry_out(works, back)
    assert settled(works, back, case_id) == ("moved", "")
    assert (row(works, case_id).next_wake_at, waiting(works, case_id).due_at) == (end, end)
