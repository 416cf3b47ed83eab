"""Loading a case or task only for those who may see it. What one may not see does not exist for
them.

Every list, search, count and board of cases or of what belongs to them asks `sees_case` (or
`not_behind_wall`, where a list has grounds of its own), so that this is the one place that decides.

Who locks a case is going to change something: the account is looked at again under the lock.

The tasks of a case, loaded once per unit of work: who may see it, what is open and what comes next
are read from them.

Of what is over, the last of each kind is enough for that. A case with a thousand rounds of rework
has thousands of tasks, and each completion would read all of them.

Whom a wall keeps out is read by the same question. It is asked after the case is locked, because a
wall that another transaction raised meanwhile is not seen by the statement that waited for the
lock. What somebody sees, as one key: who asks, and what the office allows him besides.

A condition on cases or papers is made from a sight and from nothing else, so it is made once for it
and kept (`lru_cache`): making one takes longer than to ask the database. It is an expression
without data of any case, so every thread may use it. Everything else that decides is asked of the
database each time. A new thing that decides how conditions look becomes a part of the sight. Papers
whose level the actor is cleared for, as a condition; others do not exist for him (R37, decision
0031).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Select,
    SelectBase,
    String,
    Uuid,
    bindparam,
    cast,
    exists,
    func,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import Mapped

from archive.models import Document
from workflow_app.domain import Actor, NotFound
from workflow_app.models import AuditChain, AuditEvent, Case, CaseDocument, CaseWall, Incident, Task
from workflow_app.permissions import (
    CASE_MINDERS,
    CONFINED_OVERSEERS,
    LEADERSHIP,
    OVERSEERS,
    can_see_case,
    clearance,
    has_role,
    is_behind_wall,
    reads_every_paper,
    seers_of_confined,
)
from workflow_app.services.accounts import users
from workflow_app.services.core import unit_of_work
from workflow_app.services.core.unit_of_work import UnitOfWork
from workflow_app.services.office_settings import configuration

_IS_OVER_AT = func.coalesce(Task.done_at, Task.created_at)
_ID = bindparam("case_id", type_=Uuid())
_LAST = (
    select(func.max(_IS_OVER_AT))
    .where(Task.case_id == _ID)
    .group_by(Task.element, Task.role, Task.status)
)
_TASKS = (
    select(
        Task,
        exists().where(Incident.case_id == _ID, Incident.resolved_at.is_(None)),
        select(func.array_agg(CaseWall.user_id)).where(CaseWall.case_id == _ID).scalar_subquery(),
    )
    .select_from(Case)
    .outerjoin(Task, (Task.case_id == Case.id) & or_(Task.status == "open", _IS_OVER_AT.in_(_LAST)))
    .where(Case.id == _ID)
    .order_by(Task.created_at, Task.id)
    .execution_options(populate_existing=True)
)
"""Built once: every completion asks it, and an expression takes as long to build as to run."""


def of_case(work: UnitOfWork, case_id: UUID) -> list[Task]:
    """Every open task, and of the others the last of each element, role and status; oldest first.

    The same question tells whether an incident is open.
    """
    tasks: list[Task] = _known(work, case_id)["tasks"]
    return tasks


def open_of_case(work: UnitOfWork, case_id: UUID) -> list[Task]:
    """The tasks that wait for a person."""
    return [task for task in of_case(work, case_id) if task.status == "open"]


def roles_of_case(work: UnitOfWork, case_id: UUID) -> set[str]:
    """The roles that have, had or may take a task of the case."""
    return {task.role for task in of_case(work, case_id)}


def users_walled_off(work: UnitOfWork, case_id: UUID) -> frozenset[UUID]:
    """The members who do not see the case (R79)."""
    members: frozenset[UUID] = _known(work, case_id)["walled_off"]
    return members


def wall_off(work: UnitOfWork, case_id: UUID, user_ids: Iterable[UUID]) -> None:
    """These members do not see the case any more; their walls have just been written."""
    known = _known(work, case_id)
    known["walled_off"] = known["walled_off"].union(user_ids)


def of_id(work: UnitOfWork, case_id: UUID, task_id: UUID) -> Task:
    """One task of the case, whichever round it belongs to."""
    known = next((task for task in of_case(work, case_id) if task.id == task_id), None)
    return known or work.session.get_one(Task, task_id, populate_existing=True)


def find(work: UnitOfWork, task_id: UUID) -> Task | None:
    """The task, if the actor was found to see its case and its tasks are loaded."""
    known = (
        unit_of_work.of_case(work, case_id).get("tasks", ())
        for case_id in unit_of_work.for_actor(work)
    )
    return next((task for tasks in known for task in tasks if task.id == task_id), None)


def add(work: UnitOfWork, task: Task) -> None:
    """A new task of a case whose tasks are loaded."""
    of_case(work, task.case_id).append(task)
    work.session.add(task)


def _known(work: UnitOfWork, case_id: UUID) -> dict[str, Any]:
    known = unit_of_work.of_case(work, case_id)
    if "tasks" not in known:
        rows = work.session.execute(_TASKS, {"case_id": case_id}).all()
        known["tasks"] = [task for task, _, _ in rows if task is not None]
        known["has_incidents"] = any(is_open for _, is_open, _ in rows)
        known["walled_off"] = frozenset(rows[0][2] or ()) if rows else frozenset()
    return known


MOST = 400
"""So many conditions of a kind are kept: more than the people of an office need, and no more memory
than a few pages take.
"""
LEADERSHIP_SEES = "propam.pimpinan_melihat"
RECEIVERS_READ = "serah_terima.penerima_membaca"


@dataclass(frozen=True)
class Sight:
    """Whose sight a condition is about, with what the office's configuration says of it."""

    actor: Actor
    sees_confined: bool
    """Sees confined cases whatever role they are confined to."""
    reads_in_hand: bool
    """Reads the papers of what his function has in hand. Not asked of those who read every paper.
    """


