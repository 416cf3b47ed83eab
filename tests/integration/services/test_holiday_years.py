"""Holidays in the browser: a year confirmed, days of the office's own, what runs keeps its end and
what begins gets the new one.
"""

from datetime import UTC, date, datetime

import pytest

from tests.integration.conftest import TestClock
from workflow_app.domain import SYSTEM, WITA, Actor, Forbidden, InvalidInput, NotFound
from workflow_app.services.calendars import calendars
from workflow_app.services.calendars.calendars import Asked, Year
from workflow_app.services.core.unit_of_work import Works
from workflow_app.services.office_settings import configuration

NAME = "hari_kerja"
KEY = f"kalender.{NAME}"
FREE = Asked("libur", "2026-12-23", "Contoh: hari jadi kantor")


def change(works: Works, actor: Actor, asked: Asked, year: int = 2026) -> None:
    with works.begin(actor) as work:
        calendars.change(work, NAME, year, asked)


def shown(works: Works, actor: Actor, year: int = 2026) -> Year:
    with works.begin(actor) as work:
        return calendars.year(work, NAME, year)


def ends(works: Works, start: datetime, days: int = 3) -> date:
    with works.begin(SYSTEM) as work:
        return calendars.after(work, start, days, NAME).astimezone(WITA).date()


def versions(works: Works) -> int:
    with works.begin(SYSTEM) as work:
        return len(configuration.history(work, KEY))


def test_three_working_days_after_22_december_2026_end_on_the_29th(
    works: Works, sari: Actor
) -> None:
    """The 24th is joint leave, the 25th Christmas, then a weekend."""
    assert ends(works, datetime(2026, 12, 22, 2, 0, tzinfo=UTC)) == date(2026, 12, 29)
    names = {day.day: day.source for day in shown(works, sari).days}
    assert names[date(2026, 12, 25)] == "Libur nasional"


def test_the_preview_says_what_will_be_and_writes_nothing(works: Works, sari: Actor) -> None:
    before = versions(works)
    with works.begin(sari) as work:
        told = calendars.prospect(work, NAME, 2026, FREE)
    of_three = next(each for each in told.examples if each.days == 3)
    assert (of_three.start, of_three.before, of_three.after) == (
        date(2026, 12, 22),
        date(2026, 12, 29),
        date(2026, 12, 30),
    )
    assert versions(works) == before
    change(works, sari, FREE)
    assert ends(works, datetime(2026, 12, 22, 2, 0, tzinfo=UTC)) == of_three.after


def test_a_change_holds_from_its_day_in_wita_and_not_before(works: Works, sari: Actor) -> None:
    change(works, sari, Asked("libur", "2026-12-23", "Contoh", "2026-12-22"))
    at = datetime(2026, 12, 21, 15, 59, tzinfo=UTC), datetime(2026, 12, 21, 16, 0, tzinfo=UTC)
    # Counted from the 21st by the old calendar: 22, 23 and 28 December; from the 22nd by the new
    # one: 28, 29 and 30.
    assert [ends(works, each) for each in at] == [date(2026, 12, 28), date(2026, 12, 30)]


def test_a_version_that_is_still_to_come_gets_the_day_too(
    works: Works, sari: Actor, clock: TestClock
) -> None:
    change(works, sari, Asked("libur", "2026-12-30", "Contoh kemudian", "2026-12-01"))
    change(works, sari, FREE)
    assert versions(works) == 3
    clock.at = datetime(2026, 12, 2, 1, 0, tzinfo=UTC)
    own = {day.day for day in shown(works, sari).days if day.is_own}
    assert own == {date(2026, 12, 23), date(2026, 12, 30)}


def test_said_twice_it_is_one_and_taken_away_it_is_gone(works: Works, sari: Actor) -> None:
    for _ in range(2):
        change(works, sari, FREE)
    assert versions(works) == 2
    change(works, sari, Asked("masuk", "2026-12-23", "Contoh: ternyata masuk"))
    assert [day.source for day in shown(works, sari).days if day.is_own] == ["Tetap masuk"]
    change(works, sari, Asked("hapus", "2026-12-23"))
    assert [day for day in shown(works, sari).days if day.is_own] == []


def test_next_year_is_asked_for_from_october_on_until_it_is_confirmed(
    works: Works, sari: Actor, clock: TestClock
) -> None:
    for month, needs in ((9, False), (10, True)):
        clock.at = datetime(2026, month, 15, 1, 0, tzinfo=UTC)
        assert shown(works, sari, 2027).needs is needs
    change(works, sari, Asked("pastikan"), 2027)
    found = shown(works, sari, 2027)
    assert (found.needs, found.is_sure) == (False, True)


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        (Asked("libur", "2026-13-01", "x"), "hari"),
        (Asked("libur", "2027-01-02", "x"), "hari"),
        (Asked("libur", "2026-12-23", " "), "alasan"),
        (Asked("libur", "2026-12-23", "x" * 201), "alasan"),
        (Asked("libur", "2026-12-23", "x", "2026-11-01"), "mulai"),
        (Asked("libur", "2026-12-23", "x", "besok"), "mulai"),
    ],
)
def test_bad_input_is_told_at_its_field(
    works: Works, sari: Actor, asked: Asked, field: str
) -> None:
    with pytest.raises(InvalidInput) as told:
        change(works, sari, asked)
    assert set(told.value.fields) == {field}


def test_only_the_owner_changes_a_calendar(works: Works, budi: Actor) -> None:
    assert not shown(works, budi).can_change
    with pytest.raises(Forbidden):
        change(works, budi, FREE)
    with pytest.raises(Forbidden), works.begin(budi) as work:
        calendars.prospect(work, NAME, 2026, FREE)
    with pytest.raises(NotFound), works.begin(budi) as work:
        calendars.year(work, "tidak_ada", 2026)
    with pytest.raises(NotFound), works.begin(budi) as work:
        calendars.year(work, NAME, 3000)


def test_the_preview_refuses_what_the_change_would(works: Works, sari: Actor) -> None:
    """What is planned says of the same day that the office works: together the two would say
    both.
    """
    change(works, sari, Asked("masuk", "2026-12-23", "Contoh: tetap masuk", "2026-12-10"))
    for act in (calendars.prospect, calendars.change):
        with (
            works.begin(sari) as work,
            pytest.raises(InvalidInput, match="Bersama yang sudah direncanakan"),
        ):
            act(work, NAME, 2026, FREE)
    assert versions(works) == 2
