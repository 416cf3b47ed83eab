"""Who may do what, written down a second time and otherwise than in the product: from rows and
models, without its services.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy import func, select, text

from workflow_app.domain import Actor, Principal
from workflow_app.models import Case, CaseWall, Submission, Task, User
from workflow_app.services.core.unit_of_work import UnitOfWork
from workflow_app.services.processes import definitions

UNIT = "spkt"
NOBODY_AWAY = "nobody_away"
"""Told to a session that looks while no absence was ever entered: then there is nothing to ask."""
STOOD_FOR = text("""select a.user_id, array_agg(distinct r.role) as roles from absence a
    join user_account u on u.id = a.user_id join user_role r on r.user_id = u.id
    where a.substitute_id = :who and a.starts_at <= :now and :now < a.ends_at and coalesce(:now <
        a.ended_at, true)
    and u.is_active and u.unit = :unit group by a.user_id""")
STARTERS = frozenset({"petugas", "pamapta"})
"""Begin the cases of a process that names nobody else for it."""
SEE_ALL = frozenset({"pamapta", "ka_spkt", "pimpinan", "auditor"})
SEE_CONFINED = frozenset({"pimpinan", "auditor"})
"""As seeded, the leadership sees what went to Propam."""
PASSED_ON = {"ka_spkt": frozenset({"pamapta"}), "pamapta": frozenset({"petugas"})}
"""Who else may stand in for a role, as the office of the walks says."""
GIVE_TASKS = frozenset({"pamapta", "ka_spkt"})


@dataclass(frozen=True)
class Sight:
    """What decides who sees a case."""

    case_id: UUID
    number: str
    unit: str
    opened_by: UUID | None
    is_open: bool
    confined_to: str | None
    roles: frozenset[str]
    """Of its tasks, those that are over too."""
    walled_off: frozenset[UUID]

    def is_for(self, who: Actor) -> bool:
        """Does this person see the case?"""
        if who.unit != self.unit or who.user_id in self.walled_off:
            return False
        if self.confined_to is not None:
            return bool(who.roles & (SEE_CONFINED | {self.confined_to}))
        return bool(who.roles & (SEE_ALL | self.roles)) or who.user_id == self.opened_by

    def leads(self) -> frozenset[str]:
        """The roles that give tasks of this case to others."""
        return GIVE_TASKS if self.confined_to is None else frozenset({self.confined_to})


def sights(work: UnitOfWork) -> dict[UUID, Sight]:
    """Every case."""
    roles = dict(
        work.session.execute(
            select(Task.case_id, func.array_agg(Task.role.distinct())).group_by(Task.case_id)
        ).all()
    )
    walls = dict(
        work.session.execute(
            select(CaseWall.case_id, func.array_agg(CaseWall.user_id)).group_by(CaseWall.case_id)
        ).all()
    )
    return {
        case.id: Sight(
            case.id,
            case.number,
            case.unit,
            case.opened_by,
            case.closed_at is None,
            case.confined_to,
            frozenset(roles.get(case.id, ())),
            frozenset(walls.get(case.id, ())),
        )
        for case in work.session.scalars(select(Case).order_by(Case.number))
    }


def starters(work: UnitOfWork, key: str) -> frozenset[str]:
    """The roles that begin cases of a process by hand."""
    named = definitions.definition_of(work, definitions.current(work, key).id).started_by
    return frozenset(named) or STARTERS


def may_do(work: UnitOfWork, who: Actor, task: Task) -> bool:
    """Is it a task of this person's role, of one that he stands in for, or of somebody absent for
    whom he works?
    """
    if who.unit != task.unit:
        return False
    return (
        task.role in who.roles or may_stand_in(work, who, task) or bool(absent_for(work, who, task))
    )


def stood_for(work: UnitOfWork, who: Actor) -> dict[UUID, frozenset[str]]:
    """The absent for whom this person works now, each with the roles in which he does."""
    if work.session.info.get(NOBODY_AWAY):
        return {}
    rows = work.session.execute(
        STOOD_FOR, {"who": who.user_id, "now": work.clock(), "unit": who.unit}
    ).all()
    shared = {
        row.user_id: frozenset(
            role
            for role in row.roles
            if role in who.roles or who.roles & PASSED_ON.get(role, frozenset())
        )
        for row in rows
    }
    return {user_id: roles for user_id, roles in shared.items() if roles}


def absent_for(work: UnitOfWork, who: Actor, task: Task) -> set[UUID]:
    """The absent in whose place this person would do the task: whose it is, else those of whose
    role it is, where he has no right of his own. No wall keeps them out of its case.
    """
    if task.assignee_id is None and (task.role in who.roles or may_stand_in(work, who, task)):
        return set()
    found = stood_for(work, who)
    if not found:
        return set()
    walled = select(CaseWall.user_id).where(CaseWall.case_id == task.case_id)
    kept_out = set(work.session.scalars(walled))
    return {
        user_id
        for user_id, roles in found.items()
        if task.role in roles and user_id not in kept_out and task.assignee_id in (None, user_id)
    }


def standing(work: UnitOfWork, who: Actor) -> Actor:
    """The person as a request of this moment finds him."""
    found = stood_for(work, who)
    if not found:
        return who
    names = dict(
        work.session.execute(select(User.id, User.full_name).where(User.id.in_(found))).all()
    )
    order = sorted(found, key=lambda user_id: (names[user_id], user_id))
    return replace(
        who, stands_for=tuple(Principal(each, names[each], found[each]) for each in order)
    )


def may_stand_in(work: UnitOfWork, who: Actor, task: Task) -> bool:
    """May this person do the task for another role?"""
    named = properties_of(work, task).get("standIn", "").split()
    return who.unit == task.unit and task.role not in who.roles and bool(who.roles & set(named))


def is_barred(work: UnitOfWork, who: Actor, task: Task) -> bool:
    """Four eyes: did this person, or in whose place he would act, ever record what the task is to
    approve?
    """
    did = have_recorded(work, task)
    if who.user_id in did:
        return True
    absent = absent_for(work, who, task)
    return bool(absent) and absent <= did


def have_recorded(work: UnitOfWork, task: Task) -> set[UUID | None]:
    """Who has done what the task is to approve, and in whose place."""
    named = properties_of(work, task).get("fourEyes", "").split()
    query = select(Submission.submitted_by, Submission.on_behalf_of).where(
        Submission.case_id == task.case_id, Submission.element.in_(named)
    )
    return {
        user_id for row in work.session.execute(query) for user_id in row if user_id is not None
    }


def properties_of(work: UnitOfWork, task: Task) -> Mapping[str, str]:
    """What the model says of the element of a task."""
    case = work.session.get_one(Case, task.case_id)
    return definitions.definition_of(work, case.definition_id).elements[task.element].properties