def of(work: UnitOfWork) -> Sight:
    """The actor's."""
    actor = work.actor
    return Sight(actor, sees_confined(work), not reads_every_paper(actor) and receivers_read(work))


def keep(work: UnitOfWork) -> None:
    """For the rest of this unit of work the actor sees the cases he sees now, whatever is tried in
    it (previews, R79).
    """
    work.session.info["sight", work.actor] = leadership_sees(work)


def sees_confined(work: UnitOfWork) -> bool:
    """True for who sees confined cases whatever role they are confined to."""
    return has_role(work.actor, CONFINED_OVERSEERS) or leadership_sees(work)


def leadership_sees(work: UnitOfWork) -> bool:
    """Does the actor see confined cases as the leadership does? Asked of the configuration only for
    those whom it is about.
    """
    kept: bool | None = work.session.info.get(("sight", work.actor))
    if kept is not None or not has_role(work.actor, LEADERSHIP):
        return bool(kept)
    return bool(configuration.value(work, LEADERSHIP_SEES))


def receivers_read(work: UnitOfWork) -> bool:
    """Does who has a case in hand read its papers?"""
    return bool(configuration.value(work, RECEIVERS_READ))


_CASE = select(Case).where(Case.id == bindparam("case_id"))
_CASE_OF_TASK = (
    select(Case).join(Task, Task.case_id == Case.id).where(Task.id == bindparam("task_id"))
)


def _locking(query: Select[Case], *, nowait: bool = False) -> Select[Case]:
    """The query with a lock: FOR NO KEY UPDATE, so that rows that refer to the case (events) may be
    written beside it, else who holds the head of the audit chain would wait for us while we wait
    for the head.
    """
    locking = query.with_for_update(key_share=True, of=Case, nowait=nowait)
    return locking.execution_options(populate_existing=True)


_LOCKED = _locking(_CASE)
_AT_ONCE = _locking(_CASE, nowait=True)
_TASK_LOCKED = (
    _CASE_OF_TASK.add_columns(AuditChain)
    .join(AuditChain, AuditChain.name == unit_of_work.chain_of(Case.id))
    .with_for_update(key_share=True, of=(Case, AuditChain))
    .execution_options(populate_existing=True)
)
"""Who acts on a task is quick and records what he did: the head of the chain is locked behind the
case, in one question. Who holds a case for longer (papers are made) lets others record that they
read it.
"""


