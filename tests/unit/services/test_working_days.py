"""Targets in working days: where they end, for every start and every calendar that may be
configured.
"""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workflow_app.domain import WITA
from workflow_app.services.office_settings.configuration import SEED
from workflow_app.services.office_settings.working_days import (
    CATEGORIES,
    WEEKDAYS,
    Calendar,
    calendar,
    holidays,
)

OFFICE: dict[str, Any] = SEED["kalender.hari_kerja"]
WORKING = calendar(OFFICE)
EVERY_DAY = calendar(SEED["kalender.setiap_hari"])

FIRST, LAST = date(2025, 1, 1), date(2028, 12, 31)
days_on = st.dates(FIRST, LAST).map(date.isoformat)
moments = st.datetimes(datetime(2025, 1, 1), datetime(2028, 12, 31), timezones=st.just(UTC))
calendars = st.builds(
    lambda weekdays, categories, free, counted: calendar(
        {
            **OFFICE,
            "hari": weekdays,
            "kategori_libur": categories,
            "libur": dict.fromkeys(free - counted, "Contoh"),
            "masuk": dict.fromkeys(counted, "Contoh"),
        }
    ),
    st.lists(st.sampled_from(WEEKDAYS), min_size=1, unique=True),
    st.lists(st.sampled_from(CATEGORIES), unique=True),
    st.sets(days_on, max_size=20),
    st.sets(days_on, max_size=20),
)


def ends(start: datetime, days: int, by: Calendar = WORKING) -> date:
    return by.after(start, days).astimezone(WITA).date()


@pytest.mark.parametrize(
    ("received", "due"),
    [
        ("2026-11-23", "2026-11-26"),
        ("2026-12-22", "2026-12-29"),  # joint leave, Christmas, weekend
        ("2026-03-17", "2026-03-27"),  # Nyepi, Idul Fitri and their joint leave
        ("2026-11-21", "2026-11-25"),  # a Saturday
    ],
)
@pytest.mark.parametrize("hour", ["00:00:00", "09:30:00", "23:59:59.999999"])
def test_r34_three_working_days_begin_after_the_day_of_receipt(
    received: str, due: str, hour: str
) -> None:
    start = datetime.fromisoformat(f"{received}T{hour}").replace(tzinfo=WITA)

    assert WORKING.after(start, 3).astimezone(WITA).isoformat() == f"{due}T23:59:59.999999+08:00"


@pytest.mark.parametrize(
    ("received", "due"),
    [
        ("2026-12-30T23:59", "2027-01-06"),  # 1 January is free, 5 January is Isra Mikraj
        ("2026-12-31T00:01", "2027-01-07"),
        ("2026-12-31T23:59", "2027-01-07"),
        ("2027-01-01T00:01", "2027-01-07"),
        ("2027-01-03T23:59", "2027-01-07"),
        ("2027-01-04T00:01", "2027-01-08"),
    ],
)
def test_r34_around_new_year_the_day_is_that_of_the_counter(received: str, due: str) -> None:
    local = datetime.fromisoformat(received).replace(tzinfo=WITA)

    assert ends(local, 3) == ends(local.astimezone(UTC), 3) == date.fromisoformat(due)


def test_r34_the_warnings_lie_on_the_working_days_before_the_end() -> None:
    start = datetime(2026, 12, 22, 9, 0, tzinfo=WITA)

    assert [ends(start, days).isoformat() for days in (1, 2, 3)] == [
        "2026-12-23",
        "2026-12-28",
        "2026-12-29",
    ]


def test_r34_a_day_that_the_office_gives_free_does_not_count() -> None:
    extra = calendar({**OFFICE, "libur": {"2026-11-25": "Contoh: libur setempat"}})

    assert ends(datetime(2026, 11, 23, 9, 0, tzinfo=WITA), 3, extra) == date(2026, 11, 27)


