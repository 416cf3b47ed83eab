"""Taking a case up again after its end: a new case of the same process continues it, with a written reason (R8, R32).

What ended stays as it ended, with its trail and its letters; nothing is written into it any more but that it goes on.
"""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from workflow_app.engine import forms
from workflow_app.errors import Conflict, InvalidInput
from workflow_app.models.case import Case
from workflow_app.models.kinship import CaseKinship
from workflow_app.permissions import LEADS, check_role, has_role
from workflow_app.services import access, kinship, remarks, steps
from workflow_app.services.processes import definition_of
from workflow_app.services.unit_of_work import UnitOfWork

REMARK = "pembukaan_kembali"
REASON = "Dibuka kembali"
SHORTEST_REASON = 10
LONGEST_REASON = 2000
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
    may = has_role(work.actor, LEADS) and _has_ended(case) and _going_on(work, case) is None
    return Reopening(may, reason)


def reopen(work: UnitOfWork, case_id: UUID, reason: str) -> UUID:
    """Begin a case that takes this one up; returns it. The same words of the same person again answer with the same case.

    The reason is sealed with the new case. Raises `NotFound`, `Forbidden`, `InvalidInput`, `Conflict`.
    """
    case = access.visible_case(work, case_id, lock=True)
    check_role(work.actor, LEADS)
    if len(reason.strip()) < SHORTEST_REASON:
        raise InvalidInput(fields={"reason": "Tulis alasan membuka kembali, paling sedikit sepuluh huruf."})
    if fault := forms.judge_text(reason, LONGEST_REASON):
        raise InvalidInput(fields={"reason": fault})
    if not definition_of(work, case.definition_id).is_reopenable or not _has_ended(case):
        raise Conflict("Berkas ini tidak dapat dibuka kembali.")
    going_on = _going_on(work, case)
    if going_on is not None:
        if remarks.is_repeated(work, going_on, REMARK, reason):
            return going_on.id
        raise Conflict(
            "Berkas ini sudah dibuka kembali dan lanjutannya masih berjalan. Lihat Berkas terkait."
        )
    opened = kinship.open_child(work, case, "", case.process_key, REASON)
    remarks.keep(work, opened.case, REMARK, reason)
    steps.settle(work, opened.case, opened.run)
    return opened.case.id


def _has_ended(case: Case) -> bool:
    """It came to an outcome, and not behind a wall: what only Propam sees is not taken up at the counter."""
    return case.closed_at is not None and case.outcome not in ENDED_FOR_GOOD and case.confined_to is None


def _going_on(work: UnitOfWork, case: Case) -> Case | None:
    """The case that takes this one up and has not ended."""
    query = (
        select(Case)
        .join(CaseKinship, CaseKinship.child_id == Case.id)
        .where(CaseKinship.parent_id == case.id, CaseKinship.reason == REASON, Case.closed_at.is_(None))
    )
    return work.session.scalars(query).first()
