"""Calendars of the office: named, with the day from which each version holds, and what is missing
in them.

Clocks that run into a year whose holidays nobody had confirmed when they were counted: their end
may move until somebody has, and is counted anew then (decision 0063).

The holidays of a calendar year by year: what the package knows, what the office has entered,
whether the year is confirmed.

Each change is a new version of the calendar from an instant on. Clocks that run keep the version
they were started by, except where a year is confirmed that they run into (decision 0063).
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import func, select

from workflow_app.domain import WITA, InvalidInput, NotFound
from workflow_app.models import Case, CaseClock
from workflow_app.permissions import CONFIGURATION_MINDERS, has_role
from workflow_app.services.core import jobs
from workflow_app.services.core.unit_of_work import UnitOfWork
from workflow_app.services.office_settings import configuration, working_days
from workflow_app.services.office_settings.configuration_plans import Entry
from workflow_app.services.office_settings.configuration_shapes import YEARS, is_line
from workflow_app.services.office_settings.working_days import WEEKDAYS, Calendar

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


OFFICE = {"libur": "Libur kantor", "masuk": "Tetap masuk"}
EXAMPLE_DAYS = 3
MORNING = time(10, 0)


@dataclass(frozen=True)
class Day:
    """A day that is not as its weekday says."""

    day: date
    name: str
    source: str
    is_own: bool
    """Entered by the office."""
    counts: bool
    is_estimated: bool


@dataclass(frozen=True)
class Year:
    """One year of one calendar, as it holds now."""

    calendar: str
    year: int
    weekdays: str
    days: list[Day]
    is_sure: bool
    needs: bool
    """Clocks that start today may reach it, and nobody has confirmed it."""
    doubts: tuple[str, ...]
    valid_from: datetime
    to_come: list[datetime]
    """From when on further versions hold."""
    can_change: bool


@dataclass(frozen=True)
class Asked:
    """A change as it was typed."""

    deed: str = ""
    hari: str = ""
    alasan: str = ""
    mulai: str = ""


@dataclass(frozen=True)
class Example:
    """When so many working days are over that begin on a day, before and after the change."""

    start: date
    days: int
    before: date
    after: date


@dataclass(frozen=True)
class Prospect:
    """What a change does."""

    day: date | None
    valid_from: datetime
    running: int
    """Clocks in working days that run now. They keep their end, but for those in `moved`."""
    examples: list[Example]
    new_names: tuple[str, ...]
    moved: list[tuple[date, date, int]]
    """Of running clocks whose end hung on the year that is confirmed: the day it was on, the day it
    is on then, and of how many.
    """


def year(work: UnitOfWork, name: str, number: int) -> Year:
    """A year of a calendar. Raises `NotFound`."""
    if name not in names(work) or number not in YEARS:
        raise NotFound()
    entry = configuration.entry(work, f"{PREFIX}{name}")
    calendar = working_days.calendar(entry.value)
    own = [
        Day(date.fromisoformat(day), reason, OFFICE[part], True, part == "masuk", False)
        for part in OFFICE
        for day, reason in entry.value[part].items()
        if date.fromisoformat(day).year == number
    ]
    entered = {each.day for each in own}
    known = [
        Day(
            day,
            words.removesuffix(working_days.ESTIMATED).strip(),
            working_days.CATEGORY_WORDS[category],
            False,
            calendar.counts(day),
            words.endswith(working_days.ESTIMATED),
        )
        for category in calendar.categories
        for day, words in working_days.holidays(number, category).items()
        if day not in entered
    ]
    history = configuration.history(work, entry.key)
    return Year(
        name,
        number,
        ", ".join(WEEKDAYS[day] for day in sorted(calendar.weekdays)),
        sorted([*own, *known], key=lambda day: day.day),
        calendar.is_sure(number),
        any(gap.name == name and gap.year == number for gap in gaps(work)),
        tuple(calendar.doubts(number)),
        entry.valid_from,
        [each.valid_from for each in history if each.valid_from > work.clock()],
        can_change(work, name),
    )


def can_change(work: UnitOfWork, name: str) -> bool:
    """May the actor change this calendar?"""
    return has_role(work.actor, configuration.owner(work, f"{PREFIX}{name}").may_change)


def prospect(work: UnitOfWork, name: str, number: int, asked: Asked) -> Prospect:
    """What the change does, by the calendar's own reckoning; nothing is written. Raises as `change`
    does.
    """
    first, _ = _accepted(work, name, number, asked)
    before = version_of(work, name, first.valid_from).calendar
    after = working_days.calendar(first.value)
    running = (
        select(func.count())
        .select_from(CaseClock)
        .join(Case, Case.id == CaseClock.case_id)
        .where(
            CaseClock.calendar == name, CaseClock.stopped_at.is_(None), Case.confined_to.is_(None)
        )
    )
    start = first.valid_from.astimezone(WITA).date()
    touched = (
        [] if asked.deed == "pastikan" else [date.fromisoformat(asked.hari) - timedelta(days=1)]
    )
    starts = sorted({max(start, day) for day in (touched or [start])})
    return Prospect(
        _day(asked.hari),
        first.valid_from,
        work.session.scalar(running) or 0,
        [
            Example(day, days, _after(before, day, days), _after(after, day, days))
            for day in starts
            for days in _target_days(work, name)
        ],
        tuple(after.doubts(number)) if asked.deed == "pastikan" else (),
        _moved(work, name, Version(after, first.valid_from)) if asked.deed == "pastikan" else [],
    )


def _moved(work: UnitOfWork, name: str, version: Version) -> list[tuple[date, date, int]]:
    """Clocks of confined cases are not told of."""
    open_to_all = (
        select(CaseClock)
        .join(Case, Case.id == CaseClock.case_id)
        .where(
            CaseClock.calendar == name, CaseClock.stopped_at.is_(None), Case.confined_to.is_(None)
        )
    )
    found = (recount(work, clock, version) for clock in work.session.scalars(open_to_all))
    ends = Counter(
        (each.was.astimezone(WITA).date(), each.due_at.astimezone(WITA).date())
        for each in found
        if each
    )
    return sorted((was, becomes, count) for (was, becomes), count in ends.items())


def change(work: UnitOfWork, name: str, number: int, asked: Asked) -> datetime:
    """Make the change, and say from when on it holds; the versions that are still to come go on
    with it. Said twice it is one.

    Raises `InvalidInput` with a sentence per field, `NotFound`, `Forbidden`.
    """
    configuration.lock(work)
    entry, is_new = _accepted(work, name, number, asked)
    if is_new:
        configuration.set_values(work, [entry])
        jobs.defer(work, "recount_clocks", at=entry.valid_from)
    return entry.valid_from


def _accepted(work: UnitOfWork, name: str, number: int, asked: Asked) -> tuple[Entry, bool]:
    """The calendar from the chosen instant on with the change, and whether that is new. Nothing is
    written.
    """
    key = f"{PREFIX}{name}"
    configuration.check_changer(work, key)
    if name not in names(work) or number not in YEARS:
        raise NotFound()
    start = _from(work, asked.mulai)
    before = configuration.value(work, key, start)
    entry = Entry(key, _changed(before, number, asked), start)
    is_new = bool(entry.value != before)
    if is_new:
        configuration.accepted(work, [entry])
    return entry, is_new


def _changed(value: dict[str, Any], number: int, asked: Asked) -> dict[str, Any]:
    if asked.deed == "pastikan":
        return {**value, "tahun_terverifikasi": sorted({*value["tahun_terverifikasi"], number})}
    day = _day(asked.hari)
    if day is None or day.year != number:
        raise InvalidInput(fields={"hari": f"Pilih tanggal dalam tahun {number}."})
    text = day.isoformat()
    without = {part: {d: name for d, name in value[part].items() if d != text} for part in OFFICE}
    if asked.deed == "hapus":
        return {**value, **without}
    if asked.deed not in OFFICE:
        raise InvalidInput(
            "Kiriman ini tidak menyebut tombol yang ditekan. Muat ulang halaman, lalu kirim lagi."
        )
    if not is_line(asked.alasan):
        raise InvalidInput(
            fields={
                "alasan": (
                    "Tulis sebabnya dalam satu baris, misalnya nama hari libur atau nomor surat."
                )
            }
        )
    return {**value, **without, asked.deed: {**without[asked.deed], text: asked.alasan.strip()}}


def _target_days(work: UnitOfWork, name: str) -> list[int]:
    """The targets in working days that are counted by this calendar."""
    values = (
        entry.value for entry in configuration.list_values(work) if entry.key.startswith("target.")
    )
    found = {
        each["hari_kerja"] for each in values if isinstance(each, dict) and each["kalender"] == name
    }
    return sorted(found) or [EXAMPLE_DAYS]


def _after(calendar: Calendar, start: date, days: int) -> date:
    begun = datetime.combine(start, MORNING, WITA).astimezone(UTC)
    return calendar.after(begun, days).astimezone(WITA).date()


def _from(work: UnitOfWork, text: str) -> datetime:
    if not text:
        return work.clock()
    first = _day(text)
    if first is None or first < work.clock().astimezone(WITA).date():
        raise InvalidInput(
            fields={
                "mulai": "Pilih hari ini atau tanggal sesudahnya; kosongkan bila mulai sekarang."
            }
        )
    return max(datetime.combine(first, time.min, WITA).astimezone(UTC), work.clock())


def _day(text: str) -> date | None:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if found.year in YEARS else None
