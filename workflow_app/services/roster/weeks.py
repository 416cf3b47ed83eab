"""The duty roster week by week: who serves when, what is missing, the last week again, and other
people from an instant on.

What a change of the duty roster would do: who is told to serve then, in whose place, and where it
leaves the roster doubtful.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import func, select

from workflow_app.domain import WITA, Conflict, InvalidInput
from workflow_app.models import DutyPeriod, User, UserRole
from workflow_app.permissions import DUTY_FUNCTIONS, ROLES, has_role
from workflow_app.services.core import formatting
from workflow_app.services.core.unit_of_work import UnitOfWork
from workflow_app.services.office_settings import configuration
from workflow_app.services.roster import rosters
from workflow_app.services.roster.rosters import PREFIX, Doubt, Shift

WEEK = timedelta(days=7)
LOOKED_AT = timedelta(minutes=5)
"""A change from now on is offered from so long ahead: it is looked at before it is entered, and
what has passed is refused.
"""
HANDING_OVER = timedelta(hours=12)
FIRST_YEAR, LAST_YEAR = 2020, 2100
FUNCTIONS = tuple(role for role in ROLES if role in DUTY_FUNCTIONS)
CHANGED = (
    "Jadwal ini baru saja diubah orang lain. Isinya sekarang tampil di bawah; periksa, lalu "
    "simpan lagi."
)


@dataclass(frozen=True)
class Slot:
    """A period as a day of the week shows it."""

    shift: Shift
    names: tuple[str, ...]
    is_now: bool
    is_over: bool
    continues: bool
    """It began on an earlier day."""


@dataclass
class Day:
    """One day of one function."""

    day: date
    words: str
    slots: list[Slot] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)


@dataclass(frozen=True)
class FunctionWeek:
    """One week of one function."""

    function: str
    label: str
    is_used: bool
    """A roster was ever entered; else the function serves without one."""
    days: list[Day]


@dataclass(frozen=True)
class Asked:
    """A period as it was typed: its beginning and end in WITA, accounts, and from when on a running
    one changes.
    """

    awal: str = ""
    sampai: str = ""
    petugas: tuple[str, ...] = ()
    mulai: str = ""
    seen: str = ""


@dataclass(frozen=True)
class Copied:
    """What became of the last week."""

    made: int
    left: int
    """Periods for which something is entered already, that are over, or whose people cannot serve
    any more.
    """


def monday_of(day: date) -> date:
    """The first day of its week."""
    return day - timedelta(days=day.weekday())


def can_change(work: UnitOfWork) -> bool:
    """May the actor change the roster?"""
    return has_role(work.actor, configuration.owner(work, PREFIX.rstrip(".")).may_change)


def week(work: UnitOfWork, monday: date) -> list[FunctionWeek]:
    """The week of every function."""
    start, now = _instant(monday), work.clock()
    end = start + WEEK
    rows = between(work, start, end)
    names = dict(work.session.execute(select(User.username, User.full_name)).all())
    used = set(work.session.scalars(select(DutyPeriod.function).distinct()))
    able = rosters.able(work)
    found = []
    for function in FUNCTIONS:
        days = [_empty(monday + timedelta(days=number)) for number in range(7)]
        own = [(row, shift) for row, shift in rows if shift.function == function]
        for _, shift in own:
            slot = Slot(
                shift,
                tuple(names.get(name, name) for name in shift.people),
                shift.starts_at <= now < shift.ends_at,
                shift.ends_at <= now,
                shift.starts_at < start,
            )
            first, last = _day_no(shift.starts_at, monday), _day_no(_last_instant(shift), monday)
            days[first].slots.append(slot)
            for later in days[first + 1 : last + 1]:
                later.slots.append(replace(slot, continues=True))
        shifts = [shift for _, shift in own]
        doubts = rosters.overlaps(function, shifts, max(start, now))
        doubts += rosters.unable(
            function, [s for s in shifts if s.ends_at > now], able.get(function, frozenset())
        )
        if function in used and end > now:
            doubts += rosters.gaps(function, shifts, max(start, now), end)
        for doubt in doubts:
            days[_day_no(doubt.starts_at, monday)].doubts.append(doubt)
        label = configuration.role_label(work, function)
        found.append(FunctionWeek(function, label, function in used, days))
    return found


def people(work: UnitOfWork, function: str) -> list[tuple[str, str]]:
    """Who can serve in a function: user names with full names."""
    rows = work.session.execute(
        select(User.username, User.full_name)
        .join(UserRole, UserRole.user_id == User.id)
        .where(UserRole.role == function, User.is_active, User.unit == work.actor.unit)
        .order_by(User.full_name)
    )
    return [(username, name) for username, name in rows]


def period(work: UnitOfWork, function: str, awal: str) -> Asked:
    """A period that is entered already, to be changed; a new one of a day's length from there on
    otherwise.
    """
    starts_at = _typed("awal", awal)
    row = _row(work, function, starts_at)
    if row is None:
        return Asked(local(starts_at), local(starts_at + timedelta(days=1)))
    (shift,) = [shift for found, shift in between(work, row.starts_at, row.ends_at) if found is row]
    begins = max(row.starts_at, min(work.clock() + LOOKED_AT, row.ends_at - timedelta(minutes=1)))
    return Asked(
        local(row.starts_at),
        local(row.ends_at),
        shift.people,
        local(begins),
        row.set_at.isoformat(),
    )


def begins(asked: Asked) -> datetime | None:
    """The beginning that was typed, if it can be read."""
    try:
        return _typed("awal", asked.awal)
    except InvalidInput:
        return None


def enter(work: UnitOfWork, function: str, asked: Asked) -> None:
    """Enter a period, or change one; with `mulai` after its beginning who served until then stays
    entered for that time.

    Raises `InvalidInput` with a sentence per field, `Forbidden`, `Conflict` when somebody else
    changed it since it was shown.
    """
    for shift in periods(work, function, asked):
        rosters.set_period(work, shift)


def copy_last_week(work: UnitOfWork, monday: date) -> Copied:
    """Enter the periods of the week before again, where nothing is entered yet. A second time
    changes nothing.
    """
    new, left = again(work, monday)
    for shift in new:
        rosters.set_period(work, shift)
    return Copied(len(new), left)


def periods(work: UnitOfWork, function: str, asked: Asked) -> list[Shift]:
    """The periods that `enter` writes; none where the same form was taken a moment ago. Raises as
    it does.
    """
    configuration.check_changer(work, f"{PREFIX}{function}")
    _lock(work, function)
    starts_at, ends_at = _typed("awal", asked.awal), _typed("sampai", asked.sampai)
    row = _row(work, function, starts_at)
    new = _checked(work, Shift(function, starts_at, ends_at, tuple(sorted(asked.petugas))))
    if row is not None and (rosters.holds(work, new) or _is_split_already(work, new, asked)):
        return []
    if row is not None and row.set_at.isoformat() != asked.seen:
        raise Conflict(CHANGED)
    changes_at = _typed("mulai", asked.mulai) if row is not None and asked.mulai else starts_at
    if row is None or changes_at <= starts_at:
        return [new]
    if changes_at >= min(row.ends_at, ends_at):
        raise InvalidInput(fields={"mulai": "Tulis saat di dalam masa piket ini."})
    if changes_at < work.clock():
        raise InvalidInput(fields={"mulai": "Saat ini sudah lewat. Mulai paling awal sekarang."})
    (before,) = [
        shift for found, shift in between(work, row.starts_at, row.ends_at) if found is row
    ]
    after = _checked(work, Shift(function, changes_at, ends_at, new.people))
    return [Shift(function, starts_at, changes_at, before.people), after]


def again(work: UnitOfWork, monday: date) -> tuple[list[Shift], int]:
    """The periods that `copy_last_week` writes, and how many it leaves. Raises as it does."""
    configuration.check_changer(work, PREFIX.rstrip("."))
    for function in FUNCTIONS:
        _lock(work, function)
    start = _instant(monday)
    able = rosters.able(work)
    new: list[Shift] = []
    left = 0
    for _, shift in between(work, start - WEEK, start):
        if shift.starts_at < start - WEEK:
            continue
        later = Shift(shift.function, shift.starts_at + WEEK, shift.ends_at + WEEK, shift.people)
        entered = [each for _, each in between(work, later.starts_at, later.ends_at)]
        is_taken = any(_meet(each, later) for each in [*entered, *new])
        can_serve = set(later.people) <= able.get(later.function, frozenset())
        if is_taken or not can_serve or later.ends_at <= work.clock():
            left += 1
        else:
            new.append(later)
    return new, left


def _meet(one: Shift, other: Shift) -> bool:
    """Do both cover some of the same time of the same function?"""
    return (
        one.function == other.function
        and one.starts_at < other.ends_at
        and other.starts_at < one.ends_at
    )


def _is_split_already(work: UnitOfWork, new: Shift, asked: Asked) -> bool:
    """Has the same form been taken a moment ago?"""
    if not asked.mulai:
        return False
    return rosters.holds(
        work, Shift(new.function, _typed("mulai", asked.mulai), new.ends_at, new.people)
    )


def _checked(work: UnitOfWork, shift: Shift) -> Shift:
    if shift.ends_at <= shift.starts_at:
        raise InvalidInput(fields={"sampai": "Tulis saat sesudah awal masa piket."})
    if shift.ends_at - shift.starts_at > WEEK:
        raise InvalidInput(fields={"sampai": "Satu masa piket paling lama tujuh hari."})
    try:
        return rosters.checked(work, shift.key, shift.starts_at, shift.value)
    except InvalidInput as error:
        field_name = "sampai" if "lewat" in error.sentence else "petugas"
        raise InvalidInput(
            fields={field_name: error.sentence.removesuffix(" Hapus dari file.")}
        ) from error


def between(work: UnitOfWork, start: datetime, end: datetime) -> list[tuple[DutyPeriod, Shift]]:
    """The periods of a time, of all functions, in the order of their beginnings."""
    query = select(DutyPeriod).where(DutyPeriod.starts_at < end, DutyPeriod.ends_at > start)
    rows = work.session.scalars(query.order_by(DutyPeriod.starts_at, DutyPeriod.function)).all()
    return list(zip(rows, rosters.shifts_of(work, rows), strict=True))


def _row(work: UnitOfWork, function: str, starts_at: datetime) -> DutyPeriod | None:
    query = select(DutyPeriod).where(
        DutyPeriod.function == function, DutyPeriod.starts_at == starts_at
    )
    return work.session.scalars(query, execution_options={"populate_existing": True}).first()


def _lock(work: UnitOfWork, function: str) -> None:
    """Changes of one function come one after another."""
    work.session.execute(
        select(func.pg_advisory_xact_lock(func.hashtextextended(f"duty:{function}", 0)))
    )


def _typed(name: str, text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
        if not FIRST_YEAR <= found.year <= LAST_YEAR:
            raise ValueError(text)
        return (found if found.tzinfo else found.replace(tzinfo=WITA)).astimezone(UTC)
    except ValueError as error:
        raise InvalidInput(fields={name: "Tulis tanggal dan jam."}) from error


def _instant(day: date) -> datetime:
    return datetime.combine(day, time.min, WITA).astimezone(UTC)


def _empty(day: date) -> Day:
    name, _, rest = formatting.long_day(day).partition(", ")
    number, month, _ = rest.split()
    return Day(day, f"{name} {number} {month[:3]}")


def _last_instant(shift: Shift) -> datetime:
    """Of a period that ends in the morning the day before: who comes then stands there."""
    return max(shift.starts_at, shift.ends_at - HANDING_OVER)


def _day_no(at: datetime, monday: date) -> int:
    return min(max((at.astimezone(WITA).date() - monday).days, 0), 6)


def local(at: datetime) -> str:
    """As the browser's field for a time takes it."""
    return f"{at.astimezone(WITA):%Y-%m-%dT%H:%M}"


