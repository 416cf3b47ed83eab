"""The duty roster as the office enters it: periods of each function, and where one is missing or
two overlap.

It comes and goes with the configuration file, one key per function: the instant of the beginning,
then the end and the accounts.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal
from uuid import UUID, uuid4

from sqlalchemy import func, select

from workflow_app.domain import WITA, InvalidInput, NotFound
from workflow_app.models import DutyMember, DutyPeriod, User, UserRole
from workflow_app.permissions import CONFIGURATION_MINDERS, DUTY_FUNCTIONS, ROLES, has_role
from workflow_app.services.core import formatting, unit_of_work
from workflow_app.services.core.unit_of_work import UnitOfWork
from workflow_app.services.office_settings import configuration

PREFIX = "jadwal_piket."
KEYS = tuple(f"{PREFIX}{role}" for role in ROLES if role in DUTY_FUNCTIONS)
PARTS = frozenset({"sampai", "petugas"})
LOOK_AHEAD = timedelta(days=7)
"""How far ahead a roster that is in use should be entered."""
SHAPE = 'Isi dengan objek seperti {"sampai": "2026-12-02T08:00", "petugas": ["nama_pengguna"]}.'


@dataclass(frozen=True)
class Shift:
    """One period of one function, with the names of its accounts; nobody means that the function
    serves without a roster.
    """

    function: str
    starts_at: datetime
    ends_at: datetime
    people: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """Its key in the file."""
        return f"{PREFIX}{self.function}"

    @property
    def value(self) -> dict[str, Any]:
        """What the file says of it."""
        return {"sampai": self.ends_at.astimezone(WITA).isoformat(), "petugas": list(self.people)}


@dataclass(frozen=True)
class Doubt:
    """A time for which a function has no period, has more than one, or has somebody in it who
    cannot serve any more.
    """

    function: str
    kind: Literal["gap", "overlap", "unable"]
    starts_at: datetime
    ends_at: datetime
    people: tuple[str, ...] = ()
    """Who is unable: the account was closed or lost its role since."""

    @property
    def sentence(self) -> str:
        """What is wrong, and what to do."""
        span = f"dari {formatting.moment(self.starts_at)} sampai {formatting.moment(self.ends_at)}"
        words = {
            "gap": (
                f"belum ada piket {span}. Isi di menu Jadwal piket, atau lewat ./spkt config "
                "import."
            ),
            "overlap": f"dua masa bertindihan {span}. Ubah akhir masa yang pertama.",
            "unable": f"{', '.join(self.people)} tidak dapat bertugas "
            f"{span}, karena akunnya ditutup "
            "atau perannya dicabut. "
            "Tulis penggantinya.",
        }
        return f"{PREFIX}{self.function}: {words[self.kind]}"


def checked(work: UnitOfWork, key: str, starts_at: datetime, value: Any) -> Shift:
    """The period that a file asks for. Raises `NotFound` for a key that is no function,
    `InvalidInput` otherwise.

    What the roster says already is no fault, whoever of it cannot serve any more: `doubts` tells
    that.
    """
    if key not in KEYS:
        raise NotFound(f"Tidak ada piket bernama {key}. Yang ada: {', '.join(KEYS)}.")
    if not isinstance(value, dict) or set(value) != PARTS:
        raise InvalidInput(SHAPE)
    function = key.removeprefix(PREFIX)
    shift = Shift(function, starts_at, _end(value["sampai"]), _names(value["petugas"]))
    if shift.ends_at <= starts_at:
        raise InvalidInput("sampai: tulis saat sesudah awal masa piket.")
    if holds(work, shift):
        return shift
    _check_able(work, shift)
    known = _find(work, shift)
    if min(shift.ends_at, known.ends_at if known else shift.ends_at) <= work.clock():
        raise InvalidInput(
            "Masa piket ini sudah lewat, jadi tidak dapat dicatat lagi. Hapus dari file."
        )
    return shift


def holds(work: UnitOfWork, shift: Shift) -> bool:
    """Is this what the roster says already?"""
    known = _find(work, shift)
    return known is not None and _shift(known, _accounts(work, known)) == shift


def set_period(work: UnitOfWork, shift: Shift) -> None:
    """Enter a period, or replace the one of the same function that begins at the same instant.
    Raises `Forbidden` when the actor has an account and is none of those who may change the roster.
    """
    configuration.check_changer(work, shift.key)
    ids = work.session.scalars(select(User.id).where(User.username.in_(shift.people))).all()
    period = _find(work, shift) or DutyPeriod(
        id=uuid4(), function=shift.function, starts_at=shift.starts_at
    )
    kept = {member.user_id: member for member in period.people}
    period.people = [kept.get(user_id) or DutyMember(user_id=user_id) for user_id in ids]
    period.ends_at, period.set_at, period.set_by = shift.ends_at, work.clock(), work.actor.user_id
    work.session.add(period)
    work.session.flush()
    unit_of_work.record(
        work,
        f"duty:{shift.function}",
        "duty.set",
        starts_at=shift.starts_at.isoformat(),
        ends_at=shift.ends_at.isoformat(),
        people=sorted(str(user_id) for user_id in ids),
        owner=configuration.owner(work, shift.key).answers,
    )


def upcoming(work: UnitOfWork) -> list[Shift]:
    """The periods that are not over, by function and time."""
    query = select(DutyPeriod).where(DutyPeriod.ends_at > work.clock())
    return shifts_of(
        work, work.session.scalars(query.order_by(DutyPeriod.function, DutyPeriod.starts_at)).all()
    )


def shifts_of(work: UnitOfWork, rows: Sequence[DutyPeriod]) -> list[Shift]:
    """The same periods with the names of their accounts."""
    accounts = _accounts(work, *rows)
    return [_shift(row, accounts) for row in rows]


def doubts(work: UnitOfWork) -> list[Doubt]:
    """Gaps of the next days, overlaps, and people who cannot serve, in the functions for which a
    roster was ever entered.
    """
    start = work.clock()
    known = able(work)
    shifts = upcoming(work)
    used = work.session.scalars(
        select(DutyPeriod.function).distinct().order_by(DutyPeriod.function)
    ).all()
    found: list[Doubt] = []
    for function in used:
        own = [shift for shift in shifts if shift.function == function]
        found += gaps(function, own, start, start + LOOK_AHEAD)
        found += overlaps(function, own, start)
        found += unable(function, own, known.get(function, frozenset()))
    return found


def notice(work: UnitOfWork) -> str:
    """One sentence for those who see to the roster, when something is wrong with it; empty
    otherwise, and for others.
    """
    if not has_role(work.actor, CONFIGURATION_MINDERS):
        return ""
    wrong = doubts(work)
    if not wrong:
        return ""
    labels = sorted({configuration.role_label(work, doubt.function) for doubt in wrong})
    first = min(doubt.starts_at for doubt in wrong)
    return (
        f"Jadwal {', '.join(labels)} perlu diperbaiki mulai {formatting.moment(first)}. "
        "Selama kosong, tugasnya sampai kepada "
        "semua pemegang perannya. Yang kurang ditandai di menu Jadwal piket."
    )


def gaps(function: str, shifts: Iterable[Shift], start: datetime, end: datetime) -> list[Doubt]:
    """Times between `start` and `end` that no period covers. Periods come in the order of their
    beginnings.
    """
    found, covered = [], start
    for shift in shifts:
        if covered < shift.starts_at and covered < end:
            found.append(Doubt(function, "gap", covered, min(shift.starts_at, end)))
        covered = max(covered, shift.ends_at)
    if covered < end:
        found.append(Doubt(function, "gap", covered, end))
    return found


def overlaps(function: str, shifts: Sequence[Shift], start: datetime) -> list[Doubt]:
    """Times from `start` on that several periods cover. Periods come in the order of their
    beginnings.
    """
    found, latest = [], start
    for shift in shifts:
        begins = max(shift.starts_at, start)
        if begins < latest:
            found.append(Doubt(function, "overlap", begins, min(shift.ends_at, latest)))
        latest = max(latest, shift.ends_at)
    return found


def unable(function: str, shifts: Iterable[Shift], able: Collection[str]) -> list[Doubt]:
    """Periods in which somebody is entered who is none of those that are `able` to serve in the
    function.
    """
    missing = (
        (shift, tuple(name for name in shift.people if name not in able)) for shift in shifts
    )
    return [
        Doubt(function, "unable", shift.starts_at, shift.ends_at, names)
        for shift, names in missing
        if names
    ]


def able(work: UnitOfWork) -> dict[str, frozenset[str]]:
    """Names of the open accounts that hold each role."""
    query = select(UserRole.role, func.array_agg(User.username)).join(
        User, User.id == UserRole.user_id
    )
    rows = work.session.execute(query.where(User.is_active).group_by(UserRole.role))
    return {role: frozenset(names) for role, names in rows}


def _end(text: Any) -> datetime:
    try:
        instant = datetime.fromisoformat(text)
        return (instant if instant.tzinfo else instant.replace(tzinfo=WITA)).astimezone(UTC)
    except (TypeError, ValueError, OverflowError) as error:
        raise InvalidInput("sampai: tulis tanggal dan jam seperti 2026-12-02T08:00.") from error


def _names(given: Any) -> tuple[str, ...]:
    """The accounts that a file names, as they are stored."""
    if not isinstance(given, list) or not all(isinstance(name, str) for name in given):
        raise InvalidInput(SHAPE)
    return tuple(sorted({name.strip().lower() for name in given}))


def _check_able(work: UnitOfWork, shift: Shift) -> None:
    """Raise `InvalidInput` with every account that may not serve in the function."""
    rows = work.session.scalars(
        select(User).where(User.username.in_(shift.people), User.is_active)
    ).all()
    active = {row.username for row in rows}
    able = {row.username for row in rows if shift.function in {role.role for role in row.roles}}
    if unknown := [name for name in shift.people if name not in active]:
        raise InvalidInput(
            f"Tidak ada akun aktif bernama {', '.join(unknown)}. Buat akunnya lebih dahulu."
        )
    if unable := [name for name in shift.people if name not in able]:
        label = configuration.role_label(work, shift.function)
        raise InvalidInput(
            f"{', '.join(unable)} tidak memegang peran {label}. Beri perannya lebih dahulu, "
            "atau tulis yang lain."
        )


def _find(work: UnitOfWork, shift: Shift) -> DutyPeriod | None:
    query = select(DutyPeriod).where(
        DutyPeriod.function == shift.function, DutyPeriod.starts_at == shift.starts_at
    )
    return work.session.scalars(query).first()


def _accounts(work: UnitOfWork, *periods: DutyPeriod) -> dict[UUID, str]:
    ids = {member.user_id for period in periods for member in period.people}
    return dict(work.session.execute(select(User.id, User.username).where(User.id.in_(ids))).all())


def _shift(period: DutyPeriod, accounts: dict[UUID, str]) -> Shift:
    people = tuple(sorted(accounts[member.user_id] for member in period.people))
    return Shift(period.function, period.starts_at, period.ends_at, people)
