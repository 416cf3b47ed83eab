"""Taking a case up again after its end: a new case of the same process continues it, with a written reason (R8, R32).

What ended stays as it ended, with its trail and its letters; nothing is written into it any more but that it goes on.
"""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from workflow_app.errors import Conflict
from workflow_app.models.case import Case
from workflow_app.models.kinship import CaseKinship
from workflow_app.permissions import check_lead, is_lead
from workflow_app.services.case_file import access, kinship, remarks
from workflow_app.services.ground.unit_of_work import UnitOfWork
from workflow_app.services.running import steps
from workflow_app.services.sop.processes import current, definition_of
from workflow_app.types import Variables

REMARK = "pembukaan_kembali"
REASON = kinship.REOPENED
ENDED_FOR_GOOD = frozenset({"dibatalkan"})
"""A case begun by mistake; there is nothing to take up."""


@dataclass(frozen=True)
class Reopening:
    """What the page of a case says about taking it up again."""

    is_possible: bool
    """The actor may take this one up."""
    reason: str | None
    """Why this one took another up; None for all others."""


def of_case(work: UnitOfWork, case: Case) -> Reopening:
    """For a case that the actor may see."""
    if not definition_of(work, case.definition_id).is_reopenable:
        return Reopening(False, None)
    remark = remarks.find(work, case, REMARK)
    reason = remarks.opened(work, case, remark) if remark is not None else None
    may = is_lead(work.actor, case.confined_to) and _is_open_to_it(work, case)
    may = may and _going_on(work, case) is None
    return Reopening(may, reason)


def reopen(work: UnitOfWork, case_id: UUID, reason: str) -> UUID:
    """Begin a case that takes this one up; returns it. The same words of the same person again answer with the same case.

    What is confined is taken up by its own role, and the new case is confined and walled off in the same transaction.
    The reason is sealed with the new case. Raises `NotFound`, `Forbidden`, `InvalidInput`, `Conflict`.
    """
    case = access.visible_case(work, case_id, lock=True)
    check_lead(work.actor, case.confined_to)
    remarks.check(reason, "Tulis alasan membuka kembali, paling sedikit sepuluh huruf.")
    if not _is_open_to_it(work, case):
        raise Conflict("Berkas ini tidak dapat dibuka kembali.")
    going_on = _going_on(work, case)
    if going_on is not None:
        if remarks.is_repeated(work, going_on, REMARK, reason):
            return going_on.id
        raise Conflict(
            "Berkas ini sudah dibuka kembali dan lanjutannya masih berjalan. Lihat Berkas terkait."
        )
    begins_with: Variables = {} if case.confined_to is None else {_flag(work, case): True}
    opened = kinship.open_child(work, case, "", case.process_key, REASON, begins_with)
    remarks.keep(work, opened.case, REMARK, reason)
    steps.settle(work, opened.case, opened.run)
    return opened.case.id


def _is_open_to_it(work: UnitOfWork, case: Case) -> bool:
    """It came to an outcome, and its process says how it is taken up, also where only one role sees it."""
    if case.closed_at is None or case.outcome in ENDED_FOR_GOOD:
        return False
    if case.confined_to is None:
        return definition_of(work, case.definition_id).is_reopenable
    return bool(_flag(work, case))


def _flag(work: UnitOfWork, case: Case) -> str:
    """What the new case begins with, under the version that it will run under, so that its first step is that role's."""
    return definition_of(work, current(work, case.process_key).id).reopens_confined


def _going_on(work: UnitOfWork, case: Case) -> Case | None:
    """The case that takes this one up and has not ended."""
    query = (
        select(Case)
        .join(CaseKinship, CaseKinship.child_id == Case.id)
        .where(CaseKinship.parent_id == case.id, CaseKinship.reason == REASON, Case.closed_at.is_(None))
    )
    return work.session.scalars(query).first()
