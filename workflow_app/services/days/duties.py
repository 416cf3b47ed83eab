"""Who of a function is on duty now, and what follows for its tasks (decision 0020).

A task of a function is addressed to whoever is on duty while it waits. Where nobody is, it is everybody's who holds the role.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from workflow_app.models.duty import DutyMember, DutyPeriod
from workflow_app.models.user import User, UserRole
from workflow_app.roles import DUTY_FUNCTIONS
from workflow_app.services.days import substitutions
from workflow_app.services.ground.unit_of_work import UnitOfWork


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

    An account that is closed or lost the role does not count: its tasks would wait for nobody. Beside who is absent stands
    his substitute, where he holds the role himself.
    """
    key = ("duty", unit)
    if key not in work.session.info:
        work.session.info[key] = _read(work, unit)
    found: Duty = work.session.info[key]
    return found


def names(work: UnitOfWork, unit: str, function: str) -> str:
    """Those who serve in a function now, in words; empty when nobody is entered or the role knows no duty."""
    if function not in DUTY_FUNCTIONS:
        return ""
    return ", ".join(person.name for person in now(work, unit).get(function, ()))


def serves(work: UnitOfWork, unit: str, function: str, user_id: UUID | None) -> bool:
    """Does this person serve in the function now?"""
    return any(person.user_id == user_id for person in now(work, unit).get(function, ()))


def is_addressed_elsewhere(work: UnitOfWork, unit: str, function: str, user_id: UUID | None) -> bool:
    """Do tasks of this function wait for somebody else than this person?"""
    if function not in DUTY_FUNCTIONS or function not in now(work, unit):
        return False
    return not serves(work, unit, function, user_id)


def relieved(work: UnitOfWork) -> Duty:
    """The actor's own functions in which only others serve now. Asks nothing about somebody without such a role."""
    own = work.actor.roles & DUTY_FUNCTIONS
    if not own:
        return {}
    return {
        function: people
        for function, people in now(work, work.actor.unit).items()
        if function in own and not serves(work, work.actor.unit, function, work.actor.user_id)
    }


def relief(work: UnitOfWork) -> str:
    """Who serves in the actor's functions instead, in words; empty when the actor serves or nobody does."""
    return ", ".join(dict.fromkeys(person.name for people in relieved(work).values() for person in people))


def _read(work: UnitOfWork, unit: str) -> Duty:
    at = work.clock()
    query = (
        select(DutyPeriod.function, DutyPeriod.ends_at, User.id, User.rank, User.full_name)
        .join(DutyMember, DutyMember.period_id == DutyPeriod.id)
        .join(User, User.id == DutyMember.user_id)
        .join(UserRole, (UserRole.user_id == User.id) & (UserRole.role == DutyPeriod.function))
        .where(DutyPeriod.starts_at <= at, DutyPeriod.ends_at > at, User.is_active, User.unit == unit)
        .order_by(User.full_name, User.username, DutyPeriod.ends_at)
    )
    found: dict[str, dict[UUID, OnDuty]] = {}
    for function, ends_at, user_id, rank, full_name in work.session.execute(query):
        # In two periods that overlap the later end counts.
        name = " ".join(filter(None, (rank, full_name)))
        found.setdefault(function, {})[user_id] = OnDuty(user_id, name, ends_at)
    away = substitutions.now(work, unit) if found else {}
    for function, people in found.items():
        if not away.keys() & people.keys():
            continue
        for absent, (substitute, name) in substitutions.holders(work, unit, [*people], function).items():
            stand_in = OnDuty(substitute, f"{name} (pengganti {people[absent].name})", people[absent].until)
            people.setdefault(substitute, stand_in)
            people[absent] = replace(people[absent], is_away=True)
    return {function: tuple(people.values()) for function, people in found.items()}
