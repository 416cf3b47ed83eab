"""Loading a case or task only for those who may see it. What one may not see does not exist for them.

Every list, search, count and board of cases or of what belongs to them asks `sees_case` (or `not_behind_wall`, where a
list has grounds of its own), so that this is the one place that decides.

Who locks a case is going to change something: the account is looked at again under the lock.
"""

from functools import lru_cache
from uuid import UUID

from sqlalchemy import ColumnElement, Select, SelectBase, bindparam, or_, select, union_all
from sqlalchemy.orm import Mapped

from workflow_app.errors import NotFound
from workflow_app.models.audit import AuditChain
from workflow_app.models.case import Case
from workflow_app.models.task import Task
from workflow_app.models.wall import CaseWall
from workflow_app.permissions import (
    CASE_MINDERS,
    OVERSEERS,
    can_see_case,
    has_role,
    is_behind_wall,
    seers_of_confined,
)
from workflow_app.services.accounts import own_account
from workflow_app.services.case_file import case_tasks, sights
from workflow_app.services.case_file.sights import Sight
from workflow_app.services.ground import audit, memory
from workflow_app.services.ground.unit_of_work import UnitOfWork
from workflow_app.services.office import configuration
from workflow_app.types import Actor

_CASE = select(Case).where(Case.id == bindparam("case_id"))
_CASE_OF_TASK = select(Case).join(Task, Task.case_id == Case.id).where(Task.id == bindparam("task_id"))


def _locking(query: Select[Case], *, nowait: bool = False) -> Select[Case]:
    """The query with a lock: FOR NO KEY UPDATE, so that rows that refer to the case (events) may be written beside it, else
    who holds the head of the audit chain would wait for us while we wait for the head.
    """
    locking = query.with_for_update(key_share=True, of=Case, nowait=nowait)
    return locking.execution_options(populate_existing=True)


_LOCKED = _locking(_CASE)
_AT_ONCE = _locking(_CASE, nowait=True)
_TASK_LOCKED = (
    _CASE_OF_TASK.add_columns(AuditChain)
    .join(AuditChain, AuditChain.name == audit.chain_of(Case.id))
    .with_for_update(key_share=True, of=(Case, AuditChain))
    .execution_options(populate_existing=True)
)
"""Who acts on a task is quick and records what he did: the head of the chain is locked behind the case, in one question. Who
holds a case for longer (papers are made) lets others record that they read it.
"""


def lock_case(work: UnitOfWork, case_id: UUID) -> Case:
    """The case row, locked until commit. Waits as long as the connection allows (`connections.LOCK_SECONDS`); raises `Busy`
    (through the unit of work) or `NotFound`.
    """
    case = _locked(work, _LOCKED, case_id)
    own_account.check(work)
    return case


def lock_beside(work: UnitOfWork, case_id: UUID) -> Case:
    """One more case, for who holds one already. Locks are waited for in the order of their ids only, so that two who do this
    never wait for each other: out of order a case is free at once, or the unit of work fails as `Busy`.
    """
    held = memory.locked(work)
    if case_id in held:
        return work.session.get_one(Case, case_id)
    return _locked(work, _LOCKED if not held or case_id > max(held) else _AT_ONCE, case_id)


def visible_case(work: UnitOfWork, case_id: UUID, *, lock: bool = False) -> Case:
    """The case, if the actor may see it; raises `NotFound` otherwise."""
    seen = memory.for_actor(work)
    if case_id not in seen or (lock and case_id not in memory.locked(work)):
        seen[case_id] = _checked(work, lock_case(work, case_id) if lock else _case(work, case_id))
    case: Case = seen[case_id]
    return case


def visible_task(work: UnitOfWork, task_id: UUID, *, lock: bool = False) -> Task:
    """The task, if the actor may see its case; with `lock` the case is locked, and the task is as it is then."""
    task = case_tasks.find(work, task_id)
    if task is not None and (not lock or task.case_id in memory.locked(work)):
        visible_case(work, task.case_id)
        return task
    case = _checked(work, _case_of_task(work, task_id, lock=lock))
    memory.for_actor(work)[case.id] = case
    return case_tasks.of_id(work, case.id, task_id)


def _case(work: UnitOfWork, case_id: UUID) -> Case:
    case = work.session.scalars(_CASE, {"case_id": case_id}).first()
    if case is None:
        raise NotFound()
    return case


def _locked(work: UnitOfWork, query: Select[Case], case_id: UUID) -> Case:
    """The case, ours until commit and read anew. Nothing that is still to be written may be read over."""
    work.session.flush()
    case = work.session.scalars(query, {"case_id": case_id}).first()
    if case is None:
        raise NotFound()
    return _held(work, case)


def _case_of_task(work: UnitOfWork, task_id: UUID, *, lock: bool) -> Case:
    """The case of a task; with `lock` ours until commit, with the head of its chain."""
    which = {"task_id": task_id}
    if not lock:
        case = work.session.scalars(_CASE_OF_TASK, which).first()
        if case is None:
            raise NotFound()
        return case
    work.session.flush()
    found = work.session.execute(_TASK_LOCKED, which).first()
    if found is None:
        raise NotFound()
    case, head = found
    audit.take_head(work, head)
    own_account.check(work)
    return _held(work, case)