@pytest.mark.parametrize("day", ["2026-12-24", "2026-12-26"])
def test_r34_a_day_on_which_the_office_works_counts_whatever_the_package_and_the_week_say(
    day: str,
) -> None:
    worked = calendar({**OFFICE, "masuk": {day: "Contoh: masuk"}})

    assert ends(datetime(2026, 12, 22, 9, 0, tzinfo=WITA), 3, worked) == date(2026, 12, 28)


def test_the_counter_that_never_closes_has_no_free_days() -> None:
    assert ends(datetime(2026, 12, 24, 9, 0, tzinfo=WITA), 3, EVERY_DAY) == date(2026, 12, 27)


def test_the_end_of_the_day_is_that_of_the_calendars_zone() -> None:
    jakarta = calendar({**OFFICE, "zona": "Asia/Jakarta"})
    late = datetime(
        2026, 11, 23, 16, 30, tzinfo=UTC
    )  # 23.30 there, half past midnight of the 24th here

    assert jakarta.after(late, 1) == datetime(2026, 11, 24, 16, 59, 59, 999999, UTC)
    assert WORKING.after(late, 1) == datetime(2026, 11, 25, 15, 59, 59, 999999, UTC)


@settings(deadline=None)
@given(calendars, moments, st.integers(1, 10))
def test_r34_a_target_never_ends_on_a_free_day_and_takes_exactly_its_working_days(
    by: Calendar, start: datetime, days: int
) -> None:
    first, end = start.astimezone(WITA).date(), ends(start, days, by)

    between = [first + timedelta(days=gap) for gap in range(1, (end - first).days + 1)]
    assert by.counts(end)
    assert sum(map(by.counts, between)) == days


@settings(deadline=None)
@given(calendars, moments, moments, st.integers(1, 10))
def test_r34_who_comes_later_is_never_due_earlier_and_more_days_end_later(
    by: Calendar, one: datetime, other: datetime, days: int
) -> None:
    earlier, later = sorted((one, other))

    assert by.after(earlier, days) <= by.after(later, days)
    assert by.after(earlier, days) < by.after(earlier, days + 1)


def test_the_package_knows_the_decree_of_2026() -> None:
    assert [len(holidays(2026, category)) for category in CATEGORIES] == [17, 8]


def test_the_package_says_which_dates_it_estimates_and_has_no_joint_leave_of_far_years() -> None:
    assert WORKING.is_sure(2026)
    assert not WORKING.is_sure(2027)
    first, *others = WORKING.doubts(2027)
    assert first == "10 Maret 2027 Hari Raya Idul Fitri masih perkiraan"
    assert others[-1].startswith("17 Mei 2027 "), "by date"
    assert "Cuti bersama belum diketahui" in WORKING.doubts(2040)


def test_a_year_beyond_the_package_has_no_holidays_and_says_so() -> None:
    assert len(WORKING.doubts(2101)) == len(CATEGORIES)
    assert EVERY_DAY.is_sure(2101)
    assert EVERY_DAY.doubts(2101) == []


@settings(deadline=None)
@given(calendars, moments, st.integers(1, 30))
def test_r67_counted_back_a_notice_ends_on_a_working_day_with_exactly_its_days_before_the_event(
    by: Calendar, event: datetime, days: int
) -> None:
    last, day_zero = (
        by.before(event, days).astimezone(by.zone).date(),
        event.astimezone(by.zone).date(),
    )
    between = (last + timedelta(days=number) for number in range((day_zero - last).days))
    assert by.counts(last)
    assert sum(by.counts(day) for day in between) == days


def test_r67_around_new_year_the_days_before_an_event_are_those_of_the_counter() -> None:
    event = datetime(2027, 1, 4, 0, 30, tzinfo=WITA)
    limit = WORKING.before(event, 1).astimezone(WITA)
    assert f"{limit:%Y-%m-%d %H:%M}" == "2026-12-31 23:59", "1 January is a holiday, then a weekend"
    assert WORKING.before(event.astimezone(UTC), 1) == limit, (
        "half past midnight here is yesterday in UTC"
    )
