"""Papers whose writing could not be read: somebody has to know of each, and may have it read once more."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from archive.models import Document, DocumentStatus
from workflow_app.models.case import Case
from workflow_app.models.document import CaseDocument
from workflow_app.permissions import STACK_BRINGERS, can_read_archive, check_role
from workflow_app.services.case_file import clearances, handoffs
from workflow_app.services.ground import jobs
from workflow_app.services.ground.unit_of_work import UnitOfWork
from workflow_app.services.papers import document_views, intake, paper_sight, paper_trail
from workflow_app.services.papers.document_views import DocumentView

MOST = 50


@dataclass(frozen=True)
class Unread:
    """One of them, with the case through which the actor reads it; None for a paper of the archive alone."""

    paper: DocumentView
    case_id: UUID | None
    case_number: str


def of(work: UnitOfWork) -> Sequence[Unread]:
    """The newest that the actor may read, those of cases first."""
    unreadable = (Document.status == DocumentStatus.UNREADABLE, clearances.is_cleared(work))
    of_cases = (
        select(Document.id, Case.id, Case.number)
        .join(CaseDocument, CaseDocument.document_id == Document.id)
        .join(Case, Case.id == CaseDocument.case_id)
        .where(*unreadable, handoffs.readable_case(work))
        .order_by(CaseDocument.added_at.desc())
        .limit(MOST)
    )
    rows: list[tuple[UUID, UUID | None, str]] = [(*row,) for row in work.session.execute(of_cases)]
    if can_read_archive(work.actor) and len(rows) < MOST:
        known = [document_id for document_id, _, _ in rows]
        alone = (
            select(Document.id)
            .where(*unreadable, Document.origin == intake.ARCHIVE, Document.id.not_in(known))
            .order_by(Document.added_at.desc())
            .limit(MOST - len(rows))
        )
        rows += [(document_id, None, "") for document_id in work.session.scalars(alone)]
    if not rows:
        return []
    papers = document_views.views(work, [(document_id, case_id) for document_id, case_id, _ in rows])
    return [Unread(paper, case_id, number) for paper, (_, case_id, number) in zip(papers, rows, strict=True)]


def read_again(work: UnitOfWork, document_id: UUID) -> None:
    """Have a paper read once more that could not be read."""
    check_role(work.actor, STACK_BRINGERS)
    paper_sight.readable(work, document_id)
    document = work.session.get_one(Document, document_id, with_for_update=True, populate_existing=True)
    if document.status != DocumentStatus.UNREADABLE:
        return
    document.status, document.status_reason = DocumentStatus.RECEIVED, ""
    work.session.flush()
    paper_trail.happened(work, document_id, "document.read_again")
    jobs.defer(work, "read_document", document_id=str(document_id))
