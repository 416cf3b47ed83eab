"""Walls before a case: whom its answers name loses sight of it, and a case against members is
confined to who handles it (R79).

Both happen inside the step of the process, under the lock of the case: who waited for that lock
finds the wall. What is one matter with the case because it was taken up again is hidden alike, in
the same transaction and under its own lock.

Cases that are one matter because one took up another after its end (R8): what is kept from somebody
in one is kept in all.
"""

from collections.abc import Iterable, Iterator, Set
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert

from workflow_app.domain import ProcessFault
from workflow_app.models import Case, CaseKinship, CaseWall, UserRole
from workflow_app.permissions import ROLES
from workflow_app.services.cases import access, answers
from workflow_app.services.core import unit_of_work
from workflow_app.services.core.unit_of_work import UnitOfWork
from workflow_app.services.office_settings.configuration import role_label

REOPENED = "Dibuka kembali"
"""Why a case continues one of its own kind that had ended."""


_LACKING_WALLS = text("""
    with recursive beside (case_id, other_id) as (
        select parent_id, child_id from case_kinship
        union all
        select child_id, parent_id from case_kinship where reason = :reopened
    ),
    reached (case_id, user_id) as (
        select case_id, user_id from case_wall
        union
        select beside.other_id, reached.user_id from reached join beside using (case_id)
    )
    select case_id, user_id from reached except select case_id, user_id from case_wall
""")

_LACKING_CONFINEMENTS = text("""
    with recursive beside (case_id, other_id) as (
        select parent_id, child_id from case_kinship where reason = :reopened
        union all
        select child_id, parent_id from case_kinship where reason = :reopened
    ),
    reached (case_id, role, since) as (
        select c.id, c.confined_to, max(e.at) from service_case c
        join audit_event e on e.case_id = c.id and e.action = 'case.confined'
        where c.confined_to is not null group by c.id
        union
        select beside.other_id, reached.role, reached.since from reached join beside using (case_id)
    )
    select distinct on (c.id) c.id, reached.role from reached join service_case c on c.id =
        reached.case_id
    where c.confined_to is null and c.closed_at < reached.since order by c.id, reached.since
""")


def lacking_walls(work: UnitOfWork) -> dict[UUID, set[UUID]]:
    """By case the members who see it although they are kept out of one that it takes up or
    continues, or that took it up.
    """
    found: dict[UUID, set[UUID]] = {}
    for case_id, user_id in work.session.execute(_LACKING_WALLS, {"reopened": REOPENED}):
        found.setdefault(case_id, set()).add(user_id)
    return found


def lacking_confinements(work: UnitOfWork) -> dict[UUID, str]:
    """By case the role that alone may see it: one of the same line was confined to that after this
    had ended.
    """
    return {
        row.id: row.role
        for row in work.session.execute(_LACKING_CONFINEMENTS, {"reopened": REOPENED})
    }


def lock_line(work: UnitOfWork, case: Case) -> list[Case]:
    """The cases that this one took up, and all that took up one of them or this; locked, in the
    order of their ids. The caller has locked `case`.
    """
    return _lock_all(work, case, any_reason=False)


def lock_descendants(work: UnitOfWork, case: Case) -> list[Case]:
    """The same, and whatever else continues any of them, for whatever reason."""
    return _lock_all(work, case, any_reason=True)


def _lock_all(work: UnitOfWork, case: Case, *, any_reason: bool) -> list[Case]:
    """Who waited for a case may find that it has been taken up meanwhile, so it is asked until
    nobody is missing. A case that is locked begins no other.
    """
    locked: dict[UUID, Case] = {}
    while missing := set(_relatives(work, case.id, any_reason=any_reason)) - locked.keys():
        work.session.flush()  # what was written to them so far is not lost when they are read anew
        locked.update((case_id, access.lock_beside(work, case_id)) for case_id in sorted(missing))
    return [locked[case_id] for case_id in sorted(locked)]


def _relatives(work: UnitOfWork, case_id: UUID, *, any_reason: bool) -> Iterator[UUID]:
    """Up as far as cases took up one another, and down from there."""
    up = select(CaseKinship.child_id.label("id"), CaseKinship.parent_id.label("above")).where(
        CaseKinship.child_id == case_id, CaseKinship.reason == REOPENED
    )
    line = up.cte("line", recursive=True)
    line = line.union(
        select(CaseKinship.child_id, CaseKinship.parent_id)
        .join(line, CaseKinship.child_id == line.c.above)
        .where(CaseKinship.reason == REOPENED)
    )
    ancestors = set(work.session.scalars(select(line.c.above)))
    begin = select(Case.id).where(Case.id.in_({case_id} | ancestors))
    family = begin.cte("family", recursive=True)
    below = select(CaseKinship.child_id).join(family, CaseKinship.parent_id == family.c.id)
    family = family.union(below if any_reason else below.where(CaseKinship.reason == REOPENED))
    return (other for other in work.session.scalars(select(family.c.id)) if other != case_id)


INHERITED = "berkas_asal"
"""Why a wall stands that was raised in the case which this one continues."""
RELATED = "berkas_terkait"
"""Why a wall stands that was raised in a case of the same matter after this one had begun."""
TOLD = "berkas_yang_disebut"
"""Why a wall stands that was raised in a case whose papers this one names."""
SERVED = "melayani_asal"
"""Why a wall stands before who served in the case that begot this one, which is about that service.
"""