@dataclass(frozen=True)
class Planned:
    """A period as it would be entered."""

    label: str
    """Of its function."""
    starts_at: datetime
    ends_at: datetime
    names: tuple[str, ...]
    """None: its tasks reach everybody who holds the role."""
    before: tuple[str, ...] | None
    """Who is entered there until now; None where nobody was."""
    until: datetime | None
    """When that one ends, where it is another time than now."""
    runs: bool
    """It holds already when it is entered."""


@dataclass(frozen=True)
class Prospect:
    """What a change would do."""

    planned: list[Planned]
    doubts: list[Doubt]
    """What would be wrong with the roster in and around these periods."""
    left: int = 0
    """Periods of the week before that are not entered again."""


def of_period(work: UnitOfWork, function: str, asked: Asked) -> Prospect:
    """What entering a period would do. Nothing is written; raises as `roster_weeks.enter` does."""
    return _of(work, periods(work, function, asked))


def of_copy(work: UnitOfWork, monday: date) -> Prospect:
    """What entering the week before again would do. Nothing is written; raises as
    `roster_weeks.copy_last_week` does.
    """
    new, left = again(work, monday)
    return _of(work, new, left)


def _of(work: UnitOfWork, new: Sequence[Shift], left: int = 0) -> Prospect:
    names = dict(work.session.execute(select(User.username, User.full_name)).all())
    planned: list[Planned] = []
    doubts: list[Doubt] = []
    for function in dict.fromkeys(shift.function for shift in new):
        own = [shift for shift in new if shift.function == function]
        known = _around(work, own)
        replaced = {shift.starts_at: shift for shift in known}
        for shift in own:
            before = replaced.get(shift.starts_at)
            planned.append(
                Planned(
                    label=configuration.role_label(work, function),
                    starts_at=shift.starts_at,
                    ends_at=shift.ends_at,
                    names=tuple(names.get(name, name) for name in shift.people),
                    before=tuple(names.get(name, name) for name in before.people)
                    if before
                    else None,
                    until=before.ends_at if before and before.ends_at != shift.ends_at else None,
                    runs=shift.starts_at <= work.clock() < shift.ends_at,
                )
            )
        doubts += _doubts(function, own, known, work.clock())
    return Prospect(planned, doubts, left)


