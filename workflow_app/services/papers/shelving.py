"""Papers that an archivist has accepted become papers of the archive: found and read by all who read the archive (R37, R39)."""

from sqlalchemy import exists, select
from sqlalchemy.orm import aliased

from archive.models import Document
from workflow_app.models.case import Case
from workflow_app.models.document import CaseDocument
from workflow_app.services.ground import audit
from workflow_app.services.ground.unit_of_work import UnitOfWork
from workflow_app.services.papers import intake


def shelve(work: UnitOfWork, case: Case, element: str) -> int:
    """Open the papers that were scanned for this case to the readers of the archive; returns how many.

    A paper that belongs to another case as well stays what it is: who reads it there is that case's to say.
    """
    elsewhere = aliased(CaseDocument)
    query = (
        select(Document)
        .join(CaseDocument, CaseDocument.document_id == Document.id)
        .where(
            CaseDocument.case_id == case.id,
            Document.origin == intake.UPLOAD,
            ~exists().where(elsewhere.document_id == Document.id, elsewhere.case_id != case.id),
        )
    )
    papers = work.session.scalars(query.order_by(Document.id).with_for_update(of=Document)).all()
    for paper in papers:
        intake.become_archive(work, paper)
    audit.record_case(
        work, case.id, "document.shelved", element, documents=[str(paper.id) for paper in papers]
    )
    return len(papers)