def raise_walls(work: UnitOfWork, case: Case, element: str, source: str, field: str) -> None:
    """Keep out whom `field` of the newest answers of `source` names. Their open tasks go back to
    the queue first.

    The event says how many walls were raised, not whom they keep out.
    """
    found = answers.newest(work, case.id, [source])
    named = answers.unsealed(work, case, found.values()).get(source, {}).get(field)
    members = {UUID(str(member)) for member in named} if isinstance(named, list) else set()
    _keep_out(
        work, case, element, members - access.users_walled_off(work, case.id), f"{source}.{field}"
    )
    for relative in lock_descendants(work, case) if members else ():
        _keep_out(work, relative, "", members - access.users_walled_off(work, relative.id), RELATED)


def inherit(work: UnitOfWork, parent: Case, child: Case) -> None:
    """A case that continues another is hidden from whom that is hidden, from its first instant:
    both are one transaction.
    """
    _keep_out(work, child, "", access.users_walled_off(work, parent.id), INHERITED)
    if parent.confined_to is not None:
        _confine(work, child, "", parent.confined_to)


def stand_alike(work: UnitOfWork, case: Case, others: Iterable[UUID]) -> None:
    """Keep out of a locked case whom these cases keep out: it tells of them."""
    members = {member for other in others for member in access.users_walled_off(work, other)}
    _keep_out(work, case, "", members - access.users_walled_off(work, case.id), TOLD)


def keep_out_who_served(work: UnitOfWork, child: Case, served: Iterable[UUID | None]) -> None:
    """A case about how somebody was served begins behind a wall for those who served him, whatever
    other roles they have.
    """
    members = {member for member in served if member is not None}
    _keep_out(work, child, "", members - access.users_walled_off(work, child.id), SERVED)


def confine(work: UnitOfWork, case: Case, element: str, role: str) -> None:
    """From now on only `role` sees the case, beside those who watch over confined cases; and what
    ended of the same matter.

    One that still runs would wait for people who do not see it, so it stays with them.
    """
    if role not in ROLES:
        raise ProcessFault(element, f"{role} is no role")
    if case.confined_to == role:
        return
    _confine(work, case, element, role)
    for relative in lock_line(work, case):
        if relative.closed_at is not None and relative.confined_to is None:
            _confine(work, relative, "", role)


def _confine(work: UnitOfWork, case: Case, element: str, role: str) -> None:
    case.confined_to = role
    unit_of_work.lose_sight(work, case.id)
    unit_of_work.record_case(
        work, case.id, "case.confined", element, role=role, label=role_label(work, role)
    )


def complete_lines(work: UnitOfWork) -> int:
    """Raise in every case what the others of its matter have and it lacks; returns in how many.
    Nothing lacks a second time.

    What was raised before it reached the cases of the same matter is carried to them like this.
    """
    named, confined = lacking_walls(work), lacking_confinements(work)
    for case_id in sorted(named.keys() | confined.keys()):
        case = access.lock_case(work, case_id)
        _keep_out(
            work,
            case,
            "",
            named.get(case_id, set()) - access.users_walled_off(work, case_id),
            RELATED,
        )
        if case_id in confined and case.confined_to is None:
            _confine(work, case, "", confined[case_id])
    return len(named.keys() | confined.keys())


def may_hear_of(work: UnitOfWork, case: Case, role: str) -> bool:
    """May the office of a role be told of the case? Not where it would not see it, nor where one of
    the role is kept out: an address of the office is read by all of them.
    """
    if not access.is_seen_by_role(work, case, role):
        return False
    kept_out = access.users_walled_off(work, case.id)
    held = select(UserRole.role).where(UserRole.user_id.in_(kept_out), UserRole.role == role)
    return not kept_out or work.session.scalars(held.limit(1)).first() is None


def check_reachable(case: Case, open_tasks: Iterable[tuple[str, str]]) -> None:
    """Raise `ProcessFault` when a confined case waits at an element (first) for a role (second)
    that does not see it.
    """
    for element, role in open_tasks:
        if case.confined_to not in (None, role):
            raise ProcessFault(
                element, f"{role} does not see a case that is confined to {case.confined_to}"
            )


def keeps_out(work: UnitOfWork, case_id: UUID, user_id: UUID | None) -> bool:
    """Is this member kept out of the case?"""
    return user_id in access.users_walled_off(work, case_id)


def tells_end_of_sight(work: UnitOfWork, case: Case) -> str:
    """A sentence for who has just lost sight of the case by an own step; empty for everybody
    else.
    """
    if access.still_sees(work, case):
        return ""
    return (
        "Berkas ini sekarang hanya dapat dilihat oleh yang menanganinya, jadi tidak tampil lagi "
        "di daftar Anda."
    )


def _keep_out(work: UnitOfWork, case: Case, element: str, members: Set[UUID], reason: str) -> None:
    if not members:
        return
    now = work.clock()
    rows = [
        {"case_id": case.id, "user_id": member, "since": now, "reason_key": reason}
        for member in sorted(members)
    ]
    work.session.execute(insert(CaseWall), rows)
    access.wall_off(work, case.id, members)
    _release(work, case, members)
    unit_of_work.lose_sight(work, case.id)
    unit_of_work.record_case(work, case.id, "wall.raised", element, members=len(members))


def _release(work: UnitOfWork, case: Case, members: Set[UUID]) -> None:
    for task in access.open_of_case(work, case.id):
        if task.assignee_id in members:
            task.assignee_id = None
            unit_of_work.record_case(
                work, case.id, "task.released", task.element, name=task.name, task=str(task.id)
            )
