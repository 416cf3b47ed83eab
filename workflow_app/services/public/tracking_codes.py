"""Secret codes with which citizens follow their cases: handed out with a letter, shown once, replaced on record (R36)."""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import select

from workflow_app.errors import Conflict, InvalidInput, NotFound
from workflow_app.models.case import Case
from workflow_app.models.letter import Letter
from workflow_app.models.tracking import TrackingCode
from workflow_app.permissions import TRACKING_CODE_ISSUERS, check_role, has_role
from workflow_app.services.accounts import people
from workflow_app.services.case_file import access, remarks
from workflow_app.services.correspondence import letters
from workflow_app.services.ground import audit, codes
from workflow_app.services.ground.unit_of_work import UnitOfWork
from workflow_app.services.office import numbers
from workflow_app.services.sop.processes import definition_of

LENGTH = 12
"""60 random bits: guesses are slowed, and what is kept of it cannot be tried out without the key of the case."""
CONTEXT = "tracking"
LONGEST_PURPOSE = 300
PURPOSE_WANTED = "Kode sudah pernah diserahkan. Tulis mengapa diganti, paling sedikit sepuluh huruf."
NOBODY = UUID(int=0)


@dataclass(frozen=True)
class CodeView:
    """What the pages say about the code of a letter."""

    letter_id: UUID
    number: str
    issued_at: datetime | None
    """When the one in force was handed out; None while there is none."""
    issued_by: str
    can_issue: bool
    """The actor may hand out one, the first or a new one."""


@dataclass(frozen=True)
class IssuedCode:
    """A code at the only moment at which it is known."""

    case_id: UUID
    number: str
    code: str


def of_case(work: UnitOfWork, case: Case) -> Mapping[UUID, CodeView]:
    """The codes of the letters of a case that carry one, by letter. The caller has checked access."""
    carriers = [letter for letter in letters.of_case(work, case.id) if is_carried_by(work, letter)]
    if not carriers:
        return {}
    query = select(TrackingCode).where(
        TrackingCode.letter_id.in_([letter.id for letter in carriers]), TrackingCode.ended_at.is_(None)
    )
    found = {code.letter_id: code for code in work.session.scalars(query)}
    names = people.names_of(work, [code.issued_by for code in found.values()])
    may = has_role(work.actor, TRACKING_CODE_ISSUERS)
    return {letter.id: _view(letter, found.get(letter.id), names, may) for letter in carriers}


def issue(work: UnitOfWork, letter_id: UUID, purpose: str = "") -> IssuedCode:
    """Hand out a code with a letter. Where one is in force it ends, and a written purpose is needed; both are on record.

    Raises `NotFound`, `Forbidden`, `InvalidInput`, `Conflict`.
    """
    letter = work.session.get(Letter, letter_id)
    if letter is None:
        raise NotFound()
    case = access.visible_case(work, letter.case_id, lock=True)
    check_role(work.actor, TRACKING_CODE_ISSUERS)
    work.session.refresh(letter)
    if definition_of(work, letter.definition_id).letter(letter.kind).tracking is None:
        raise NotFound()
    if letter.status != "valid":
        raise Conflict("Surat ini sudah ditarik, jadi tidak ada kode yang dapat diserahkan dengannya.")
    _end(work, case, letter, purpose)
    code = codes.new(LENGTH)
    work.session.add(
        TrackingCode(
            id=uuid4(),
            letter_id=letter.id,
            digest=work.vault.fingerprint(case.data_key, code, CONTEXT),
            issued_at=work.clock(),
            issued_by=work.actor.user_id,
        )
    )
    work.session.flush()
    return IssuedCode(case.id, letter.number, code)


def find(work: UnitOfWork, number: str, code: str) -> Letter | None:
    """The letter of this number, for who also has its secret. The same is done whatever is wrong, or both."""
    number_id = numbers.find(work, number)
    letter = work.session.scalars(select(Letter).where(Letter.number_id == (number_id or NOBODY))).first()
    case = work.session.get(Case, letter.case_id if letter else NOBODY)
    kept = work.session.scalars(
        select(TrackingCode.digest).where(
            TrackingCode.letter_id == (letter.id if letter else NOBODY), TrackingCode.ended_at.is_(None)
        )
    ).first()
    shown = work.vault.fingerprint(
        case.data_key if case else work.vault.new_key(), codes.normalise(code, LENGTH) or "", CONTEXT
    )
    is_right = hmac.compare_digest(shown, kept or b"")
    return letter if is_right and letter is not None and letter.status == "valid" else None


def is_carried_by(work: UnitOfWork, letter: Letter) -> bool:
    """Whether a letter that holds comes with a code, by the version under which it was issued: a case may have been moved since."""
    if letter.status != "valid":
        return False
    return definition_of(work, letter.definition_id).letter(letter.kind).tracking is not None


def _end(work: UnitOfWork, case: Case, letter: Letter, purpose: str) -> None:
    """End the code in force, and put what happens on record."""
    query = select(TrackingCode).where(TrackingCode.letter_id == letter.id, TrackingCode.ended_at.is_(None))
    old = work.session.scalars(query.with_for_update()).first()
    if old is None:
        audit.record_case(work, case.id, "tracking.issued", letter_id=str(letter.id), number=letter.number)
        return
    if fault := remarks.fault(purpose, PURPOSE_WANTED, longest=LONGEST_PURPOSE):
        raise InvalidInput(fault, fields={"purpose": fault})
    old.ended_at = work.clock()
    work.session.flush()
    remark = f"kode:{uuid4()}"
    remarks.keep(work, case, remark, purpose)
    audit.record_case(
        work, case.id, "tracking.replaced", letter_id=str(letter.id), number=letter.number, remark=remark
    )


def _view(letter: Letter, code: TrackingCode | None, names: Mapping[UUID, str], may: bool) -> CodeView:
    if code is None:
        return CodeView(letter.id, letter.number, None, "", may)
    by = names.get(code.issued_by, "") if code.issued_by else ""
    return CodeView(letter.id, letter.number, code.issued_at, by, may)
