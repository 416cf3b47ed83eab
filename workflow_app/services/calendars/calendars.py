"""Calendars of the office: named, with the day from which each version holds, and what is missing
in them.

Clocks that run into a year whose holidays nobody had confirmed when they were counted: their end
may move until somebody has, and is counted anew then (decision 0063).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import func, select

from workflow_app.domain import WITA
from workflow_app.models import Case, CaseClock
from workflow_app.permissions import CONFIGURATION_MINDERS, has_role
from workflow_app.services.core.unit_of_work import UnitOfWork
from workflow_app.services.office_settings import configuration, working_days
from workflow_app.services.office_settings.working_days import Calendar

PREFIX = "kalender."
LOOK_AHEAD_FROM = 10
"""From October on the next year's holidays are asked for: the government announces them in autumn.
"""


@dataclass(frozen=True)
class Version:
    """A calendar as it holds at one instant, and since when it does."""

    calendar: Calendar
    valid_from: datetime


@dataclass(frozen=True)
class Gap:
    """A year whose holidays nobody has confirmed for a calendar."""

    name: str
    year: int
    doubts: tuple[str, ...]


def version_of(work: UnitOfWork, name: str, at: datetime) -> Version:
    """The calendar in force at `at`."""
    entry = configuration.entry(work, f"{PREFIX}{name}", at)
    return Version(working_days.calendar(entry.value), entry.valid_from)


def after(work: UnitOfWork, start: datetime, days: int, calendar: str) -> datetime:
    """When the `days`-th working day after `start` ends, by the calendar in force at `start`."""
    return version_of(work, calendar, start).calendar.after(start, days)


def names(work: UnitOfWork) -> list[str]:
    """The calendars in force now, those of the office behind those of the product."""
    kept = (entry for entry in configuration.list_values(work) if entry.key.startswith(PREFIX))
    return [entry.key.removeprefix(PREFIX) for entry in kept if entry.value is not None]


def gaps(work: UnitOfWork) -> list[Gap]:
    """Years that are not confirmed and that clocks started today may reach (this one, from October
    on the next too), or that one which runs does reach.
    """
    today = work.clock().astimezone(WITA).date()
    years = [today.year, today.year + 1] if today.month >= LOOK_AHEAD_FROM else [today.year]
    found = []
    ends = _ends(work, years[-1])
    for name in names(work):
        calendar = version_of(work, name, work.clock()).calendar
        reached = [*calendar.years(work.clock(), ends[name])] if name in ends else []
        found += [
            Gap(name, year, tuple(calendar.doubts(year)))
            for year in sorted({*years, *reached})
            if not calendar.is_sure(year)
        ]
    return found


def _ends(work: UnitOfWork, year: int) -> dict[str, datetime]:
    """By calendar when the last of the clocks ends that run by it beyond a year: few, read from
    their index, because inboxes ask. Confined cases are not told of, not even by a year (R79).
    """
    query = (
        select(CaseClock.calendar, func.max(CaseClock.due_at))
        .join(Case, Case.id == CaseClock.case_id)
        .where(
            CaseClock.stopped_at.is_(None),
            CaseClock.calendar.is_not(None),
            Case.confined_to.is_(None),
        )
        .where(CaseClock.due_at >= datetime(year, 12, 31, tzinfo=UTC))
    )
    found = work.session.execute(query.group_by(CaseClock.calendar))
    return {name: end for name, end in found if name and end}


def notice(work: UnitOfWork) -> str:
    """One sentence for those who see to it that holidays are entered; empty when nothing is
    missing, or for others.
    """
    if not has_role(work.actor, CONFIGURATION_MINDERS):
        return ""
    missing = gaps(work)
    if not missing:
        return ""
    years = " dan ".join(sorted({str(gap.year) for gap in missing}))
    return (
        f"Hari libur {years} belum dipastikan, jadi batas waktu dalam hari kerja dapat meleset. "
        "Cocokkan dengan SKB 3 Menteri di menu Hari libur, lalu pastikan tahunnya."
    )


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
    """The first year on the way of a clock that was not sure when it was counted by this version of
    its calendar.
    """
    if calendar is None or valid_from is None:
        return None
    return first_unsure(version_of(work, calendar, valid_from).calendar, started_at, due_at)


def first_unsure(own: Calendar, started_at: datetime, due_at: datetime) -> int | None:
    """The same of a calendar that was read already."""
    return next((year for year in own.years(started_at, due_at) if not own.is_sure(year)), None)


def recount(work: UnitOfWork, clock: CaseClock, version: Version | None = None) -> Recount | None:
    """The clock counted by the version of its calendar in force now, or this one; None where that
    confirms nothing on its way.
    """
    if clock.calendar is None or clock.calendar_valid_from is None or clock.due_at is None:
        return None
    own = version_of(work, clock.calendar, clock.calendar_valid_from).calendar
    told = version or version_of(work, clock.calendar, work.clock())
    on_way = own.years(clock.started_at, clock.due_at)
    years = [year for year in on_way if not own.is_sure(year) and told.calendar.is_sure(year)]
    if not years:
        return None
    days = range(1, (clock.target_working_days or 0) + 1)
    ends = [
        (own.after(clock.started_at, n), told.calendar.after(clock.started_at, n)) for n in days
    ]
    before, after = ends[-1]
    due_at = after if clock.due_at >= before else min(clock.due_at, after)
    return Recount(clock, told, years, ends, clock.due_at, due_at)


def running(work: UnitOfWork, calendar: str) -> Iterator[CaseClock]:
    """The clocks that run by a calendar, but not by its version in force now."""
    newest = version_of(work, calendar, work.clock()).valid_from
    yield from work.session.scalars(
        select(CaseClock)
        .where(
            CaseClock.calendar == calendar,
            CaseClock.calendar_valid_from < newest,
            CaseClock.stopped_at.is_(None),
        )
        .order_by(CaseClock.case_id)
    )
