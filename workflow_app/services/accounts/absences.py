"""Absences: a member is away from one day to another, and a colleague works for him (decision
0045).

Who is away is nobody's substitute meanwhile, and a substitute is not away: no chains, so no loops
either. Both accounts are locked first, in one order, so that of two entries that do not go together
the second is refused.

What an absence must look like: who enters it, who may stand in, and what it does not go together
with (decision 0045).
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import aliased

from workflow_app.domain import WITA, Conflict, Forbidden, InvalidInput, NotFound
from workflow_app.models import Absence, User
from workflow_app.permissions import ROLES, leads_all
from workflow_app.services.accounts import users
from workflow_app.services.core import unit_of_work
from workflow_app.services.core.formatting import moment
from workflow_app.services.core.unit_of_work import UnitOfWork
from workflow_app.services.office_settings import configuration
from workflow_app.services.roster import duty

LONGEST = timedelta(days=366)
LAST_YEAR = 2100


@dataclass(frozen=True)
class Asked:
    """An absence as it was typed: accounts and days."""

    anggota: str = ""
    pengganti: str = ""
    mulai: str = ""
    sampai: str = ""


@dataclass(frozen=True)
class Checked:
    """An absence that can be entered."""

    absent: User
    substitute: User
    starts_at: datetime
    ends_at: datetime


def checked(work: UnitOfWork, asked: Asked) -> Checked:
    """The absence that was typed. Raises `InvalidInput` with a sentence per field, `Forbidden`."""
    faults: dict[str, str] = {}
    known = {user.id: user for user in colleagues(work)}
    absent, substitute = known.get(account(asked.anggota)), known.get(account(asked.pengganti))
    if absent is None:
        faults["anggota"] = "Pilih anggota yang akunnya aktif di unit ini."
    elif not may_enter(work, absent):
        raise Forbidden(
            f"Penggantian untuk {absent.full_name} hanya dapat dicatat olehnya sendiri atau "
            "oleh atasannya."
        )
    if substitute is None:
        faults["pengganti"] = "Pilih pengganti yang akunnya aktif di unit ini."
    elif substitute is absent:
        faults["pengganti"] = "Pilih orang lain: tidak ada yang menggantikan dirinya sendiri."
    elif substitute.id == work.actor.user_id:
        faults["pengganti"] = (
            "Anda tidak dapat menunjuk diri Anda sendiri. Pilih orang lain, atau minta atasan "
            "mencatatnya."
        )
    elif absent is not None and not duty.passed(work, roles_of(absent), roles_of(substitute)):
        faults["pengganti"] = (
            f"{substitute.full_name} tidak memegang peran {absent.full_name}, dan peran lain "
            "belum diizinkan menggantikannya. "
            "Pilih rekan dengan peran yang sama."
        )
    starts_at, ends_at = _period(work, asked, faults)
    if not faults and absent is not None and substitute is not None:
        faults = _clashes(work, absent, substitute, starts_at, ends_at)
    if faults or absent is None or substitute is None:
        raise InvalidInput(fields=faults)
    return Checked(absent, substitute, starts_at, ends_at)


def _period(work: UnitOfWork, asked: Asked, faults: dict[str, str]) -> tuple[datetime, datetime]:
    """From the beginning of the first day, of today from now on, to the end of the last."""
    now = work.clock()
    first, last = day(asked.mulai), day(asked.sampai)
    today = now.astimezone(WITA).date()
    if first is None:
        faults["mulai"] = "Tulis tanggal mulai."
    elif first < today:
        faults["mulai"] = "Tanggal ini sudah lewat. Mulai paling awal hari ini."
    if last is None:
        faults["sampai"] = "Tulis tanggal terakhir."
    elif first is not None and last < first:
        faults["sampai"] = "Tulis tanggal yang tidak lebih awal daripada tanggal mulai."
    elif first is not None and last - first > LONGEST:
        faults["sampai"] = "Satu penggantian paling lama satu tahun. Catat lagi bila masih perlu."
    if faults.keys() & {"mulai", "sampai"} or first is None or last is None:
        return now, now
    return max(midnight(first), now), midnight(last + timedelta(days=1))


def _clashes(
    work: UnitOfWork, absent: User, substitute: User, starts_at: datetime, ends_at: datetime
) -> dict[str, str]:
    """What is entered already and does not go together with it."""
    meanwhile = (
        (Absence.starts_at < ends_at)
        & (Absence.ends_at > starts_at)
        & duty.not_ended(max(starts_at, work.clock()))
    )

    def first(which: ColumnElement[bool]) -> Absence | None:
        return work.session.scalars(
            select(Absence).where(which, meanwhile).order_by(Absence.starts_at)
        ).first()

    faults = {}
    if (other := first(Absence.user_id == absent.id)) is not None:
        faults["mulai"] = (
            f"{absent.full_name} sudah tercatat tidak bertugas dari {moment(other.starts_at)} "
            "sampai "
            f"{moment(other.ends_at)}. Akhiri itu dahulu, atau pilih tanggal lain."
        )
    if (other := first(Absence.substitute_id == absent.id)) is not None:
        name = users.name_of(work, other.user_id)
        faults["anggota"] = (
            f"{absent.full_name} sedang ditunjuk menggantikan {name} sampai "
            f"{moment(other.ends_at)}. "
            f"Tunjuk dahulu pengganti lain untuk {name}."
        )
    if (other := first(Absence.user_id == substitute.id)) is not None:
        faults["pengganti"] = (
            f"{substitute.full_name} sendiri tidak bertugas dari {moment(other.starts_at)} sampai "
            f"{moment(other.ends_at)}. Pilih orang lain."
        )
    return faults


def may_enter(work: UnitOfWork, absent: User) -> bool:
    """Himself and who leads him in all his roles; the system may."""
    actor = work.actor
    return actor.user_id is None or absent.id == actor.user_id or leads_all(actor, roles_of(absent))


def colleagues(work: UnitOfWork) -> list[User]:
    """The open accounts of the actor's unit, by name."""
    query = select(User).where(User.is_active, User.unit == work.actor.unit)
    return list(work.session.scalars(query.order_by(User.full_name, User.username)))


