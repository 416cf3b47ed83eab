"""Papers that are about the same as one, among those the actor may read (decision 0040)."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

import archive.similar
from archive.models import Document
from workflow_app.services.ground.unit_of_work import UnitOfWork
from workflow_app.services.papers import paper_kin, paper_sight, paper_trail
from workflow_app.services.papers.paper_kin import Holder
from workflow_app.types import AccessLevel


@dataclass(frozen=True)
class SimilarPaper:
    """A paper that shares rare words or a number; which ones is not told."""

    document_id: UUID
    label: str
    added_at: datetime
    case: Holder | None
    shares_number: bool


def of(work: UnitOfWork, document_id: UUID) -> list[SimilarPaper]:
    """The most similar first. That a restricted paper is named here tells what is on it, so it is a look at it."""
    paper_sight.readable(work, document_id)
    found = archive.similar.of(work.session, document_id, paper_sight.all_readable(work))
    ids = [each.document_id for each in found]
    papers = {paper.id: paper for paper in work.session.scalars(select(Document).where(Document.id.in_(ids)))}
    holders = paper_kin.holders_of(work, ids)
    restricted = {paper.id for paper in papers.values() if paper.level >= AccessLevel.RESTRICTED}
    if restricted:
        paper_trail.opened_together(work, restricted, paper_sight.links(work, restricted), "similar")
    return [
        SimilarPaper(
            each.document_id,
            paper_kin.label_of(holders.get(each.document_id), papers[each.document_id].label),
            papers[each.document_id].added_at,
            holders[each.document_id][-1][0] if each.document_id in holders else None,
            each.shares_number,
        )
        for each in found
    ]
