"""Who of a function is on duty now, and what follows for its tasks (decision 0020).

A task of a function is addressed to whoever is on duty while it waits. Where nobody is, it is
everybody's who holds the role.

Who is absent now, who works for them meanwhile, and in which of their roles (decision 0045).

A substitute gets the tasks of whom he stands in for and nothing else: no case that he does not see
himself, no other right of the role. Roles of the absent that he does not hold himself reach him
only where the office allows it.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, DateTime, String, bindparam, or_, select
from sqlalchemy.orm import aliased

from workflow_app.domain import Principal
from workflow_app.models import Absence, DutyMember, DutyPeriod, User, UserRole
from workflow_app.permissions import DUTY_FUNCTIONS
from workflow_app.services.core import unit_of_work
from workflow_app.services.core.unit_of_work import UnitOfWork
from workflow_app.services.office_settings import configuration

ALLOWED = "pengganti_peran"


@dataclass(frozen=True)
class Substitution:
    """Somebody who is absent now, with who works for him."""

    name: str
    substitute_id: UUID
    substitute: str
    until: datetime


def in_force(at: datetime | ColumnElement[datetime]) -> ColumnElement[bool]:
    """The absences of this instant. The end is the first instant at which the substitute has
    nothing more.
    """
    return (Absence.starts_at <= at) & (Absence.ends_at > at) & not_ended(at)


def not_ended(at: datetime | ColumnElement[datetime]) -> ColumnElement[bool]:
    """Not ended early before this instant."""
    return or_(Absence.ended_at.is_(None), Absence.ended_at > at)


_ABSENT, _SUBSTITUTE = aliased(User), aliased(User)
_UNIT = bindparam("unit", type_=String())
_NOW = (
    select(
        Absence.user_id,
        _ABSENT.full_name,
        Absence.substitute_id,
        _SUBSTITUTE.full_name.label("substitute"),
        Absence.ends_at,
    )
    .join(_ABSENT, _ABSENT.id == Absence.user_id)
    .join(_SUBSTITUTE, _SUBSTITUTE.id == Absence.substitute_id)
    .where(_ABSENT.unit == _UNIT, _SUBSTITUTE.unit == _UNIT, _SUBSTITUTE.is_active)
    .where(in_force(bindparam("at", type_=DateTime(timezone=True))))
)


def passed(
    work: UnitOfWork, absent: Collection[str], substitute: Collection[str]
) -> frozenset[str]:
    """The roles of somebody absent in which this substitute works for him: those both hold, and
    those the office allows.
    """
    allowed: Mapping[str, list[str]] = configuration.value(work, ALLOWED)
    held = set(substitute)
    return frozenset(role for role in absent if role in held or held & set(allowed.get(role, ())))


def of_substitute(
    work: UnitOfWork, user_id: UUID, roles: Collection[str], unit: str, *, lock: bool = False
) -> tuple[Principal, ...]:
    """For whom a member works now. With `lock` none of these absences ends until commit.

    Who has left, or works in another unit, has no substitute any more.
    """
    query = (
        select(Absence, User)
        .join(User, User.id == Absence.user_id)
        .where(
            in_force(work.clock()),
            Absence.substitute_id == user_id,
            User.is_active,
            User.unit == unit,
        )
        .order_by(User.full_name, User.id)
    )
    if lock:
        query = query.with_for_update(read=True, of=Absence)
    absences = work.session.execute(query, execution_options={"populate_existing": True}).all()
    found = (
        Principal(user.id, user.full_name, passed(work, [held.role for held in user.roles], roles))
        for _, user in absences
    )
    return tuple(principal for principal in found if principal.roles)


def of_holder(work: UnitOfWork, unit: str, user_id: UUID | None) -> Substitution | None:
    """Who works for the holder of a task meanwhile; None while he is there. About the actor himself
    nothing is asked.
    """
    if user_id is None or user_id == work.actor.user_id:
        return None
    return now_substitution(work, unit).get(user_id)


def now_substitution(work: UnitOfWork, unit: str) -> Mapping[UUID, Substitution]:
    """Who is absent now in this unit and has a substitute there, by account. Read once per unit of
    work.
    """
    key = ("substitutions", unit)
    if key not in work.session.info:
        found = unit_of_work.read(work, _NOW, {"unit": unit, "at": work.clock()})
        work.session.info[key] = {
            absent: Substitution(name, substitute_id, substitute, until)
            for absent, name, substitute_id, substitute, until in found
        }
    away: Mapping[UUID, Substitution] = work.session.info[key]
    return away


def holders(
    work: UnitOfWork, unit: str, user_ids: Iterable[UUID], role: str
) -> dict[UUID, tuple[UUID, str]]:
    """Of these members the absent ones, with the account and name of a substitute who holds this
    role himself.
    """
    absent = Absence.user_id.in_(list(user_ids))
    found = work.session.execute(
        select(Absence.user_id, User.id, User.rank, User.full_name)
        .join(User, User.id == Absence.substitute_id)
        .join(UserRole, (UserRole.user_id == User.id) & (UserRole.role == role))
        .where(absent, in_force(work.clock()), User.is_active, User.unit == unit)
    )
    return {
        user_id: (substitute, " ".join(filter(None, (rank, name))))
        for user_id, substitute, rank, name in found
    }


@dataclass(frozen=True)
class OnDuty:
    """Somebody who serves now."""

    user_id: UUID
    name: str
    until: datetime
    is_away: bool = False
    """A substitute serves for him meanwhile."""


Duty = Mapping[str, tuple[OnDuty, ...]]
"""By function; those in which nobody serves are missing."""


def now(work: UnitOfWork, unit: str) -> Duty:
    """Who serves now in this unit. Read once per unit of work.

    An account that is closed or lost the role does not count: its tasks would wait for nobody.
    Beside who is absent stands his substitute, where he holds the role himself.
    """
    key = ("duty", unit)
    if key not in work.session.info:
        work.session.info[key] = _read(work, unit)
    found: Duty = work.session.info[key]
    return found


def names(work: UnitOfWork, unit: str, function: str) -> str:
    """Those who serve in a function now, in words; empty when nobody is entered or the role knows
    no duty.
    """
    if function not in DUTY_FUNCTIONS:
        return ""
    return ", ".join(person.name for person in now(work, unit).get(function, ()))


def serves(work: UnitOfWork, unit: str, function: str, user_id: UUID | None) -> bool:
    """Does this person serve in the function now?"""
    return any(person.user_id == user_id for person in now(work, unit).get(function, ()))


def is_addressed_elsewhere(
    work: UnitOfWork, unit: str, function: str, user_id: UUID | None
) -> bool:
    """Do tasks of this function wait for somebody else than this person?"""
    if function not in DUTY_FUNCTIONS or function not in now(work, unit):
        return False
    return not serves(work, unit, function, user_id)


def relieved(work: UnitOfWork) -> Duty:
    """The actor's own functions in which only others serve now. Asks nothing about somebody without
    such a role.
    """
    own = work.actor.roles & DUTY_FUNCTIONS
    if not own:
        return {}
    return {
        function: people
        for function, people in now(work, work.actor.unit).items()
        if function in own and not serves(work, work.actor.unit, function, work.actor.user_id)
    }


def relief(work: UnitOfWork) -> str:
    """Who serves in the actor's functions instead, in words; empty when the actor serves or nobody
    does.
    """
    return ", ".join(
        dict.fromkeys(person.name for people in relieved(work).values() for person in people)
    )


def _read(work: UnitOfWork, unit: str) -> Duty:
    at = work.clock()
    query = (
        select(DutyPeriod.function, DutyPeriod.ends_at, User.id, User.rank, User.full_name)
        .join(DutyMember, DutyMember.period_id == DutyPeriod.id)
        .join(User, User.id == DutyMember.user_id)
        .join(UserRole, (UserRole.user_id == User.id) & (UserRole.role == DutyPeriod.function))
        .where(
            DutyPeriod.starts_at <= at, DutyPeriod.ends_at > at, User.is_active, User.unit == unit
        )
        .order_by(User.full_name, User.username, DutyPeriod.ends_at)
    )
    found: dict[str, dict[UUID, OnDuty]] = {}
    for function, ends_at, user_id, rank, full_name in work.session.execute(query):
        # In two periods that overlap the later end counts.
        name = " ".join(filter(None, (rank, full_name)))
        found.setdefault(function, {})[user_id] = OnDuty(user_id, name, ends_at)
    away = now_substitution(work, unit) if found else {}
    for function, people in found.items():
        if not away.keys() & people.keys():
            continue
        for absent, (substitute, name) in holders(work, unit, [*people], function).items():
            stand_in = OnDuty(
                substitute, f"{name} (pengganti {people[absent].name})", people[absent].until
            )
            people.setdefault(substitute, stand_in)
            people[absent] = replace(people[absent], is_away=True)
    return {function: tuple(people.values()) for function, people in found.items()}