def roles_of(user: User) -> frozenset[str]:
    """The roles of an account."""
    return frozenset(held.role for held in user.roles)


def account(text: str) -> UUID:
    """The account that was chosen; of nobody where nothing was."""
    try:
        return UUID(text)
    except ValueError:
        return UUID(int=0)


def day(text: str) -> date | None:
    """A day that was typed; None for what is none, or too far away."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if found.year <= LAST_YEAR else None


def midnight(of: date) -> datetime:
    """When a day begins in WITA."""
    return datetime.combine(of, time.min, WITA).astimezone(UTC)


STALE = "Akun Anda baru saja diubah, jadi ini tidak dicatat. Masuk lagi, lalu ulangi."


@dataclass(frozen=True)
class Prospect:
    """What an absence would do."""

    absent: str
    substitute: str
    starts_at: datetime
    ends_at: datetime
    passed: tuple[str, ...]
    """Labels of the roles whose tasks reach the substitute."""
    left: tuple[str, ...]
    """Labels of those whose tasks wait for the absent one or for others who hold them."""


@dataclass(frozen=True)
class AbsenceView:
    """An absence in the list."""

    id: UUID
    absent: str
    substitute: str
    starts_at: datetime
    ends_at: datetime
    entered_by: str
    state: str
    """`now`, `to_come`, `over`, or `dropped` before it began."""
    can_end: bool


def prospect(work: UnitOfWork, asked: Asked) -> Prospect:
    """What it would do, without writing anything. Raises as `enter` does."""
    found = checked(work, asked)
    passed = duty.passed(work, roles_of(found.absent), roles_of(found.substitute))
    return Prospect(
        found.absent.full_name,
        found.substitute.full_name,
        found.starts_at,
        found.ends_at,
        _labels(work, passed),
        _labels(work, roles_of(found.absent) - passed),
    )


def enter(work: UnitOfWork, asked: Asked) -> UUID:
    """Record an absence; sent twice it is one. Raises `InvalidInput` with a sentence per field,
    `Forbidden`.
    """
    absent_id, substitute_id = account(asked.anggota), account(asked.pengganti)
    _lock(work, {absent_id, substitute_id, work.actor.user_id})
    if (again := _same(work, asked, absent_id, substitute_id)) is not None:
        return again
    found = checked(work, asked)
    row = Absence(
        id=uuid4(),
        user_id=found.absent.id,
        substitute_id=found.substitute.id,
        starts_at=found.starts_at,
        ends_at=found.ends_at,
        entered_at=work.clock(),
        entered_by=work.actor.user_id,
    )
    work.session.add(row)
    work.session.flush()
    _record(work, row, "absence.entered")
    return row.id


def ending(work: UnitOfWork, absence_id: UUID) -> AbsenceView:
    """The absence that would end. Nothing is written; raises as `end` does, also where the actor
    has ended it himself.
    """
    _endable(work, absence_id)
    return next(view for view in of_unit(work) if view.id == absence_id)


def end(work: UnitOfWork, absence_id: UUID) -> bool:
    """End an absence now, or withdraw it before it begins; twice it is once. Returns whether it
    ever held. Raises `NotFound`, `Forbidden`, `Conflict` when it is over.
    """
    row = _endable(work, absence_id, may_be_done=True)
    if row.ended_at is None:
        row.ended_at, row.ended_by = work.clock(), work.actor.user_id
        work.session.flush()
        _record(work, row, "absence.ended")
    return not _is_dropped(row)


def _is_dropped(row: Absence) -> bool:
    return row.ended_at is not None and row.ended_at <= row.starts_at


def _endable(work: UnitOfWork, absence_id: UUID, *, may_be_done: bool = False) -> Absence:
    """The absence with both accounts locked; it may have been ended by the actor himself."""
    known = work.session.get(Absence, absence_id)
    absent = work.session.get(User, known.user_id) if known else None
    if known is None or absent is None or absent.unit != work.actor.unit:
        raise NotFound()
    _lock(work, {known.user_id, known.substitute_id, work.actor.user_id})
    row = work.session.get_one(Absence, absence_id, with_for_update=True, populate_existing=True)
    if not may_enter(work, absent):
        raise Forbidden("Penggantian ini hanya dapat diakhiri yang digantikan atau atasannya.")
    if may_be_done and row.ended_at is not None and row.ended_by == work.actor.user_id:
        return row
    if row.ended_at is not None or row.ends_at <= work.clock():
        by = users.name_of(work, row.ended_by)
        over = min(filter(None, (row.ended_at, row.ends_at)))
        raise Conflict(
            f"Penggantian ini sudah berakhir pada {moment(over)}{f' oleh {by}' if by else ''}."
        )
    return row


def of_unit(work: UnitOfWork) -> list[AbsenceView]:
    """Who is away and who will be, and what was over in the last days: everybody of the unit may
    know whom to ask.
    """
    now = work.clock()
    lately = now - timedelta(days=7)
    absent, substitute, by = aliased(User), aliased(User), aliased(User)
    rows = work.session.execute(
        select(Absence, absent, substitute.full_name, by.full_name)
        .join(absent, absent.id == Absence.user_id)
        .join(substitute, substitute.id == Absence.substitute_id)
        .outerjoin(by, by.id == Absence.entered_by)
        .where(absent.unit == work.actor.unit, Absence.ends_at > lately)
        .where(Absence.ended_at.is_(None) | (Absence.ended_at > lately))
        .order_by(Absence.starts_at, absent.full_name)
    ).all()
    views = []
    for row, who, name, entered_by in rows:
        is_dropped = _is_dropped(row)
        end_at = row.ends_at if is_dropped else min(filter(None, (row.ended_at, row.ends_at)))
        state = "over" if end_at <= now else ("now" if row.starts_at <= now else "to_come")
        state = "dropped" if is_dropped else state
        can_end = state in ("now", "to_come") and may_enter(work, who)
        views.append(
            AbsenceView(
                row.id,
                who.full_name,
                name,
                row.starts_at,
                end_at,
                entered_by or "sistem",
                state,
                can_end,
            )
        )
    order = ("now", "to_come", "over", "dropped")
    return sorted(views, key=lambda view: order.index(view.state))


def enterable(work: UnitOfWork) -> list[User]:
    """Whose absence the actor may enter: his own, and of whom he leads."""
    return [user for user in colleagues(work) if may_enter(work, user)]


def allowed(work: UnitOfWork) -> list[tuple[str, tuple[str, ...]]]:
    """Which roles the office lets stand in for which other: labels."""
    value: dict[str, list[str]] = configuration.value(work, duty.ALLOWED)
    return [
        (configuration.role_label(work, role), _labels(work, value[role]))
        for role in ROLES
        if value.get(role)
    ]


def notices(work: UnitOfWork) -> list[str]:
    """For the start page: for whom the actor works now, and that he is recorded as absent
    himself.
    """
    found = [
        (
            f"Anda menggantikan {other.name}. Tugasnya sebagai "
            f"{', '.join(_labels(work, other.roles))} ada juga di daftar Anda."
        )
        for other in work.actor.stands_for
    ]
    user_id = work.actor.user_id
    away = duty.now_substitution(work, work.actor.unit).get(user_id) if user_id else None
    if away is not None:
        found.append(
            f"Anda tercatat tidak bertugas sampai {moment(away.until)}; tugas Anda sampai "
            f"juga kepada {away.substitute}."
        )
    return found


def _same(work: UnitOfWork, asked: Asked, absent_id: UUID, substitute_id: UUID) -> UUID | None:
    """What this form has entered already, when it comes a second time."""
    first, last = day(asked.mulai), day(asked.sampai)
    if first is None or last is None:
        return None
    query = select(Absence).where(
        Absence.user_id == absent_id,
        Absence.substitute_id == substitute_id,
        Absence.entered_by == work.actor.user_id,
        Absence.ends_at == midnight(last + timedelta(days=1)),
        Absence.ended_at.is_(None),
    )
    same = (
        row.id
        for row in work.session.scalars(query)
        if row.starts_at.astimezone(WITA).date() == first
    )
    return next(same, None)


def _lock(work: UnitOfWork, ids: Collection[UUID | None]) -> None:
    """These accounts are ours until commit, in the order in which everybody takes them; the actor's
    is as his session told.
    """
    wanted = sorted(user_id for user_id in ids if user_id is not None)
    query = (
        select(User).where(User.id.in_(wanted)).order_by(User.id).with_for_update(key_share=True)
    )
    for user in work.session.scalars(query, execution_options={"populate_existing": True}).all():
        if user.id == work.actor.user_id and not (
            user.is_active and work.actor.roles <= roles_of(user)
        ):
            raise Forbidden(STALE)


def _record(work: UnitOfWork, row: Absence, action: str) -> None:
    unit_of_work.record(
        work,
        f"user:{row.user_id}",
        action,
        absence=str(row.id),
        substitute=str(row.substitute_id),
        starts_at=row.starts_at.isoformat(),
        ends_at=row.ends_at.isoformat(),
    )


def _labels(work: UnitOfWork, roles: Collection[str]) -> tuple[str, ...]:
    return tuple(configuration.role_label(work, role) for role in ROLES if role in roles)
