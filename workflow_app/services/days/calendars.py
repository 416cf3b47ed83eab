"""Calendars of the office: named, with the day from which each version holds, and what is missing in them."""

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import func, select

from workflow_app.models.case import Case, CaseClock
from workflow_app.permissions import CONFIGURATION_MINDERS, has_role
from workflow_app.services.ground.unit_of_work import UnitOfWork
from workflow_app.services.office import configuration, working_days
from workflow_app.services.office.working_days import Calendar
from workflow_app.types import WITA

PREFIX = "kalender."
LOOK_AHEAD_FROM = 10
"""From October on the next year's holidays are asked for: the government announces them in autumn."""


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


def version(work: UnitOfWork, name: str, at: datetime) -> Version:
    """The calendar in force at `at`."""
    entry = configuration.entry(work, f"{PREFIX}{name}", at)
    return Version(working_days.calendar(entry.value), entry.valid_from)


def after(work: UnitOfWork, start: datetime, days: int, calendar: str) -> datetime:
    """When the `days`-th working day after `start` ends, by the calendar in force at `start`."""
    return version(work, calendar, start).calendar.after(start, days)


def names(work: UnitOfWork) -> list[str]:
    """The calendars in force now, those of the office behind those of the product."""
    kept = (entry for entry in configuration.list_values(work) if entry.key.startswith(PREFIX))
    return [entry.key.removeprefix(PREFIX) for entry in kept if entry.value is not None]


def gaps(work: UnitOfWork) -> list[Gap]:
    """Years that are not confirmed and that clocks started today may reach (this one, from October on the next too), or that one
    which runs does reach.
    """
    today = work.clock().astimezone(WITA).date()
    years = [today.year, today.year + 1] if today.month >= LOOK_AHEAD_FROM else [today.year]
    found = []
    ends = _ends(work, years[-1])
    for name in names(work):
        calendar = version(work, name, work.clock()).calendar
        reached = [*calendar.years(work.clock(), ends[name])] if name in ends else []
        found += [
            Gap(name, year, tuple(calendar.doubts(year)))
            for year in sorted({*years, *reached})
            if not calendar.is_sure(year)
        ]
    return found


def _ends(work: UnitOfWork, year: int) -> dict[str, datetime]:
    """By calendar when the last of the clocks ends that run by it beyond a year: few, read from their index, because inboxes ask.
    Confined cases are not told of, not even by a year (R79).
    """
    query = (
        select(CaseClock.calendar, func.max(CaseClock.due_at))
        .join(Case, Case.id == CaseClock.case_id)
        .where(CaseClock.stopped_at.is_(None), CaseClock.calendar.is_not(None), Case.confined_to.is_(None))
        .where(CaseClock.due_at >= datetime(year, 12, 31, tzinfo=UTC))
    )
    found = work.session.execute(query.group_by(CaseClock.calendar))
    return {name: end for name, end in found if name and end}


def notice(work: UnitOfWork) -> str:
    """One sentence for those who see to it that holidays are entered; empty when nothing is missing, or for others."""
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
