"""A deadline beyond a year whose holidays nobody has confirmed may move: it says so, and once the
year is confirmed it moves as was previewed, with what hangs on it.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select, text

from tests.integration.conftest import TestClock
from tests.integration.services.complaints import complain as complain
from workflow_app.domain import SYSTEM, WITA, Actor
from workflow_app.engine import runner
from workflow_app.models import Case, CaseClock, Task
from workflow_app.services.calendars import calendars
from workflow_app.services.calendars.calendars import Asked
from workflow_app.services.cases import clocks, history
from workflow_app.services.cases.clocks import ClockView
from workflow_app.services.core import formatting, unit_of_work
from workflow_app.services.core.unit_of_work import Works
from workflow_app.services.office_settings import configuration
from workflow_app.services.office_settings.configuration import SEED, SOP_IN_FORCE
from workflow_app.services.operations import consistency_cases
from workflow_app.services.processes.definitions import definition_of
from workflow_app.services.public import tracking
from workflow_app.services.reporting import case_status
from workflow_app.services.workflow import steps

Play = Callable[..., UUID]
NAME, CLOCK = "hari_kerja", "tanggapan_awal"
RECEIVED = datetime(2026, 12, 30, 9, tzinfo=WITA)
FREE = Asked("libur", "2027-01-04", "Contoh: cuti bersama menurut SKB")
SURE = Asked("pastikan")


@pytest.fixture
def case_id(complain: Play, clock: TestClock) -> UUID:
    """A complaint by mail of the day before New Year's Eve: three working days of which two are in
    the next year.
    """
    clock.at = RECEIVED.astimezone(UTC)
    return complain("surel", 4, {"terima_pengaduan": {"received_at": RECEIVED.isoformat()}})


def change(works: Works, actor: Actor, asked: Asked) -> None:
    with works.begin(actor) as work:
        calendars.change(work, NAME, 2027, asked)


def day(at: datetime | None) -> date:
    assert at is not None
    return at.astimezone(WITA).date()


def row(works: Works, case_id: UUID) -> CaseClock:
    with works.begin(SYSTEM) as work:
        found = work.session.get_one(CaseClock, (case_id, CLOCK, 1))
        work.session.expunge(found)
        return found


def view(works: Works, case_id: UUID) -> ClockView:
    with works.begin(SYSTEM) as work:
        case = work.session.get_one(Case, case_id)
        return next(each for each in clocks.of_case(work, case) if each.name == CLOCK)


def variables(works: Works, case_id: UUID) -> dict[str, date]:
    """What the process waits for, as days."""
    with works.begin(SYSTEM) as work:
        case = work.session.get_one(Case, case_id)
        told = runner.variables(definition_of(work, case.definition_id), case.state)
    names = ("peringatan_satu", "peringatan_dua", "batas_tanggapan")
    return {name: day(datetime.fromisoformat(str(told[name]))) for name in names}


def task_ends(works: Works, case_id: UUID) -> set[date]:
    with works.begin(SYSTEM) as work:
        query = select(Task.due_at).where(
            Task.case_id == case_id, Task.status == "open", Task.due_at.is_not(None)
        )
        return {day(at) for at in work.session.scalars(query)}


def test_r34_a_deadline_in_an_unconfirmed_year_says_that_it_may_move(
    works: Works, case_id: UUID, budi: Actor
) -> None:
    assert view(works, case_id).unsure_year == 2027
    with works.begin(SYSTEM) as work:
        (standing,) = case_status.of_cases(work, [case_id])
    assert [
        clock.unsure_year
        for clock in standing.clocks
        if clock.due_at == view(works, case_id).due_at
    ] == [2027]
    with works.begin(budi) as work:
        told = tracking.for_officer(work, case_id)
    assert (told.due, told.unsure_year) == (date(2027, 1, 6), 2027), "the citizen reads it too"
    assert (
        formatting.may_move(2027) == "Batas ini dapat bergeser: hari libur 2027 belum ditetapkan."
    )


def test_r34_a_deadline_before_that_year_says_nothing(
    works: Works, complain: Play, clock: TestClock
) -> None:
    """Three working days from the 23rd end on New Year's Eve at the latest; 2026 is confirmed."""
    clock.at = datetime(2026, 12, 23, 1, tzinfo=UTC)
    case_id = complain("surel", 4, {"terima_pengaduan": {"received_at": clock.at.isoformat()}})
    assert (day(row(works, case_id).due_at).year, view(works, case_id).unsure_year) == (2026, None)


