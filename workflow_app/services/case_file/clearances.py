"""Papers whose level the actor is cleared for, as a condition; others do not exist for him (R37, decision 0031)."""

from sqlalchemy import ColumnElement, String, cast, or_, select

from archive.models import Document
from workflow_app.models.audit import AuditEvent
from workflow_app.models.case import Case
from workflow_app.models.document import CaseDocument
from workflow_app.permissions import clearance
from workflow_app.services.case_file.sights import Sight
from workflow_app.services.ground.unit_of_work import UnitOfWork


def is_cleared(work: UnitOfWork) -> ColumnElement[bool]:
    """The actor may know of this `Document` as far as its level goes; his right to its case is asked besides."""
    return Document.level <= clearance(work.actor)


def is_cleared_of(sight: Sight) -> ColumnElement[bool]:
    """The same of a sight."""
    return Document.level <= clearance(sight.actor)


def may_be_told(work: UnitOfWork, case: Case) -> ColumnElement[bool]:
    """This `AuditEvent` of the case is not about a paper beyond the actor's clearance: events name papers."""
    hidden = (
        select(cast(Document.id, String))
        .join(CaseDocument, CaseDocument.document_id == Document.id)
        .where(CaseDocument.case_id == case.id, ~is_cleared(work))
    )
    about = AuditEvent.details["document_id"].astext
    return or_(about.is_(None), about.not_in(hidden))
