"""Who may do what, written down a second time and otherwise than in the product: from rows and models, without its services."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select

from workflow_app.models.case import Case
from workflow_app.models.submission import Submission
from workflow_app.models.task import Task
from workflow_app.models.wall import CaseWall
from workflow_app.services.ground.unit_of_work import UnitOfWork
from workflow_app.services.office import processes
from workflow_app.types import Actor

UNIT = "spkt"
STARTERS = frozenset({"petugas", "pamapta"})
"""Begin the cases of a process that names nobody else for it."""
SEE_ALL = frozenset({"pamapta", "ka_spkt", "pimpinan", "auditor"})
SEE_CONFINED = frozenset({"pimpinan", "auditor"})
"""As seeded, the leadership sees what went to Propam."""
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
    named = processes.definition_of(work, processes.current(work, key).id).started_by
    return frozenset(named) or STARTERS


def may_do(work: UnitOfWork, who: Actor, task: Task) -> bool:
    """Is it a task of this person's role, or of one that he stands in for?"""
    return who.unit == task.unit and (task.role in who.roles or may_stand_in(work, who, task))


def may_stand_in(work: UnitOfWork, who: Actor, task: Task) -> bool:
    """May this person do the task for another role?"""
    named = properties_of(work, task).get("standIn", "").split()
    return who.unit == task.unit and task.role not in who.roles and bool(who.roles & set(named))


def is_barred(work: UnitOfWork, who: Actor, task: Task) -> bool:
    """Four eyes: did this person ever record what the task is to approve?"""
    named = properties_of(work, task).get("fourEyes", "").split()
    query = select(Submission.submitted_by).where(
        Submission.case_id == task.case_id, Submission.element.in_(named)
    )
    return who.user_id in set(work.session.scalars(query))


def properties_of(work: UnitOfWork, task: Task) -> Mapping[str, str]:
    """What the model says of the element of a task."""
    case = work.session.get_one(Case, task.case_id)
    return processes.definition_of(work, case.definition_id).elements[task.element].properties
