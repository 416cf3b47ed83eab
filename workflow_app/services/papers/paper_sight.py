"""Through which case a paper is seen, and whether it may be read there: the one place that single papers are asked for."""

from collections.abc import Collection
from functools import lru_cache
from uuid import UUID

from sqlalchemy import ColumnElement, Select, or_, select, union_all
from sqlalchemy.dialects.postgresql import distinct_on

from archive.models import Document
from archive.queries import is_one_of
from workflow_app.errors import Forbidden, NotFound
from workflow_app.models.case import Case
from workflow_app.models.document import CaseDocument
from workflow_app.models.stack import PaperStack, StackPart
from workflow_app.models.task import Task
from workflow_app.permissions import can_read_archive, clearance, reads_every_paper
from workflow_app.services.case_file import access, clearances, handoffs, sights
from workflow_app.services.case_file.sights import Sight
from workflow_app.services.ground.unit_of_work import UnitOfWork
from workflow_app.services.papers import intake, tray_sight

FEW_CASES, FEW_PAPERS = 300, 3000
NOT_FOR_YOU = (
    "Dokumen ini memuat identitas warga. Yang dapat membukanya hanya petugas SPKT, Pamapta, Ka SPKT, auditor, dan fungsi yang "
    "memegang berkas ini. Fungsi yang sudah mengembalikannya tidak lagi dapat membukanya."
)


def reach(work: UnitOfWork, document_id: UUID) -> CaseDocument | None:
    """The link to a case through which the actor may see the document, and read it if he may do so through any; None for
    papers of the archive and of the tray without one. What is above his level is not there (R37).
    """
    seen = links(work, [document_id]).get(document_id)
    if seen is not None:
        return seen
    document = work.session.get(Document, document_id)
    if document is None or not is_cleared_for(work, document_id):
        raise NotFound()
    if not may_read(work, document, None, in_tray=bool(tray_sight.among(work, [document]))):
        raise NotFound()
    return None


def links(work: UnitOfWork, document_ids: Collection[UUID]) -> dict[UUID, CaseDocument]:
    """By paper the link to a case through which the actor may see it, as `reach` says: for many, without those that have none."""
    readable_first = handoffs.readable_case(work).desc().nulls_last()
    query = (
        select(CaseDocument)
        .ext(distinct_on(CaseDocument.document_id))
        .join(Case, Case.id == CaseDocument.case_id)
        .join(Document, Document.id == CaseDocument.document_id)
        .where(
            is_one_of(CaseDocument.document_id, document_ids),
            access.sees_case(work),
            clearances.is_cleared(work),
        )
        .order_by(CaseDocument.document_id, readable_first, CaseDocument.added_at.desc())
    )
    return {link.document_id: link for link in work.session.scalars(query)}


def readable(work: UnitOfWork, document_id: UUID) -> CaseDocument | None:
    """As `reach`, for those who may also read it."""
    seen = reach(work, document_id)
    document = work.session.get_one(Document, document_id)
    if seen is not None and not may_read(work, document, seen.case_id):
        raise Forbidden(NOT_FOR_YOU)
    return seen


def is_cleared_for(work: UnitOfWork, document_id: UUID) -> bool:
    """Is the level of the document within what the actor is cleared for?"""
    return work.session.get_one(Document, document_id).level <= clearance(work.actor)


def all_readable(work: UnitOfWork) -> Select[UUID]:
    """Ids of every paper the actor may read: of cases he sees and reads, of his tray, and of the archive for its readers.

    To be asked about each find by itself: the set of all that somebody may read takes longer to gather than a search.
    """
    return _all_readable(sights.of(work))


@lru_cache(maxsize=sights.MOST)
def _all_readable(sight: Sight) -> Select[UUID]:
    reachable: ColumnElement[bool] = (
        select(CaseDocument.case_id)
        .join(Case, Case.id == CaseDocument.case_id)
        .where(CaseDocument.document_id == Document.id, handoffs.readable_case_of(sight))
        .exists()
    )
    reachable = or_(tray_sight.holds_of(sight), reachable)
    if can_read_archive(sight.actor):
        reachable = or_(Document.origin == intake.ARCHIVE, reachable)
    return select(Document.id).where(clearances.is_cleared_of(sight), reachable)


def few(work: UnitOfWork) -> list[UUID] | None:
    """Papers among which are all that the actor may read, where those are few: of the cases in which his roles have tasks or to
    which they are confined, and of the tray as far as it is shown to him. None for who reads the archive, all papers of the unit,
    or those of many cases.
    """
    if can_read_archive(work.actor) or reads_every_paper(work.actor) or not work.actor.roles:
        return None
    of_role = (
        select(Task.case_id).where(Task.role == role).distinct().limit(FEW_CASES + 1).subquery()
        for role in sorted(work.actor.roles)
    )
    confined = select(Case.id).where(Case.confined_to.in_(work.actor.roles)).limit(FEW_CASES + 1).subquery()
    cases = set(
        work.session.scalars(union_all(*(select(each.c.case_id) for each in of_role), select(confined.c.id)))
    )
    if len(cases) > FEW_CASES:
        return None
    linked = select(CaseDocument.document_id).where(CaseDocument.case_id.in_(cases))
    waiting = (
        select(StackPart.document_id)
        .join(PaperStack, PaperStack.id == StackPart.stack_id)
        .where(StackPart.status == "tray", tray_sight.is_shown(work))
    )
    found = set(work.session.scalars(union_all(linked, waiting).limit(FEW_PAPERS + 1)))
    return list(found) if len(found) <= FEW_PAPERS else None


def may_read(work: UnitOfWork, document: Document, case_id: UUID | None, *, in_tray: bool = False) -> bool:
    """May the actor, who sees the document through this case, or through none, read it? `in_tray` as `tray_sight` says it."""
    if in_tray:
        return True
    if document.origin == intake.ARCHIVE and can_read_archive(work.actor):
        return True
    return case_id is not None and handoffs.reads_papers(work, work.session.get_one(Case, case_id))