def test_r34_open_clocks_move_as_previewed_once_the_year_is_confirmed(
    works: Works, case_id: UUID, sari: Actor
) -> None:
    assert variables(works, case_id) == {
        "peringatan_satu": date(2026, 12, 31),
        "peringatan_dua": date(2027, 1, 4),
        "batas_tanggapan": date(2027, 1, 6),
    }
    change(works, sari, FREE)
    steps.carry_out(works)
    assert day(row(works, case_id).due_at) == date(2027, 1, 6), (
        "a day alone moves no clock that runs"
    )
    with works.begin(sari) as work:
        told = calendars.prospect(work, NAME, 2027, SURE)
    assert told.moved == [(date(2027, 1, 6), date(2027, 1, 7), 1)]
    assert day(row(works, case_id).due_at) == date(2027, 1, 6), "a look moves nothing"

    change(works, sari, SURE)
    with works.begin(SYSTEM) as work:
        waiting = (
            "select count(*) from procrastinate_jobs where task_name = 'recount_clocks' and "
            "status = 'todo'"
        )
        assert work.session.scalar(text(waiting)) == 2
    for _ in range(2):
        steps.carry_out(works)

    assert day(row(works, case_id).due_at) == date(2027, 1, 7)
    assert view(works, case_id).unsure_year is None
    assert task_ends(works, case_id) == {date(2027, 1, 7)}
    assert variables(works, case_id) == {
        "peringatan_satu": date(2026, 12, 31),
        "peringatan_dua": date(2027, 1, 6),
        "batas_tanggapan": date(2027, 1, 7),
    }
    with works.begin(sari) as work:
        (said,) = (e for e in history.timeline(work, case_id) if e.action == "clock.counted_anew")
        assert "hari libur 2027 sudah dipastikan" in said.what
        assert "6 Januari 2027" in said.what
        assert "7 Januari 2027" in said.what
        assert list(unit_of_work.verify_chains(work)) == []
        assert list(consistency_cases.check_consistency_case(work)) == []


def test_r34_a_timer_that_waits_fires_at_the_new_end_and_not_at_the_old(
    works: Works, case_id: UUID, sari: Actor, clock: TestClock
) -> None:
    change(works, sari, FREE)
    change(works, sari, SURE)
    steps.carry_out(works)
    fired = []
    for first in (date(2027, 1, 1), date(2027, 1, 5), date(2027, 1, 7), date(2027, 1, 8)):
        clock.at = datetime.combine(first, datetime.min.time(), WITA).astimezone(UTC)
        with works.begin(SYSTEM) as work:
            steps.wake(work, case_id)
            case = work.session.get_one(Case, case_id)
            fired.append(day(case.next_wake_at) if case.next_wake_at else None)
    assert fired[:3] == [date(2027, 1, 6), date(2027, 1, 6), date(2027, 1, 7)]


def test_r34_an_end_that_comes_earlier_wakes_the_case_at_once(
    works: Works, case_id: UUID, sari: Actor, clock: TestClock
) -> None:
    """The fifth turns out to be a working day, on the sixth in the morning: the end was
    yesterday.
    """
    clock.at = datetime(2027, 1, 6, 1, tzinfo=UTC)
    with works.begin(SYSTEM) as work:
        steps.wake(work, case_id)
    change(works, sari, Asked("masuk", "2027-01-05", "Contoh: tetap masuk menurut SKB"))
    change(works, sari, SURE)
    steps.carry_out(works)

    assert day(row(works, case_id).due_at) == date(2027, 1, 5)
    with works.begin(SYSTEM) as work:
        case = work.session.get_one(Case, case_id)
        assert case.next_wake_at is not None
        assert case.next_wake_at <= work.clock()


def test_r34_an_end_that_stays_is_on_record_as_sure(
    works: Works, case_id: UUID, sari: Actor
) -> None:
    change(works, sari, SURE)
    steps.carry_out(works)

    assert (day(row(works, case_id).due_at), view(works, case_id).unsure_year) == (
        date(2027, 1, 6),
        None,
    )
    with works.begin(sari) as work:
        (said,) = (e for e in history.timeline(work, case_id) if e.action.startswith("clock.con"))
    assert said.what.startswith("Batas waktu tetap, hari libur 2027 sudah dipastikan")


