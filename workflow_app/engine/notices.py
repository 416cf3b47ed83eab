"""Notice periods: how long before an event a notice is due (`72 jam`, `7 hari_kerja`), and whether one was in time. Pure.

A period in hours is counted back from the instant at which the event begins. One in working days ends with the last of the days
that lie so far before its day; which days count, whoever asks knows.
"""

import re
from collections.abc import Callable
from datetime import datetime, timedelta

HOURS, WORKING_DAYS = "jam", "hari_kerja"
"""What a period is counted in; working days are those of the calendar of this name."""
PERIOD = re.compile(rf"([1-9][0-9]{{0,2}}) ({HOURS}|{WORKING_DAYS})")
IN_TIME, LATE, UNKNOWN = "ya", "tidak", ""
"""What a process is told of a notice; nothing where no period is known."""


def is_period(text: str) -> bool:
    """Can this be a period?"""
    return PERIOD.fullmatch(text) is not None


def due(period: str, event: datetime, days_before: Callable[[datetime, int], datetime]) -> datetime | None:
    """The last instant at which a notice is in time; None where there is no period. Raises `ValueError` for what is none."""
    if not period:
        return None
    told = PERIOD.fullmatch(period)
    if told is None:
        raise ValueError(f"{period} is no period")
    count, unit = int(told[1]), told[2]
    return event - timedelta(hours=count) if unit == HOURS else days_before(event, count)


def judge(at: datetime, limit: datetime | None) -> str:
    """Was a notice at this instant in time?"""
    if limit is None:
        return UNKNOWN
    return IN_TIME if at <= limit else LATE
