"""Periods of notice: counted back from the event, over midnight and the year's end in WITA, and
judged.
"""

from datetime import datetime, timedelta

import pytest

from workflow_app.domain import WITA
from workflow_app.engine import clocks
from workflow_app.engine.rehearsal import end_of_day

EVENT = datetime(2027, 1, 2, 0, 30, tzinfo=WITA)


def every_day(event: datetime, days: int) -> datetime:
    return end_of_day(event, -days)


def test_hours_are_counted_back_from_the_instant_at_which_the_event_begins() -> None:
    assert clocks.due("72 jam", EVENT, every_day) == EVENT - timedelta(hours=72)


def test_days_end_with_the_day_at_the_counter_and_the_day_of_the_event_is_day_zero() -> None:
    limit = clocks.due("2 hari_kerja", EVENT, every_day)
    assert limit is not None
    assert f"{limit.astimezone(WITA):%Y-%m-%d %H:%M}" == "2026-12-31 23:59"


def test_without_a_period_nothing_is_due_and_nothing_is_judged() -> None:
    assert clocks.due("", EVENT, every_day) is None
    assert clocks.judge(EVENT, None) == ""


@pytest.mark.parametrize(
    "text", ["72", "jam", "0 jam", "72 menit", "-3 jam", "1000 jam", "3 x 24 jam", "72 jam "]
)
def test_what_is_no_period_is_refused(text: str) -> None:
    assert not clocks.is_period(text)
    with pytest.raises(ValueError, match="no period"):
        clocks.due(text, EVENT, every_day)


def test_the_last_instant_is_in_time_and_the_next_one_late() -> None:
    limit = EVENT - timedelta(hours=72)
    assert clocks.judge(limit, limit) == "ya"
    assert clocks.judge(limit + timedelta(seconds=1), limit) == "tidak"