def test_r34_who_wants_it_earlier_keeps_his_day(works: Works, case_id: UUID, sari: Actor) -> None:
    """A clock that ends at a day somebody named does not grow beyond it."""
    with works.begin(SYSTEM) as work:
        wanted = work.session.get_one(CaseClock, (case_id, CLOCK, 1))
        wanted.due_at = datetime(2027, 1, 5, 15, 59, 59, 999999, UTC)
    change(works, sari, FREE)
    change(works, sari, SURE)
    steps.carry_out(works)

    assert day(row(works, case_id).due_at) == date(2027, 1, 5)


def test_r79_the_preview_counts_no_confined_case_that_moves_all_the_same(
    works: Works, case_id: UUID, sari: Actor
) -> None:
    with works.begin(SYSTEM) as work:
        work.session.get_one(Case, case_id).confined_to = "piket_propam"
    change(works, sari, FREE)
    with works.begin(sari) as work:
        assert calendars.prospect(work, NAME, 2027, SURE).moved == []
    change(works, sari, SURE)
    steps.carry_out(works)
    assert day(row(works, case_id).due_at) == date(2027, 1, 7)


def test_r34_a_clock_that_stopped_stays_as_it_was(works: Works, case_id: UUID, sari: Actor) -> None:
    with works.begin(SYSTEM) as work:
        clocks.stop(work, case_id, CLOCK)
    change(works, sari, FREE)
    change(works, sari, SURE)
    steps.carry_out(works)
    assert day(row(works, case_id).due_at) == date(2027, 1, 6)
    assert view(works, case_id).unsure_year is None


def test_r34_a_clock_of_a_calendar_that_the_office_has_ended_keeps_no_other_of_its_case(
    works: Works, case_id: UUID, sari: Actor
) -> None:
    with works.begin(SYSTEM) as work:
        configuration.set_value(work, "kalender.lama", SEED[f"kalender.{NAME}"], SOP_IN_FORCE)
        configuration.set_value(work, "kalender.lama", None, work.clock())
        old = CaseClock(
            case_id=case_id, name="lama", round=1, started_at=RECEIVED, target_working_days=3
        )
        old.calendar, old.calendar_valid_from = "lama", SOP_IN_FORCE
        old.due_at = row(works, case_id).due_at
        work.session.add(old)
    change(works, sari, FREE)
    change(works, sari, SURE)
    steps.carry_out(works)
    assert day(row(works, case_id).due_at) == date(2027, 1, 7)


def test_r34_a_year_is_asked_for_as_soon_as_a_clock_reaches_it(
    works: Works, complain: Play, clock: TestClock, sari: Actor
) -> None:
    """Before October, where the office gives itself long."""
    clock.at = datetime(2026, 9, 1, 1, tzinfo=UTC)
    with works.begin(SYSTEM) as work:
        assert calendars.gaps(work) == []
        long = {"hari_kerja": 90, "kalender": NAME}
        configuration.set_value(work, f"target.{CLOCK}", long, SOP_IN_FORCE)
    case_id = complain("surel", 4, {"terima_pengaduan": {"received_at": clock.at.isoformat()}})
    with works.begin(sari) as work:
        assert [gap.year for gap in calendars.gaps(work)] == [2027]
        assert "Hari libur 2027 belum dipastikan" in calendars.notice(work)
    with works.begin(SYSTEM) as work:
        work.session.get_one(Case, case_id).confined_to = "piket_propam"
    with works.begin(sari) as work:
        assert calendars.notice(work) == "", (
            "a confined case is not told of by what is asked for (R79)"
        )


def test_r34_a_confirmation_that_is_planned_moves_clocks_on_its_day(
    works: Works, case_id: UUID, clock: TestClock
) -> None:
    """However it was entered: the clock asks every hour."""
    sure = {
        **SEED[f"kalender.{NAME}"],
        "libur": {"2027-01-04": "Contoh"},
        "tahun_terverifikasi": [2026, 2027],
    }
    tomorrow = clock.at + timedelta(days=1)
    with works.begin(SYSTEM) as work:
        configuration.set_value(work, f"kalender.{NAME}", sure, tomorrow)
    steps.carry_out(works)
    assert day(row(works, case_id).due_at) == date(2027, 1, 6)
    clock.at = tomorrow
    steps.carry_out(works)
    assert day(row(works, case_id).due_at) == date(2027, 1, 7)