def _held(work: UnitOfWork, case: Case) -> Case:
    """The case has just been locked: nothing that was read before counts any more."""
    memory.locked(work).add(case.id)
    memory.forget(work, case.id)
    return case


def still_sees(work: UnitOfWork, case: Case) -> bool:
    """Does the actor see this case after what was just done to it? Its tasks and walls are in memory."""
    return can_see_case(
        work.actor,
        unit=case.unit,
        started_by=case.opened_by,
        task_roles=case_tasks.roles_of_case(work, case.id),
        walled_off=case_tasks.walled_off(work, case.id),
        only=_seers(work, case),
    )


def is_seen_by_role(work: UnitOfWork, case: Case, role: str) -> bool:
    """Would who holds this role see the case, as far as it is confined? The configuration is asked: nobody acts here."""
    if case.confined_to is None:
        return True
    leadership_sees = bool(configuration.value(work, sights.LEADERSHIP_SEES))
    return role in seers_of_confined(case.confined_to, leadership_sees=leadership_sees)


def check_minds(work: UnitOfWork, case: Case) -> None:
    """Raise `NotFound` unless the actor minds the failed steps of this case: who sees it, and an admin."""
    walled_off = case_tasks.walled_off(work, case.id)
    if has_role(work.actor, CASE_MINDERS) and work.actor.unit == case.unit:
        if is_behind_wall(work.actor, walled_off=walled_off, only=_seers(work, case)):
            raise NotFound()
    else:
        _checked(work, case)


def sees_case(work: UnitOfWork) -> ColumnElement[bool]:
    """The same rule as `can_see_case` as a condition on `Case`, for lists and searches."""
    return sees_case_of(sights.of(work))


@lru_cache(maxsize=sights.MOST)
def sees_case_of(sight: Sight) -> ColumnElement[bool]:
    """The same of a sight."""
    return _reaches(sight.actor, not_behind_wall_of(sight, Case.id))


def sees_of_many(work: UnitOfWork) -> ColumnElement[bool]:
    """The same as `sees_case`, for figures of very many cases: the walls are joined, and the database knows how few they are."""
    walled = select(CaseWall.case_id).where(
        CaseWall.case_id == Case.id, CaseWall.user_id == work.actor.user_id
    )
    open_to = ~walled.exists()
    if not sights.sees_confined(work):
        open_to &= or_(Case.confined_to.is_(None), Case.confined_to.in_(work.actor.roles))
    return _reaches(work.actor, open_to)


def _reaches(actor: Actor, open_to: ColumnElement[bool]) -> ColumnElement[bool]:
    reachable = (Case.unit == actor.unit) & open_to
    if has_role(actor, OVERSEERS):
        return reachable
    worked_on = select(Task.id).where(Task.case_id == Case.id, Task.role.in_(actor.roles)).exists()
    return reachable & or_(Case.opened_by == actor.user_id, worked_on, Case.confined_to.in_(actor.roles))


def minds_case(work: UnitOfWork) -> ColumnElement[bool]:
    """The same rule as `check_minds` as a condition on `Case`."""
    if has_role(work.actor, CASE_MINDERS):
        return (Case.unit == work.actor.unit) & not_behind_wall(work, Case.id)
    return sees_case(work)


def not_behind_wall(work: UnitOfWork, case_id: ColumnElement[UUID] | Mapped[UUID]) -> ColumnElement[bool]:
    """No wall stands between the actor and the case with this id: `is_behind_wall` as a condition."""
    return not_behind_wall_of(sights.of(work), case_id)


def not_behind_wall_of(sight: Sight, case_id: ColumnElement[UUID] | Mapped[UUID]) -> ColumnElement[bool]:
    """The same of a sight. What is hidden from one person is little and is gathered once per statement, so that a list still reads
    its index in order.
    """
    return case_id.not_in(_hidden(sight))


def kept_from_nobody(work: UnitOfWork) -> ColumnElement[bool]:
    """`Case`s of the unit of which everybody there may know: not confined, and before which no wall stands."""
    walled = select(CaseWall.case_id)
    return (Case.unit == work.actor.unit) & Case.confined_to.is_(None) & Case.id.not_in(walled)


def hidden(work: UnitOfWork) -> SelectBase:
    """Ids of the cases before which a wall stands for the actor: what figures of all cases have to leave out."""
    return _hidden(sights.of(work))


def _hidden(sight: Sight) -> SelectBase:
    actor = sight.actor
    walled = select(CaseWall.case_id).where(CaseWall.user_id == actor.user_id)
    if sight.sees_confined:
        return walled
    confined = select(Case.id).where(Case.confined_to.is_not(None), Case.confined_to.not_in(actor.roles))
    return union_all(walled, confined)


def _checked(work: UnitOfWork, case: Case) -> Case:
    if not still_sees(work, case):
        raise NotFound()
    return case


def _seers(work: UnitOfWork, case: Case) -> frozenset[str] | None:
    """The roles that see a confined case; None when it is not confined."""
    if case.confined_to is None:
        return None
    return seers_of_confined(case.confined_to, leadership_sees=sights.leadership_sees(work))
