"""Letters of our own that come back as paper: known for sure by the QR code they were printed with."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from archive.models import Page
from workflow_app.models.case import Case
from workflow_app.models.letter import Letter
from workflow_app.services.case_file import access
from workflow_app.services.correspondence import verification
from workflow_app.services.ground.unit_of_work import UnitOfWork
from workflow_app.services.papers import paper_sight


@dataclass(frozen=True)
class Returned:
    """A letter that stands on a page of a paper."""

    page: int
    title: str
    number: str
    is_void: bool
    case_id: UUID
    case_number: str


def of_paper(work: UnitOfWork, document_id: UUID) -> list[Returned]:
    """Our letters on a paper, as far as the actor sees their cases. A code that is in no register says nothing."""
    paper_sight.readable(work, document_id)
    query = select(Page.no, Page.codes).where(Page.document_id == document_id, Page.codes != [])
    on_page = {
        code: no
        for no, texts in work.session.execute(query.order_by(Page.no.desc()))
        for text in texts
        if (code := verification.normalise(text.rpartition("/")[2]))
    }
    if not on_page:
        return []
    letters = (
        select(Letter, Case)
        .join(Case, Case.id == Letter.case_id)
        .where(Letter.verify_code.in_(on_page), access.sees_case(work))
    )
    found = [
        Returned(
            on_page[letter.verify_code],
            letter.title,
            letter.number,
            letter.status == "void",
            case.id,
            case.number,
        )
        for letter, case in work.session.execute(letters)
    ]
    return sorted(found, key=lambda each: (each.page, each.number))
