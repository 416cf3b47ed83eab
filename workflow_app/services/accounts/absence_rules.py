"""What an absence must look like: who enters it, who may stand in, and what it does not go together with (decision 0045)."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, select

from workflow_app.errors import Forbidden, InvalidInput
from workflow_app.models.absence import Absence
from workflow_app.models.user import User
from workflow_app.permissions import leads_all
from workflow_app.services.accounts import people
from workflow_app.services.days import substitutions
from workflow_app.services.ground.unit_of_work import UnitOfWork
from workflow_app.services.office.readable import moment
from workflow_app.types import WITA

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
            f"Penggantian untuk {absent.full_name} hanya dapat dicatat olehnya sendiri atau oleh atasannya."
        )
    if substitute is None:
        faults["pengganti"] = "Pilih pengganti yang akunnya aktif di unit ini."
    elif substitute is absent:
        faults["pengganti"] = "Pilih orang lain: tidak ada yang menggantikan dirinya sendiri."
    elif substitute.id == work.actor.user_id:
        faults["pengganti"] = (
            "Anda tidak dapat menunjuk diri Anda sendiri. Pilih orang lain, atau minta atasan mencatatnya."
        )
    elif absent is not None and not substitutions.passed(work, roles_of(absent), roles_of(substitute)):
        faults["pengganti"] = (
            f"{substitute.full_name} tidak memegang peran {absent.full_name}, dan peran lain belum diizinkan menggantikannya. "
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
        & substitutions.not_ended(max(starts_at, work.clock()))
    )

    def first(which: ColumnElement[bool]) -> Absence | None:
        return work.session.scalars(
            select(Absence).where(which, meanwhile).order_by(Absence.starts_at)
        ).first()

    faults = {}
    if (other := first(Absence.user_id == absent.id)) is not None:
        faults["mulai"] = (
            f"{absent.full_name} sudah tercatat tidak bertugas dari {moment(other.starts_at)} sampai "
            f"{moment(other.ends_at)}. Akhiri itu dahulu, atau pilih tanggal lain."
        )
    if (other := first(Absence.substitute_id == absent.id)) is not None:
        name = people.name_of(work, other.user_id)
        faults["anggota"] = (
            f"{absent.full_name} sedang ditunjuk menggantikan {name} sampai {moment(other.ends_at)}. "
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
