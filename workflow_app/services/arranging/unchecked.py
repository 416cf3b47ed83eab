"""Papers that nobody has checked yet, and which of them comes next (R39)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, exists, select

import archive.version_copies
import archive.versions
from archive.models import Document, DocumentStatus, MadeOf, Rendition, RenditionKind
from workflow_app.models.case import Case
from workflow_app.models.document import CaseDocument
from workflow_app.permissions import CHECKERS, check_role, leaves_trace
from workflow_app.services.case_file import handoffs
from workflow_app.services.ground.unit_of_work import UnitOfWork
from workflow_app.services.papers import paper_sight, versions

MOST_WAITING = 50


@dataclass(frozen=True)
class Waiting:
    """A paper that nobody has checked yet."""

    id: UUID
    label: str
    case_number: str
    """Of a case through which the actor reads it; empty for a paper of the archive alone."""
    pages: int
    doubts: int
    added_at: datetime
    has_picture: bool
    """May a list show its first page? Not of a restricted paper: each look at one is on record."""


def waiting(work: UnitOfWork) -> list[Waiting]:
    """Papers that the actor may read and that nobody has checked: those with doubts first, then the oldest."""
    check_role(work.actor, CHECKERS)
    rows = work.session.scalars(_unchecked(work).limit(MOST_WAITING)).all()
    ids = [row.id for row in rows]
    seen = {
        document_id: (label, number)
        for document_id, label, number in work.session.execute(
            select(CaseDocument.document_id, CaseDocument.label, Case.number)
            .join(Case, Case.id == CaseDocument.case_id)
            .where(CaseDocument.document_id.in_(ids), handoffs.readable_case(work))
            .order_by(CaseDocument.added_at)
        )
    }
    places = archive.versions.all_places_of(work.session, rows)
    pictures = set(
        work.session.scalars(
            select(Rendition.document_id).where(
                Rendition.document_id.in_([row.id for row in rows if not leaves_trace(row.level)]),
                Rendition.kind == RenditionKind.THUMBNAIL,
            )
        )
    )
    return [
        Waiting(
            row.id,
            *seen.get(row.id, (row.label, "")),
            len(places[row.id]),
            row.doubts,
            row.added_at,
            row.id in pictures,
        )
        for row in rows
    ]


def next_of(work: UnitOfWork, without: Collection[UUID] = ()) -> UUID | None:
    """The paper to check next, `without` those that are left for later."""
    check_role(work.actor, CHECKERS)
    document = work.session.scalars(_unchecked(work).where(Document.id.not_in(without)).limit(1)).first()
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
