"""Roles and unit of a member from a day on: entered beforehand, made when the day has come,
withdrawn until then.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from uuid import UUID, uuid4

from sqlalchemy import select

from workflow_app.domain import SYSTEM, WITA, Conflict, InvalidInput, NotFound
from workflow_app.models import RoleChange, User
from workflow_app.permissions import ROLES, STAFF_KEEPERS, STAFF_READERS, check_role, has_role
from workflow_app.services.accounts import members, users
from workflow_app.services.accounts.absences import day, midnight
from workflow_app.services.core import jobs, unit_of_work
from workflow_app.services.core.jobs import COUNTER, Running, periodic
from workflow_app.services.core.unit_of_work import UnitOfWork
from workflow_app.services.office_settings.configuration import role_label


@dataclass(frozen=True)
class Asked:
    """A change as it was typed. Without a day it holds at once; without roles the account ends."""

    peran: tuple[str, ...] = ()
    unit: str = ""
    mulai: str = ""


@dataclass(frozen=True)
class Change:
    """A change that can be made."""

    user: User
    before: tuple[str, ...]
    roles: tuple[str, ...]
    unit: str
    valid_from: datetime

    @property
    def lost(self) -> frozenset[str]:
        """Roles that the member has no more, all of them when he leaves the unit."""
        return frozenset(
            self.before if self.unit != self.user.unit else set(self.before) - set(self.roles)
        )


@dataclass(frozen=True)
class ToCome:
    """A change that waits for its day."""

    id: UUID
    valid_from: datetime
    roles: tuple[str, ...]
    """Labels; none: the account ends."""
    unit: str
    entered_by: str


def checked(work: UnitOfWork, user_id: UUID, asked: Asked) -> Change:
    """The change that was typed. Raises `InvalidInput` with a sentence per field, `NotFound`,
    `Forbidden`, `Conflict`.
    """
    check_role(work.actor, STAFF_READERS)
    user = members.changing(work, user_id)
    before = sorted(held.role for held in user.roles)
    if unknown := sorted(set(asked.peran) - set(ROLES)):
        raise InvalidInput(fields={"peran": f"Peran tidak dikenal: {', '.join(unknown)}."})
    valid_from = _from(work, asked.mulai)
    members.check_change(work, before, asked.peran)
    unit = asked.unit.strip() or user.unit
    if unit != user.unit and not has_role(work.actor, STAFF_KEEPERS):
        raise InvalidInput(fields={"unit": "Unit hanya dapat diubah admin."})
    if len(unit) > members.LONGEST or not unit.isprintable():
        raise InvalidInput(fields={"unit": "Isi dengan satu baris tulisan."})
    if set(asked.peran) == set(before) and unit == user.unit:
        raise InvalidInput(
            fields={"peran": "Belum ada yang berubah. Pilih peran yang lain, atau kembali."}
        )
    if "admin" not in asked.peran:
        members.check_admin_remains(work, user)
    roles = tuple(role for role in ROLES if role in asked.peran)
    return Change(user, tuple(before), roles, unit, valid_from)


def enter(work: UnitOfWork, user_id: UUID, asked: Asked) -> Change:
    """Make a change now, or keep it until its day; sent twice it is one. Raises as `checked`
    does.
    """
    try:
        change = checked(work, user_id, asked)
    except InvalidInput:
        if (again := _sent_before(work, user_id, asked)) is not None:
            return again
        raise
    waits = change.valid_from > work.clock()
    if waits and (again := _sent_before(work, user_id, asked)) is not None:
        return again
    row = RoleChange(
        id=uuid4(),
        user_id=user_id,
        valid_from=change.valid_from,
        before=list(change.before),
        roles=list(change.roles),
        unit=change.unit,
        status="to_come" if waits else "made",
        entered_at=work.clock(),
        entered_by=work.actor.user_id,
    )
    work.session.add(row)
    work.session.flush()
    if waits:
        _record(work, row, "user.change_entered")
    else:
        _make(work, change.user, row)
    return change


def withdrawable(work: UnitOfWork, change_id: UUID) -> RoleChange:
    """A change that can be taken back, or was. Nothing is written; raises as `withdraw` does."""
    check_role(work.actor, STAFF_READERS)
    row = work.session.get(RoleChange, change_id)
    if row is None:
        raise NotFound()
    members.changing(work, row.user_id)
    _lock(work, row)
    if row.status not in ("to_come", "withdrawn"):
        raise Conflict(
            "Perubahan ini sudah berlaku, jadi tidak dapat ditarik lagi. Ubah perannya sekali lagi."
        )
    members.check_change(work, row.before, row.roles)
    return row


def withdraw(work: UnitOfWork, change_id: UUID) -> UUID:
    """Take back a change that is still to come; returns the member. Raises `NotFound`, `Forbidden`,
    `Conflict` when it was made meanwhile.
    """
    row = withdrawable(work, change_id)
    if row.status == "to_come":
        row.status = "withdrawn"
        work.session.flush()
        _record(work, row, "user.change_withdrawn")
    return row.user_id


def due(work: UnitOfWork) -> list[UUID]:
    """The changes whose day has come, oldest first."""
    query = select(RoleChange.id).where(
        RoleChange.status == "to_come", RoleChange.valid_from <= work.clock()
    )
    return list(work.session.scalars(query.order_by(RoleChange.valid_from, RoleChange.entered_at)))


def make(work: UnitOfWork, change_id: UUID) -> None:
    """Make a change whose day has come. Done before, it is left alone; what must not be any more is
    refused, on record.
    """
    row = work.session.get(RoleChange, change_id)
    if row is None or row.valid_from > work.clock():
        return
    user = members.changing(work, row.user_id)
    _lock(work, row)
    if row.status != "to_come":
        return
    if "admin" not in _after(row, user) and _is_last_admin(work, user):
        _refuse(work, row)
        return
    row.status = "made"
    _make(work, user, row)


def to_come(work: UnitOfWork, user_id: UUID) -> list[ToCome]:
    """The changes of a member that wait for their day."""
    query = select(RoleChange).where(RoleChange.user_id == user_id, RoleChange.status == "to_come")
    rows = work.session.scalars(query.order_by(RoleChange.valid_from)).all()
    names = users.names_of(work, [row.entered_by for row in rows])
    user = work.session.get_one(User, user_id)
    return [
        ToCome(
            row.id,
            row.valid_from,
            tuple(
                role_label(work, role) for role in ROLES if row.roles and role in _after(row, user)
            ),
            row.unit,
            names.get(row.entered_by, "sistem") if row.entered_by else "sistem",
        )
        for row in rows
    ]


def _make(work: UnitOfWork, user: User, row: RoleChange) -> None:
    if user.unit != row.unit:
        users.set_unit(work, user.username, row.unit)
        _refuse_others(work, row)
    if {held.role for held in user.roles} != (after := _after(row, user)):
        users.set_roles(work, user.username, after)
    if not row.roles and user.is_active:
        users.disable(work, user.username)
    jobs.defer(work, members.RELEASE, user_id=str(user.id))


def _lock(work: UnitOfWork, row: RoleChange) -> None:
    """The change as it is now, until commit. The account is locked first, always: one change may
    end others.
    """
    work.session.refresh(row, with_for_update=True)


def _refuse_others(work: UnitOfWork, made: RoleChange) -> None:
    """What the unit that he leaves had in store for a member: it is not for its people to say any
    more.
    """
    query = select(RoleChange).where(
        RoleChange.user_id == made.user_id, RoleChange.status == "to_come"
    )
    for row in work.session.scalars(query).all():
        if row.id != made.id:
            _refuse(work, row)


def _refuse(work: UnitOfWork, row: RoleChange) -> None:
    row.status = "refused"
    work.session.flush()
    _record(work, row, "user.change_refused")


def _after(row: RoleChange, user: User) -> set[str]:
    """What a member holds with a change: of what was given or taken since it was entered it undoes
    nothing (R79).
    """
    held = {each.role for each in user.roles}
    return (held - (set(row.before) - set(row.roles))) | (set(row.roles) - set(row.before))


def _is_last_admin(work: UnitOfWork, user: User) -> bool:
    others = [each for each in users.list_all(work) if each.is_active and "admin" in each.roles]
    return [each.id for each in others] == [user.id]


def _from(work: UnitOfWork, text: str) -> datetime:
    if not text:
        return work.clock()
    first = day(text)
    today = work.clock().astimezone(WITA).date()
    if first is None or first < today:
        raise InvalidInput(
            fields={
                "mulai": "Pilih hari ini atau tanggal sesudahnya; kosongkan bila mulai sekarang."
            }
        )
    return max(midnight(first), work.clock())


def _sent_before(work: UnitOfWork, user_id: UUID, asked: Asked) -> Change | None:
    """What the same form has entered a moment ago."""
    query = select(RoleChange).where(
        RoleChange.user_id == user_id,
        RoleChange.entered_by == work.actor.user_id,
        RoleChange.status.in_(("to_come", "made")),
    )
    newest = work.session.scalars(query.order_by(RoleChange.entered_at.desc()).limit(1)).first()
    first = day(asked.mulai)
    if newest is None or set(newest.roles) != set(asked.peran):
        return None
    if first is not None and newest.valid_from.astimezone(WITA).date() != first:
        return None
    if first is None and newest.status != "made":
        return None
    user = work.session.get_one(User, user_id)
    return Change(user, (), tuple(newest.roles), newest.unit, newest.valid_from)


def _record(work: UnitOfWork, row: RoleChange, action: str) -> None:
    unit_of_work.record(
        work,
        f"user:{row.user_id}",
        action,
        change=str(row.id),
        roles=_known(row.roles),
        unit=row.unit,
        valid_from=row.valid_from.isoformat(),
    )


def _known(roles: Collection[str]) -> list[str]:
    return sorted(roles)


@periodic("change_roles", label="Mengganti peran pada harinya", queue=COUNTER, cron="* * * * *")
def change_roles_job(running: Running) -> None:
    """Make the changes of roles whose day has come."""
    works = running.works
    with works.begin(SYSTEM) as work:
        changes = due(work)
    acts = {each: jobs.in_transaction(works, partial(make, change_id=each)) for each in changes}
    jobs.do_each("change of roles", acts)
