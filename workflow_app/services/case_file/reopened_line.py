"""Cases that are one matter because one took up another after its end (R8): what is kept from somebody in one is kept in all."""

from collections.abc import Iterator
from uuid import UUID

from sqlalchemy import select

from workflow_app.models.case import Case
from workflow_app.models.kinship import CaseKinship
from workflow_app.services.case_file import access
from workflow_app.services.ground.unit_of_work import UnitOfWork

REOPENED = "Dibuka kembali"
"""Why a case continues one of its own kind that had ended."""


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