def lock_case(work: UnitOfWork, case_id: UUID) -> Case:
    """The case row, locked until commit. Waits as long as the connection allows
    (`connections.LOCK_SECONDS`); raises `Busy` (through the unit of work) or `NotFound`.
    """
    case = _locked(work, _LOCKED, case_id)
    users.check(work)
    return case


def lock_beside(work: UnitOfWork, case_id: UUID) -> Case:
    """One more case, for who holds one already. Locks are waited for in the order of their ids
    only, so that two who do this never wait for each other: out of order a case is free at once, or
    the unit of work fails as `Busy`.
    """
    held = unit_of_work.locked(work)
    if case_id in held:
        return work.session.get_one(Case, case_id)
    return _locked(work, _LOCKED if not held or case_id > max(held) else _AT_ONCE, case_id)


def visible_case(work: UnitOfWork, case_id: UUID, *, lock: bool = False) -> Case:
    """The case, if the actor may see it; raises `NotFound` otherwise."""
    seen = unit_of_work.for_actor(work)
    if case_id not in seen or (lock and case_id not in unit_of_work.locked(work)):
        seen[case_id] = _checked(work, lock_case(work, case_id) if lock else _case(work, case_id))
    case: Case = seen[case_id]
    return case


def visible_task(work: UnitOfWork, task_id: UUID, *, lock: bool = False) -> Task:
    """The task, if the actor may see its case; with `lock` the case is locked, and the task is as
    it is then.
    """
    task = find(work, task_id)
    if task is not None and (not lock or task.case_id in unit_of_work.locked(work)):
        visible_case(work, task.case_id)
        return task
    case = _checked(work, _case_of_task(work, task_id, lock=lock))
    unit_of_work.for_actor(work)[case.id] = case
    return of_id(work, case.id, task_id)


def _case(work: UnitOfWork, case_id: UUID) -> Case:
    case = work.session.scalars(_CASE, {"case_id": case_id}).first()
    if case is None:
        raise NotFound()
    return case


def _locked(work: UnitOfWork, query: Select[Case], case_id: UUID) -> Case:
    """The case, ours until commit and read anew. Nothing that is still to be written may be read
    over.
    """
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
    unit_of_work.take_head(work, head)
    users.check(work)
    return _held(work, case)


def _held(work: UnitOfWork, case: Case) -> Case:
    """The case has just been locked: nothing that was read before counts any more."""
    unit_of_work.locked(work).add(case.id)
    unit_of_work.forget(work, case.id)
    return case


def still_sees(work: UnitOfWork, case: Case) -> bool:
    """Does the actor see this case after what was just done to it? Its tasks and walls are in
    memory.
    """
    return can_see_case(
        work.actor,
        unit=case.unit,
        started_by=case.opened_by,
        task_roles=roles_of_case(work, case.id),
        walled_off=users_walled_off(work, case.id),
        only=_seers(work, case),
    )


def is_seen_by_role(work: UnitOfWork, case: Case, role: str) -> bool:
    """Would who holds this role see the case, as far as it is confined? The configuration is asked:
    nobody acts here.
    """
    if case.confined_to is None:
        return True
    leadership_sees = bool(configuration.value(work, LEADERSHIP_SEES))
    return role in seers_of_confined(case.confined_to, leadership_sees=leadership_sees)


def check_minds(work: UnitOfWork, case: Case) -> None:
    """Raise `NotFound` unless the actor minds the failed steps of this case: who sees it, and an
    admin.
    """
    walled_off = users_walled_off(work, case.id)
    if has_role(work.actor, CASE_MINDERS) and work.actor.unit == case.unit:
        if is_behind_wall(work.actor, walled_off=walled_off, only=_seers(work, case)):
            raise NotFound()
    else:
        _checked(work, case)


def sees_case(work: UnitOfWork) -> ColumnElement[bool]:
    """The same rule as `can_see_case` as a condition on `Case`, for lists and searches."""
    return sees_case_of(of(work))


@lru_cache(maxsize=MOST)
def sees_case_of(sight: Sight) -> ColumnElement[bool]:
    """The same of a sight."""
    return _reaches(sight.actor, not_behind_wall_of(sight, Case.id))


