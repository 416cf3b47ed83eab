"""Clocks that run into a year whose holidays nobody had confirmed when they were counted: their end may move until somebody has,
and is counted anew then (decision 0063).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from workflow_app.models.case import CaseClock
from workflow_app.services.days import calendars
from workflow_app.services.days.calendars import Version
from workflow_app.services.ground.unit_of_work import UnitOfWork
from workflow_app.services.office.working_days import Calendar


@dataclass(frozen=True)
class Recount:
    """A clock as it is counted by a calendar that knows more."""

    clock: CaseClock
    version: Version
    years: list[int]
    """The years that were not sure and are now."""
    ends: list[tuple[datetime, datetime]]
    """Of each of its working days the end it had, and the one it has."""
    was: datetime
    """When it ended."""
    due_at: datetime
    """When the last of its days ends; earlier where somebody wants it earlier."""


def unsure_year(
    work: UnitOfWork,
    calendar: str | None,
    valid_from: datetime | None,
    started_at: datetime,
    due_at: datetime,
) -> int | None:
    """The first year on the way of a clock that was not sure when it was counted by this version of its calendar."""
    if calendar is None or valid_from is None:
        return None
    return first_unsure(calendars.version(work, calendar, valid_from).calendar, started_at, due_at)


def first_unsure(own: Calendar, started_at: datetime, due_at: datetime) -> int | None:
    """The same of a calendar that was read already."""
    return next((year for year in own.years(started_at, due_at) if not own.is_sure(year)), None)


def recount(work: UnitOfWork, clock: CaseClock, version: Version | None = None) -> Recount | None:
    """The clock counted by the version of its calendar in force now, or this one; None where that confirms nothing on its way."""
    if clock.calendar is None or clock.calendar_valid_from is None or clock.due_at is None:
        return None
    own = calendars.version(work, clock.calendar, clock.calendar_valid_from).calendar
    told = version or calendars.version(work, clock.calendar, work.clock())
    on_way = own.years(clock.started_at, clock.due_at)
    years = [year for year in on_way if not own.is_sure(year) and told.calendar.is_sure(year)]
    if not years:
        return None
    days = range(1, (clock.target_working_days or 0) + 1)
    ends = [(own.after(clock.started_at, n), told.calendar.after(clock.started_at, n)) for n in days]
    before, after = ends[-1]
    due_at = after if clock.due_at >= before else min(clock.due_at, after)
    return Recount(clock, told, years, ends, clock.due_at, due_at)


def running(work: UnitOfWork, calendar: str) -> Iterator[CaseClock]:
    """The clocks that run by a calendar, but not by its version in force now."""
    newest = calendars.version(work, calendar, work.clock()).valid_from
    yield from work.session.scalars(
        select(CaseClock)
        .where(
            CaseClock.calendar == calendar,
            CaseClock.calendar_valid_from < newest,
            CaseClock.stopped_at.is_(None),
        )
        .order_by(CaseClock.case_id)
    )
