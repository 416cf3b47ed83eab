"""A member loses roles or leaves: his tasks go back to the queues, case by case.

What such a change would do is counted before it is made.
"""

from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select, union

from workflow_app.domain import SYSTEM, Actor
from workflow_app.models import (
    Absence,
    DutyMember,
    DutyPeriod,
    Incident,
    Task,
    User,
    UserSession,
)
from workflow_app.services.accounts import members
from workflow_app.services.accounts.role_changes import Change
from workflow_app.services.cases import access, incidents, task_rights
from workflow_app.services.core import unit_of_work
from workflow_app.services.core.jobs import COUNTER, SOON, Running, job
from workflow_app.services.core.unit_of_work import UnitOfWork, Works
from workflow_app.services.office_settings import configuration
from workflow_app.services.roster import duty


@dataclass(frozen=True)
class Prospect:
    """What a change of roles does, counted now."""

    tasks: int
    """Open tasks that go back to the queue, of cases that the actor may know of."""
    sessions: int
    """Sessions of the member that end."""
    shifts: int
    """Periods of the duty roster, now and to come, in which he is entered and cannot serve any
    more.
    """
    substitutions: int
    """Absences, now and to come, in which he stands in for somebody or is stood in for."""
    signs: tuple[str, ...]
    """Letters that are signed in his name, by their configuration."""


def prospect(work: UnitOfWork, change: Change) -> Prospect:
    """What the change would do. Nothing is written."""
    user, now = change.user, work.clock()
    shifts = (
        select(DutyPeriod.id)
        .join(DutyMember, DutyMember.period_id == DutyPeriod.id)
        .where(
            DutyMember.user_id == user.id,
            DutyPeriod.ends_at > max(now, change.valid_from),
            DutyPeriod.function.in_(change.lost),
        )
    )
    absences = select(Absence.id).where(
        (Absence.user_id == user.id) | (Absence.substitute_id == user.id),
        Absence.ends_at > max(now, change.valid_from),
        duty.not_ended(now),
    )
    known = access.not_behind_wall(work, Task.case_id)
    tasks = select(Task.id).where(_held(user.id), Task.role.in_(change.lost), known)
    return Prospect(
        tasks=_count(work, tasks),
        sessions=sessions_of(work, user),
        shifts=_count(work, shifts),
        substitutions=_count(work, absences),
        signs=_signs(work, user),
    )


def prospect_of_lock(work: UnitOfWork, user_id: UUID) -> Prospect:
    """What closing the account would do: he can do nothing any more. Nothing is written; raises as
    `staff.lock` does.
    """
    user = members.closable(work, user_id)
    held = tuple(sorted(role.role for role in user.roles))
    return prospect(work, Change(user, held, (), user.unit, work.clock()))


def sessions_of(work: UnitOfWork, user: User) -> int:
    """How many sessions of a member end when his password or his roles change."""
    sessions = select(UserSession.id).where(
        UserSession.user_id == user.id,
        UserSession.ended_at.is_(None),
        UserSession.epoch == user.session_epoch,
    )
    return _count(work, sessions)


def release_left(works: Works, user_id: UUID) -> int:
    """Give back what a member still holds in roles that are not his any more; returns how many
    tasks. Again, it finds none.

    Each case in a transaction of its own. Under its lock it is looked again whether he may hold the
    task.
    """
    return sum(_release(works, case_id, user_id) for case_id in _cases_of(works, user_id))


def _release(works: Works, case_id: UUID, user_id: UUID) -> int:
    with works.begin(SYSTEM) as work:
        case = access.lock_case(work, case_id)
        user = work.session.get_one(User, user_id, populate_existing=True)
        roles = frozenset(held.role for held in user.roles) if user.is_active else frozenset[str]()
        member = replace(work, actor=Actor(user.id, user.full_name, roles, user.unit))
        left = [
            task
            for task in access.open_of_case(work, case_id)
            if task.assignee_id == user_id and not task_rights.may_work(member, case, task)
        ]
        for task in left:
            task.assignee_id = None
            unit_of_work.record_case(
                work, case_id, "task.released", task.element, name=task.name, task=str(task.id)
            )
        incidents.resolve(work, case, user_id)
        return len(left)


def leave_held(works: Works, error: Exception, user_id: UUID) -> None:
    """Give the release up: each case in which he still holds a task becomes an incident."""
    for case_id in _cases_of(works, user_id):
        with works.begin(SYSTEM) as work:
            incidents.record(work, case_id, "release", user_id, "", error)


@job(
    "release_left",
    label="Mengembalikan tugas anggota yang berganti peran",
    queue=COUNTER,
    retry=SOON,
    on_give_up=leave_held,
    incident="release",
)
def release_left_job(running: Running, user_id: UUID) -> None:
    """Give back the tasks of one member."""
    release_left(running.works, user_id)


def _cases_of(works: Works, user_id: UUID) -> list[UUID]:
    """Return the cases in which a member holds open tasks, or in which giving one back failed."""
    failed = (
        (Incident.operation == "release")
        & (Incident.task_id == user_id)
        & Incident.resolved_at.is_(None)
    )
    query = union(
        select(Task.case_id).where(_held(user_id)), select(Incident.case_id).where(failed)
    )
    with works.begin(SYSTEM) as work:
        return sorted(work.session.scalars(query))


def _held(user_id: UUID) -> ColumnElement[bool]:
    return (Task.assignee_id == user_id) & (Task.status == "open")


def _count(work: UnitOfWork, query: Select[UUID]) -> int:
    return work.session.scalar(select(func.count()).select_from(query.subquery())) or 0


def _signs(work: UnitOfWork, user: User) -> tuple[str, ...]:
    """By the name: an account and a signatory are not tied otherwise."""
    entries = (
        entry for entry in configuration.list_values(work) if entry.key.startswith("penandatangan.")
    )
    return tuple(
        entry.key.removeprefix("penandatangan.").replace("_", " ")
        for entry in entries
        if entry.value["nama"].strip().lower() == user.full_name.strip().lower()
    )
