"""Walls before a case: whom its answers name loses sight of it, and a case against members is confined to who handles it (R79).

Both happen inside the step of the process, under the lock of the case: who waited for that lock finds the wall. What is one
matter with the case because it was taken up again is hidden alike, in the same transaction and under its own lock.
"""

from collections.abc import Iterable, Set
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from workflow_app.errors import ProcessFault
from workflow_app.models.case import Case
from workflow_app.models.user import UserRole
from workflow_app.models.wall import CaseWall
from workflow_app.roles import ROLES
from workflow_app.services.case_file import access, answers, case_tasks, reopened_line
from workflow_app.services.ground import audit, memory
from workflow_app.services.ground.unit_of_work import UnitOfWork
from workflow_app.services.office.configuration import role_label

INHERITED = "berkas_asal"
"""Why a wall stands that was raised in the case which this one continues."""
RELATED = "berkas_terkait"
"""Why a wall stands that was raised in a case of the same matter after this one had begun."""
TOLD = "berkas_yang_disebut"
"""Why a wall stands that was raised in a case whose papers this one names."""
SERVED = "melayani_asal"
"""Why a wall stands before who served in the case that begot this one, which is about that service."""


def raise_walls(work: UnitOfWork, case: Case, element: str, source: str, field: str) -> None:
    """Keep out whom `field` of the newest answers of `source` names. Their open tasks go back to the queue first.

    The event says how many walls were raised, not whom they keep out.
    """
    found = answers.newest(work, case.id, [source])
    named = answers.unsealed(work, case, found.values()).get(source, {}).get(field)
    members = {UUID(str(member)) for member in named} if isinstance(named, list) else set()
    _keep_out(work, case, element, members - case_tasks.walled_off(work, case.id), f"{source}.{field}")
    for relative in reopened_line.lock_descendants(work, case) if members else ():
        _keep_out(work, relative, "", members - case_tasks.walled_off(work, relative.id), RELATED)


def inherit(work: UnitOfWork, parent: Case, child: Case) -> None:
    """A case that continues another is hidden from whom that is hidden, from its first instant: both are one transaction."""
    _keep_out(work, child, "", case_tasks.walled_off(work, parent.id), INHERITED)
    if parent.confined_to is not None:
        _confine(work, child, "", parent.confined_to)


def stand_alike(work: UnitOfWork, case: Case, others: Iterable[UUID]) -> None:
    """Keep out of a locked case whom these cases keep out: it tells of them."""
    members = {member for other in others for member in case_tasks.walled_off(work, other)}
    _keep_out(work, case, "", members - case_tasks.walled_off(work, case.id), TOLD)


def keep_out_who_served(work: UnitOfWork, child: Case, served: Iterable[UUID | None]) -> None:
    """A case about how somebody was served begins behind a wall for those who served him, whatever other roles they have."""
    members = {member for member in served if member is not None}
    _keep_out(work, child, "", members - case_tasks.walled_off(work, child.id), SERVED)


def confine(work: UnitOfWork, case: Case, element: str, role: str) -> None:
    """From now on only `role` sees the case, beside those who watch over confined cases; and what ended of the same matter.

    One that still runs would wait for people who do not see it, so it stays with them.
    """
    if role not in ROLES:
        raise ProcessFault(element, f"{role} is no role")
    if case.confined_to == role:
        return
    _confine(work, case, element, role)
    for relative in reopened_line.lock_line(work, case):
        if relative.closed_at is not None and relative.confined_to is None:
            _confine(work, relative, "", role)


def _confine(work: UnitOfWork, case: Case, element: str, role: str) -> None:
    case.confined_to = role
    memory.lose_sight(work, case.id)
    audit.record_case(work, case.id, "case.confined", element, role=role, label=role_label(work, role))


def complete_lines(work: UnitOfWork) -> int:
    """Raise in every case what the others of its matter have and it lacks; returns in how many. Nothing lacks a second time.

    What was raised before it reached the cases of the same matter is carried to them like this.
    """
    named, confined = reopened_line.lacking_walls(work), reopened_line.lacking_confinements(work)
    for case_id in sorted(named.keys() | confined.keys()):
        case = access.lock_case(work, case_id)
        _keep_out(work, case, "", named.get(case_id, set()) - case_tasks.walled_off(work, case_id), RELATED)
        if case_id in confined and case.confined_to is None:
            _confine(work, case, "", confined[case_id])
    return len(named.keys() | confined.keys())


def may_hear_of(work: UnitOfWork, case: Case, role: str) -> bool:
    """May the office of a role be told of the case? Not where it would not see it, nor where one of the role is kept out:
    an address of the office is read by all of them.
    """
    if not access.is_seen_by_role(work, case, role):
        return False
    kept_out = case_tasks.walled_off(work, case.id)
    held = select(UserRole.role).where(UserRole.user_id.in_(kept_out), UserRole.role == role)
    return not kept_out or work.session.scalars(held.limit(1)).first() is None


def check_reachable(case: Case, open_tasks: Iterable[tuple[str, str]]) -> None:
    """Raise `ProcessFault` when a confined case waits at an element (first) for a role (second) that does not see it."""
    for element, role in open_tasks:
        if case.confined_to not in (None, role):
            raise ProcessFault(element, f"{role} does not see a case that is confined to {case.confined_to}")


def keeps_out(work: UnitOfWork, case_id: UUID, user_id: UUID | None) -> bool:
    """Is this member kept out of the case?"""
    return user_id in case_tasks.walled_off(work, case_id)


def tells_end_of_sight(work: UnitOfWork, case: Case) -> str:
    """A sentence for who has just lost sight of the case by an own step; empty for everybody else."""
    if access.still_sees(work, case):
        return ""
    return "Berkas ini sekarang hanya dapat dilihat oleh yang menanganinya, jadi tidak tampil lagi di daftar Anda."


def _keep_out(work: UnitOfWork, case: Case, element: str, members: Set[UUID], reason: str) -> None:
    if not members:
        return
    now = work.clock()
    rows = [
        {"case_id": case.id, "user_id": member, "since": now, "reason_key": reason}
        for member in sorted(members)
    ]
    work.session.execute(insert(CaseWall), rows)
    case_tasks.wall_off(work, case.id, members)
    _release(work, case, members)
    memory.lose_sight(work, case.id)
    audit.record_case(work, case.id, "wall.raised", element, members=len(members))


def _release(work: UnitOfWork, case: Case, members: Set[UUID]) -> None:
    for task in case_tasks.open_of_case(work, case.id):
        if task.assignee_id in members:
            task.assignee_id = None
            audit.record_case(work, case.id, "task.released", task.element, name=task.name, task=str(task.id))
