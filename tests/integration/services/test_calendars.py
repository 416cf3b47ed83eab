"""Clocks in working days: by which calendar they are counted, that a later one moves none, and who
is told what is missing.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from tests.integration.conftest import TestClock
from workflow_app.domain import SYSTEM, WITA, Actor
from workflow_app.models import AuditEvent, Case, CaseClock
from workflow_app.services.calendars import calendars
from workflow_app.services.cases import clocks, history
from workflow_app.services.core import unit_of_work
from workflow_app.services.core.unit_of_work import UnitOfWork, Works
from workflow_app.services.office_settings import configuration
from workflow_app.services.office_settings.configuration import SEED, SOP_IN_FORCE
from workflow_app.services.workflow import steps

Play = Callable[..., UUID]
KEY = "kalender.hari_kerja"
OFFICE = SEED[KEY]
THREE_DAYS = {"hari_kerja": 3, "kalender": "hari_kerja"}


@pytest.fixture
def in_days(works: Works) -> None:
    """The clock of complete papers has a target of three working days, since ever."""
    with works.begin(SYSTEM) as work:
        configuration.set_value(work, "target.berkas_lengkap", THREE_DAYS, SOP_IN_FORCE)


def due_of(works: Works, case_id: UUID) -> str:
    with works.begin(SYSTEM) as work:
        due = clocks.start(work, case_id, "berkas_lengkap", None)
    assert due is not None
    return due.astimezone(WITA).isoformat()


def events(work: UnitOfWork, case_id: UUID, action: str) -> list[AuditEvent]:
    query = select(AuditEvent).where(AuditEvent.case_id == case_id, AuditEvent.action == action)
    return [
        event for event in work.session.scalars(query) if event.details["clock"] == "berkas_lengkap"
    ]


@pytest.mark.parametrize(
    ("received", "due"),
    [
        ("2026-11-23T09:00", "2026-11-26"),
        ("2026-12-22T09:00", "2026-12-29"),
        ("2026-03-17T09:00", "2026-03-27"),
        ("2026-12-30T23:59", "2027-01-06"),
        ("2026-12-31T00:01", "2027-01-07"),
    ],
)
def test_r34_a_clock_ends_with_the_last_working_day(
    works: Works, play: Play, clock: TestClock, in_days: None, received: str, due: str
) -> None:
    case_id = play("sktlk_ktp", 1)
    clock.at = datetime.fromisoformat(received).replace(tzinfo=WITA).astimezone(UTC)

    assert due_of(works, case_id) == f"{due}T23:59:59.999999+08:00"


def test_r34_a_clock_remembers_its_target_and_by_what_it_was_counted(
    works: Works, play: Play, in_days: None
) -> None:
    case_id = play("sktlk_ktp")

    with works.begin(SYSTEM) as work:
        row = work.session.get_one(CaseClock, (case_id, "berkas_lengkap", 1))
        assert (row.target_minutes, row.target_working_days, row.calendar) == (
            None,
            3,
            "hari_kerja",
        )
        assert row.calendar_valid_from == SOP_IN_FORCE
        view = next(
            each
            for each in clocks.of_case(work, work.session.get_one(Case, case_id))
            if each.name == "berkas_lengkap"
        )
        assert (view.target, view.was_late) == ("3 hari kerja", False)
        started, stopped = (
            events(work, case_id, f"clock.{verb}")[0] for verb in ("started", "stopped")
        )
        assert started.details["target"] == stopped.details["target"] == THREE_DAYS
        assert datetime.fromisoformat(started.details["calendar_valid_from"]) == SOP_IN_FORCE
        assert datetime.fromisoformat(started.details["due"]) == row.due_at
        assert list(unit_of_work.verify_chains(work)) == []


def test_r57_a_target_in_minutes_is_written_as_before(works: Works, play: Play) -> None:
    case_id = play("sktlk_ktp")

    with works.begin(SYSTEM) as work:
        row = work.session.get_one(CaseClock, (case_id, "berkas_lengkap", 1))
        assert row.due_at == row.started_at + timedelta(minutes=10)
        assert (row.target_minutes, row.calendar, row.calendar_valid_from) == (10, None, None)
        assert events(work, case_id, "clock.started")[0].details == {
            "clock": "berkas_lengkap",
            "at": row.started_at.isoformat(),
            "target": 10,
        }


def test_r34_a_change_holds_for_clocks_from_its_day_on_and_moves_no_running_one(
    works: Works, play: Play, clock: TestClock, in_days: None
) -> None:
    tomorrow = clock.at + timedelta(days=1)
    before, after = play("sktlk_ktp", 1), play("sktlk_ktp", 1)
    assert due_of(works, before).startswith("2026-11-26")

    with works.begin(SYSTEM) as work:
        free = {**OFFICE, "libur": {"2026-11-26": "Contoh: libur setempat"}}
        configuration.set_value(work, KEY, free, tomorrow)
    clock.at = tomorrow

    assert due_of(works, before).startswith("2026-11-26")
    assert due_of(works, after).startswith("2026-11-30")
    with works.begin(SYSTEM) as work:
        assert (
            work.session.get_one(CaseClock, (after, "berkas_lengkap", 1)).calendar_valid_from
            == tomorrow
        )


def test_r34_the_instants_of_warnings_follow_the_calendar_in_force_at_the_start(
    work: UnitOfWork, clock: TestClock
) -> None:
    start = clock.at
    free = {**OFFICE, "libur": {"2026-11-24": "Contoh: libur setempat"}}
    configuration.set_value(work, KEY, free, start + timedelta(hours=1))

    one, two = (calendars.after(work, start, days, "hari_kerja") for days in (1, 2))

    assert [each.astimezone(WITA).date().isoformat() for each in (one, two)] == [
        "2026-11-24",
        "2026-11-25",
    ]


def test_r34_the_timer_of_a_step_fires_at_the_end_of_the_day_and_not_before(
    works: Works, play: Play, clock: TestClock, in_days: None, sari: Actor
) -> None:
    case_id = play("sktlk_sim", 6)
    with works.begin(SYSTEM) as work:
        due = work.session.get_one(Case, case_id).next_wake_at
    assert due == datetime(2026, 11, 26, 15, 59, 59, 999999, UTC)

    for instant, fired in ((due - timedelta(microseconds=1), 0), (due, 1)):
        clock.at = instant
        with works.begin(SYSTEM) as work:
            steps.wake(work, case_id)
        with works.begin(sari) as work:
            timeline = [entry.action for entry in history.timeline(work, case_id)]
        assert timeline.count("timer.fired") == fired


@pytest.mark.parametrize(
    "values",
    [
        {"target_minutes": 10, "target_working_days": 3},
        {"target_working_days": 3},
        {"target_working_days": 3, "calendar": "hari_kerja"},
    ],
)
def test_the_database_refuses_half_a_target(
    works: Works, play: Play, values: dict[str, int | str]
) -> None:
    case_id = play("sktlk_ktp", 1)

    with pytest.raises(IntegrityError), works.begin(SYSTEM) as work:
        work.session.add(
            CaseClock(case_id=case_id, name="contoh", started_at=work.clock(), **values)
        )


@pytest.mark.parametrize(
    ("today", "years"),
    [
        ("2026-09-30", []),
        ("2026-10-01", [2027]),
        ("2027-02-01", [2027]),
        ("2027-10-01", [2027, 2028]),
    ],
)
def test_r34_the_next_years_holidays_are_asked_for_from_october_on(
    work: UnitOfWork, clock: TestClock, today: str, years: list[int]
) -> None:
    clock.at = datetime.fromisoformat(f"{today}T00:01").replace(tzinfo=WITA).astimezone(UTC)

    assert [(gap.name, gap.year) for gap in calendars.gaps(work)] == [
        ("hari_kerja", year) for year in years
    ]


def test_r34_a_confirmed_year_is_not_asked_for_again(work: UnitOfWork, clock: TestClock) -> None:
    configuration.set_value(work, KEY, {**OFFICE, "tahun_terverifikasi": [2026, 2027]}, clock.at)

    assert calendars.gaps(work) == []


@pytest.mark.parametrize(
    ("role", "is_told"), [("pamapta", True), ("ka_spkt", True), ("admin", True), ("petugas", False)]
)
def test_r34_leads_and_admins_are_told_in_one_sentence(
    works: Works, person: Callable[..., Actor], role: str, is_told: bool
) -> None:
    with works.begin(person("dewi", role)) as work:
        assert ("2027" in calendars.notice(work)) is is_told


@pytest.mark.parametrize(
    ("received", "first", "second"),
    [
        ("2026-11-23T09:00", "2026-11-24", "2026-11-25"),
        ("2026-12-22T09:00", "2026-12-23", "2026-12-28"),
        ("2026-12-31T23:59", "2027-01-04", "2027-01-06"),
        ("2027-01-01T00:01", "2027-01-04", "2027-01-06"),
    ],
)
def test_r34_warnings_lie_one_and_two_working_days_after_the_receipt(
    works: Works,
    play: Play,
    clock: TestClock,
    in_days: None,
    received: str,
    first: str,
    second: str,
) -> None:
    case_id = play("sktlk_ktp", 1)
    clock.at = datetime.fromisoformat(received).replace(tzinfo=WITA).astimezone(UTC)
    due_of(works, case_id)

    with works.begin(SYSTEM) as work:
        found = [
            clocks.working_days_after(work, case_id, "berkas_lengkap", days) for days in (1, 2, 3)
        ]

    told = [at.astimezone(WITA).isoformat() for at in found if at is not None]
    assert told == [f"{first}T23:59:59.999999+08:00", f"{second}T23:59:59.999999+08:00"]


def test_r34_a_clock_in_minutes_has_no_warnings_in_working_days(works: Works, play: Play) -> None:
    case_id = play("sktlk_ktp", 5)

    with works.begin(SYSTEM) as work:
        assert clocks.working_days_after(work, case_id, "berkas_lengkap", 1) is None
        assert clocks.working_days_after(work, case_id, "tidak_ada", 1) is None
