"""Written reasons: whether one says enough, and those that belong to a case but to no task. Officers may name people in them,
so they are sealed; events only say that there is one. The caller has checked access.
"""

from uuid import uuid4

from sqlalchemy import select

from workflow_app.engine import forms
from workflow_app.errors import InvalidInput
from workflow_app.models.case import Case, CaseRemark
from workflow_app.services.ground.unit_of_work import UnitOfWork

SHORTEST, LONGEST = 10, 2000
"""Letters of a reason that somebody can read later and understand."""


def fault(words: str, asked: str, *, shortest: int = SHORTEST, longest: int = LONGEST) -> str | None:
    """What is wrong with a reason, None if nothing; `asked` is the sentence for one that is missing or too short."""
    return asked if len(words.strip()) < shortest else forms.judge_text(words, longest)


def check(words: str, asked: str, *, field: str = "reason", longest: int = LONGEST) -> None:
    """Raise `InvalidInput` at the field unless the reason says enough."""
    if wrong := fault(words, asked, longest=longest):
        raise InvalidInput(fields={field: wrong})


def keep(work: UnitOfWork, case: Case, kind: str, words: str) -> None:
    """Keep a reason under its kind; one of each kind per case."""
    work.session.add(
        CaseRemark(
            id=uuid4(),
            case_id=case.id,
            kind=kind,
            sealed=work.vault.seal(case.data_key, {"alasan": words.strip()}, _context(case, kind)),
            made_at=work.clock(),
            made_by=work.actor.user_id,
        )
    )


def find(work: UnitOfWork, case: Case, kind: str) -> CaseRemark | None:
    """The reason of a kind, sealed, with who wrote it."""
    query = select(CaseRemark).where(CaseRemark.case_id == case.id, CaseRemark.kind == kind)
    return work.session.scalars(query).first()


def words_of(work: UnitOfWork, case: Case) -> dict[str, str]:
    """Every reason of a case in words, by kind."""
    found = work.session.scalars(select(CaseRemark).where(CaseRemark.case_id == case.id))
    return {remark.kind: opened(work, case, remark) for remark in found}


def opened(work: UnitOfWork, case: Case, remark: CaseRemark) -> str:
    """A reason in words."""
    return str(work.vault.open(case.data_key, remark.sealed, _context(case, remark.kind))["alasan"])


def is_repeated(work: UnitOfWork, case: Case, kind: str, words: str) -> bool:
    """The actor has written the same reason before: a double click."""
    remark = find(work, case, kind)
    return (
        remark is not None
        and remark.made_by == work.actor.user_id
        and opened(work, case, remark) == words.strip()
    )


def _context(case: Case, kind: str) -> str:
    return f"remark:{case.id}:{kind}"
