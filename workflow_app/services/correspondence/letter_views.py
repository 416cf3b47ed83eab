"""Letters as pages show them, and their printings: for those who see the case."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from workflow_app.errors import Conflict, NotFound
from workflow_app.models.letter import Letter
from workflow_app.models.number import LetterNumber
from workflow_app.permissions import has_role
from workflow_app.services.case_file import access, handoffs
from workflow_app.services.correspondence import letters
from workflow_app.services.ground.unit_of_work import UnitOfWork
from workflow_app.services.papers import documents


@dataclass(frozen=True)
class LetterView:
    """An issued letter as the case page shows it."""

    id: UUID
    case_id: UUID
    kind: str
    title: str
    number: str
    issued_at: datetime
    status: Literal["valid", "void"]
    void_reason: str | None
    document_id: UUID | None
    """Newest printing; None until the worker has printed it."""
    verify_code: str
    can_withdraw: bool
    """The actor may withdraw it: the case has ended, the letter is in the citizen's hand."""
    can_open: bool
    """The actor may read what it states, and it is printed."""
    goes_with: list[str]
    """Title and number of the valid letters that are withdrawn together with it."""


def for_case(work: UnitOfWork, case_id: UUID) -> list[LetterView]:
    """The letters of a case that the actor may see, oldest first, withdrawn ones included."""
    case = access.visible_case(work, case_id)
    found = letters.of_case(work, case.id)
    may_withdraw = case.closed_at is not None and has_role(work.actor, letters.WITHDRAWERS)
    reasons = letters.reasons(work, case, found)
    can_open = bool(found) and handoffs.reads_papers(work, case)
    views = []
    for letter, reason in zip(found, reasons, strict=True):
        with_it = [f"{one.title} {one.number}" for one in letters.partners(work, case, letter)]
        views.append(_view(letter, reason, may_withdraw, can_open, with_it))
    return views


def case_of(work: UnitOfWork, letter_id: UUID) -> UUID:
    """The case of a letter, if the actor may see it; raises `NotFound`."""
    letter = work.session.get(Letter, letter_id)
    if letter is None:
        raise NotFound()
    return access.visible_case(work, letter.case_id).id


def pdf(work: UnitOfWork, letter_id: UUID) -> documents.Content:
    """The newest printing of a letter, for those who may read the papers of its case; the opening is on record."""
    letter = work.session.get(Letter, letter_id)
    if letter is None:
        raise NotFound()
    access.visible_case(work, letter.case_id)
    if letter.document_id is None:
        raise Conflict("Surat masih dicetak. Tunggu beberapa detik, lalu buka lagi.")
    number = work.session.get_one(LetterNumber, letter.number_id)
    printed = documents.content(work, letter.document_id, "original")
    return documents.Content(
        printed.data, printed.media_type, f"{letter.kind}-{number.year}-{number.sequence:04d}.pdf"
    )


def _view(
    letter: Letter, void_reason: str | None, may_withdraw: bool, can_open: bool, goes_with: list[str]
) -> LetterView:
    return LetterView(
        id=letter.id,
        case_id=letter.case_id,
        kind=letter.kind,
        title=letter.title,
        number=letter.number,
        issued_at=letter.issued_at,
        status="void" if letter.status == "void" else "valid",
        void_reason=void_reason,
        document_id=letter.document_id,
        verify_code=letter.verify_code,
        can_withdraw=may_withdraw and letter.status == "valid",
        can_open=letter.document_id is not None and can_open,
        goes_with=goes_with,
    )