def _around(work: UnitOfWork, own: Sequence[Shift]) -> list[Shift]:
    """The periods of the same function that are entered in and around these."""
    start = min(shift.starts_at for shift in own) - WEEK
    end = max(shift.ends_at for shift in own) + WEEK
    found = [shift for _, shift in between(work, start, end)]
    return [shift for shift in found if shift.function == own[0].function]


def _doubts(
    function: str, own: Sequence[Shift], known: Sequence[Shift], now: datetime
) -> list[Doubt]:
    """What overlaps them, and what would be empty from the first of them until the next that is
    entered, or where one ended until now.
    """
    told = {shift.starts_at: shift for shift in [*known, *own]}
    will = [told[start] for start in sorted(told)]
    first, last = max(own[0].starts_at, now), max(shift.ends_at for shift in own)
    later = [shift.starts_at for shift in will if shift.starts_at > last]
    ended = [shift.ends_at for shift in known if shift.starts_at in {one.starts_at for one in own}]
    until = max([last, *later[:1], *ended])
    overlaps = [
        doubt
        for doubt in rosters.overlaps(function, will, now)
        if any(one.starts_at < doubt.ends_at and doubt.starts_at < one.ends_at for one in own)
    ]
    return [*overlaps, *rosters.gaps(function, will, first, until)]
