"""Papers whose writing could not be read: somebody has to know of each, and may have it read once more or let it be (decision 0058)."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select

from archive.models import Document, DocumentStatus
from workflow_app.models.case import Case
from workflow_app.models.document import CaseDocument
from workflow_app.permissions import STACK_BRINGERS, can_read_archive, check_role
from workflow_app.services.case_file import clearances, handoffs
from workflow_app.services.ground import jobs
from workflow_app.services.ground.unit_of_work import UnitOfWork
from workflow_app.services.papers import document_views, intake, paper_dismissals, paper_sight, paper_trail
from workflow_app.services.papers.document_views import DocumentView
from workflow_app.services.papers.paper_dismissals import DismissalView

MOST = 50


@dataclass(frozen=True)
class Unread:
    """One of them, with the case through which the actor reads it; None for a paper of the archive alone."""

    paper: DocumentView
    case_id: UUID | None
    case_number: str
    may_dismiss: bool
    dismissal: DismissalView | None = None


@dataclass(frozen=True)
class UnreadPapers:
    """Of all that the actor may read, the newest, and how many there are."""

    waiting: Sequence[Unread]
    count: int
    dismissed: Sequence[Unread]
    dismissed_count: int


def of(work: UnitOfWork) -> UnreadPapers:
    """What could not be read: what waits for a person, and what somebody has said may stay so."""
    is_dismissed = paper_dismissals.is_dismissed()
    waiting, count = _newest(work, ~is_dismissed, MOST)
    dismissed, dismissed_count = _newest(work, is_dismissed, MOST)
    return UnreadPapers(waiting, count, dismissed, dismissed_count)


def read_again(work: UnitOfWork, document_id: UUID) -> None:
    """Have a paper read once more that could not be read. Who asks for that waits for its writing: a dismissal ends."""
    check_role(work.actor, STACK_BRINGERS)
    paper_sight.readable(work, document_id)
    document = work.session.get_one(Document, document_id, with_for_update=True, populate_existing=True)
    if document.status != DocumentStatus.UNREADABLE:
        return
    document.status, document.status_reason = DocumentStatus.RECEIVED, ""
    work.session.flush()
    paper_dismissals.end(work, document_id)
    paper_trail.happened(work, document_id, "document.read_again")
    jobs.defer(work, "read_document", document_id=str(document_id))


def _newest(work: UnitOfWork, which: ColumnElement[bool], most: int) -> tuple[list[Unread], int]:
    reachable: ColumnElement[bool] = (
        select(CaseDocument.case_id)
        .join(Case, Case.id == CaseDocument.case_id)
        .where(CaseDocument.document_id == Document.id, handoffs.readable_case(work))
        .exists()
    )
    if can_read_archive(work.actor):
        reachable = or_(Document.origin == intake.ARCHIVE, reachable)
    query = (
        select(Document.id, func.count().over())
        .where(Document.status == DocumentStatus.UNREADABLE, clearances.is_cleared(work), reachable, which)
        .order_by(Document.added_at.desc(), Document.id)
        .limit(most)
    )
    rows = work.session.execute(query).all()
    if not rows:
        return [], 0
    ids = [document_id for document_id, _ in rows]
    seen = {each: link.case_id for each, link in paper_sight.links(work, ids).items()}
    numbers: dict[UUID, str] = dict(
        work.session.execute(select(Case.id, Case.number).where(Case.id.in_(seen.values()))).all()
    )
    papers = document_views.views(work, [(each, seen.get(each)) for each in ids])
    may_dismiss = paper_dismissals.may_dismiss(work, ids)
    dismissals = paper_dismissals.now_on(work, ids)
    return [
        Unread(
            paper,
            case_id := seen.get(paper.id),
            numbers[case_id] if case_id else "",
            paper.id in may_dismiss,
            dismissals.get(paper.id),
        )
        for paper in papers
    ], rows[0][1]
