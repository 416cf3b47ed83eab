"""Papers that nobody has checked yet, and which of them comes next (R39)."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, exists, func, select

import archive.version_copies
import archive.versions
from archive.models import Document, DocumentStatus, MadeOf
from workflow_app.models.document import CaseDocument
from workflow_app.permissions import CHECKERS, check_role
from workflow_app.services.ground.unit_of_work import UnitOfWork
from workflow_app.services.papers import paper_sight, versions

MOST_WAITING = 50


@dataclass(frozen=True)
class Waiting:
    """A paper that nobody has checked yet."""

    id: UUID
    label: str
    pages: int
    doubts: int
    added_at: datetime


def waiting(work: UnitOfWork) -> list[Waiting]:
    """Papers that the actor may read and that nobody has checked: those with doubts first, then the oldest."""
    check_role(work.actor, CHECKERS)
    rows = work.session.scalars(_unchecked(work).limit(MOST_WAITING)).all()
    labels: dict[UUID, str] = dict(
        work.session.execute(
            select(CaseDocument.document_id, func.max(CaseDocument.label))
            .where(CaseDocument.document_id.in_([row.id for row in rows]))
            .group_by(CaseDocument.document_id)
        ).all()
    )
    places = archive.versions.all_places_of(work.session, rows)
    return [
        Waiting(row.id, labels.get(row.id, row.label), len(places[row.id]), row.doubts, row.added_at)
        for row in rows
    ]


def next_of(work: UnitOfWork) -> UUID | None:
    """The paper to check next."""
    check_role(work.actor, CHECKERS)
    document = work.session.scalars(_unchecked(work).limit(1)).first()
    return document.id if document else None


def _unchecked(work: UnitOfWork) -> Select[Document]:
    # Whose newest version went into another paper is looked at there.
    is_merged = exists().where(MadeOf.source_id == Document.id, MadeOf.source_version == Document.version)
    return (
        select(Document)
        .where(
            Document.checked_at.is_(None),
            Document.status == DocumentStatus.READABLE,
            Document.origin.in_(versions.CHANGEABLE),
            ~is_merged,
            Document.id.in_(paper_sight.all_readable(work)),
        )
        .order_by(Document.doubts == 0, Document.added_at, Document.id)
    )