def sees_of_many(work: UnitOfWork) -> ColumnElement[bool]:
    """The same as `sees_case`, for figures of very many cases: the walls are joined, and the
    database knows how few they are.
    """
    walled = select(CaseWall.case_id).where(
        CaseWall.case_id == Case.id, CaseWall.user_id == work.actor.user_id
    )
    open_to = ~walled.exists()
    if not sees_confined(work):
        open_to &= or_(Case.confined_to.is_(None), Case.confined_to.in_(work.actor.roles))
    return _reaches(work.actor, open_to)


def _reaches(actor: Actor, open_to: ColumnElement[bool]) -> ColumnElement[bool]:
    reachable = (Case.unit == actor.unit) & open_to
    if has_role(actor, OVERSEERS):
        return reachable
    worked_on = select(Task.id).where(Task.case_id == Case.id, Task.role.in_(actor.roles)).exists()
    return reachable & or_(
        Case.opened_by == actor.user_id, worked_on, Case.confined_to.in_(actor.roles)
    )


def minds_case(work: UnitOfWork) -> ColumnElement[bool]:
    """The same rule as `check_minds` as a condition on `Case`."""
    if has_role(work.actor, CASE_MINDERS):
        return (Case.unit == work.actor.unit) & not_behind_wall(work, Case.id)
    return sees_case(work)


def not_behind_wall(
    work: UnitOfWork, case_id: ColumnElement[UUID] | Mapped[UUID]
) -> ColumnElement[bool]:
    """No wall stands between the actor and the case with this id: `is_behind_wall` as a
    condition.
    """
    return not_behind_wall_of(of(work), case_id)


def not_behind_wall_of(
    sight: Sight, case_id: ColumnElement[UUID] | Mapped[UUID]
) -> ColumnElement[bool]:
    """The same of a sight. What is hidden from one person is little and is gathered once per
    statement, so that a list still reads its index in order.
    """
    return case_id.not_in(_hidden(sight))


def kept_from_nobody(work: UnitOfWork) -> ColumnElement[bool]:
    """`Case`s of the unit of which everybody there may know: not confined, and before which no wall
    stands.
    """
    walled = select(CaseWall.case_id)
    return (Case.unit == work.actor.unit) & Case.confined_to.is_(None) & Case.id.not_in(walled)


def hidden(work: UnitOfWork) -> SelectBase:
    """Ids of the cases before which a wall stands for the actor: what figures of all cases have to
    leave out.
    """
    return _hidden(of(work))


def _hidden(sight: Sight) -> SelectBase:
    actor = sight.actor
    walled = select(CaseWall.case_id).where(CaseWall.user_id == actor.user_id)
    if sight.sees_confined:
        return walled
    confined = select(Case.id).where(
        Case.confined_to.is_not(None), Case.confined_to.not_in(actor.roles)
    )
    return union_all(walled, confined)


def _checked(work: UnitOfWork, case: Case) -> Case:
    if not still_sees(work, case):
        raise NotFound()
    return case


def _seers(work: UnitOfWork, case: Case) -> frozenset[str] | None:
    """The roles that see a confined case; None when it is not confined."""
    if case.confined_to is None:
        return None
    return seers_of_confined(case.confined_to, leadership_sees=leadership_sees(work))


def is_cleared(work: UnitOfWork) -> ColumnElement[bool]:
    """The actor may know of this `Document` as far as its level goes; his right to its case is
    asked besides.
    """
    return Document.level <= clearance(work.actor)


def is_cleared_of(sight: Sight) -> ColumnElement[bool]:
    """The same of a sight."""
    return Document.level <= clearance(sight.actor)


def may_be_told(work: UnitOfWork, case: Case) -> ColumnElement[bool]:
    """This `AuditEvent` of the case is not about a paper beyond the actor's clearance: events name
    papers.
    """
    hidden = (
        select(cast(Document.id, String))
        .join(CaseDocument, CaseDocument.document_id == Document.id)
        .where(CaseDocument.case_id == case.id, ~is_cleared(work))
    )
    about = AuditEvent.details["document_id"].astext
    return or_(about.is_(None), about.not_in(hidden))
