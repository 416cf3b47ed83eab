"""Cases that are one matter because one took up another after its end (R8): what is kept from somebody in one is kept in all."""

from collections.abc import Iterator
from uuid import UUID

from sqlalchemy import select, text

from workflow_app.models.case import Case
from workflow_app.models.kinship import CaseKinship
from workflow_app.services.case_file import access
from workflow_app.services.ground.unit_of_work import UnitOfWork

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
    select distinct on (c.id) c.id, reached.role from reached join service_case c on c.id = reached.case_id
    where c.confined_to is null and c.closed_at < reached.since order by c.id, reached.since
""")


def lacking_walls(work: UnitOfWork) -> dict[UUID, set[UUID]]:
    """By case the members who see it although they are kept out of one that it takes up or continues, or that took it up."""
    found: dict[UUID, set[UUID]] = {}
    for case_id, user_id in work.session.execute(_LACKING_WALLS, {"reopened": REOPENED}):
        found.setdefault(case_id, set()).add(user_id)
    return found


def lacking_confinements(work: UnitOfWork) -> dict[UUID, str]:
    """By case the role that alone may see it: one of the same line was confined to that after this had ended."""
    return {row.id: row.role for row in work.session.execute(_LACKING_CONFINEMENTS, {"reopened": REOPENED})}


def lock_line(work: UnitOfWork, case: Case) -> list[Case]:
    """The cases that this one took up, and all that took up one of them or this; locked, in the order of their ids. The caller
    has locked `case`.
    """
    return _lock_all(work, case, any_reason=False)


def lock_descendants(work: UnitOfWork, case: Case) -> list[Case]:
    """The same, and whatever else continues any of them, for whatever reason."""
    return _lock_all(work, case, any_reason=True)


def _lock_all(work: UnitOfWork, case: Case, *, any_reason: bool) -> list[Case]:
    """Who waited for a case may find that it has been taken up meanwhile, so it is asked until nobody is missing. A case that
    is locked begins no other.
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
