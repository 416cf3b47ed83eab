"""Through which case a paper is seen, and whether it may be read there: the one place that single
papers are asked for.

What happens to a paper, on record: in the cases that hold it, or in its own chain while none does.
Who may see a part of a stack that waits in the tray, and read its paper: it is no paper of the
archive yet (R39).
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, case, or_, select, union_all
from sqlalchemy.dialects.postgresql import distinct_on

from archive.models import Document
from archive.queries import is_one_of
from workflow_app.domain import Forbidden, NotFound
from workflow_app.models import (
    AuditEvent,
    Case,
    CaseDocument,
    CaseWall,
    PaperStack,
    StackPart,
    Task,
)
from workflow_app.permissions import (
    CLASSIFIERS,
    STACK_BRINGERS,
    can_read_archive,
    clearance,
    has_role,
    reads_every_paper,
)
from workflow_app.services.cases import access, task_rights
from workflow_app.services.cases.access import Sight
from workflow_app.services.core import unit_of_work
from workflow_app.services.core.unit_of_work import UnitOfWork
from workflow_app.services.documents import ingest

OPENED = "document.opened"
SHIFT = timedelta(hours=12)
"""For which one entry tells that somebody had a paper before him."""


def opened(
    work: UnitOfWork,
    document_id: UUID,
    seen: CaseDocument | None,
    kind: str,
    *,
    is_once: bool = False,
    **facts: Any,
) -> None:
    """Papers show identities, so reading one leaves a trace as unlocking an identity does (R23).
    `seen` is the link through which it was reached. `is_once`: what is on record of this person and
    `kind` in this shift is not told again.
    """
    known = str(document_id)
    if is_once and _is_told(
        work, f"case:{seen.case_id}" if seen else own_chain(document_id), known, kind
    ):
        return
    unit_of_work.record_all(work, [_opening(document_id, seen, kind, facts)])


def opened_together(
    work: UnitOfWork, document_ids: Collection[UUID], links: Mapping[UUID, CaseDocument], kind: str
) -> None:
    """The same of several papers that one list shows, by the links through which they were
    reached.
    """
    unit_of_work.record_all(
        work, [_opening(each, links.get(each), kind, {}) for each in sorted(document_ids)]
    )


def _opening(
    document_id: UUID, seen: CaseDocument | None, kind: str, facts: Mapping[str, Any]
) -> unit_of_work.Happening:
    known = {"document_id": str(document_id), "kind": kind, **facts}
    if seen is None:
        return unit_of_work.Happening(own_chain(document_id), OPENED, details=known)
    told = {**known, "label": seen.label}
    return unit_of_work.Happening(
        unit_of_work.case_chain(seen.case_id), OPENED, seen.case_id, seen.element, told
    )


def _is_told(work: UnitOfWork, chain: str, known: str, kind: str) -> bool:
    query = select(AuditEvent.position).where(
        AuditEvent.chain == chain,
        AuditEvent.action == OPENED,
        AuditEvent.actor_id == work.actor.user_id,
        AuditEvent.at > work.clock() - SHIFT,
        AuditEvent.details["document_id"].astext == known,
        AuditEvent.details["kind"].astext == kind,
    )
    return work.session.scalars(query.limit(1)).first() is not None


def happened(work: UnitOfWork, document_id: UUID, action: str, **facts: Any) -> None:
    """One event in each case that holds the paper, or in the paper's own chain while none does."""
    unit_of_work.record_all(work, happenings(work, [document_id], action, **facts))


def happenings(
    work: UnitOfWork, document_ids: Sequence[UUID], action: str, **facts: Any
) -> list[unit_of_work.Happening]:
    """The same of several papers, one after the other, for who puts it on record together with
    more.
    """
    of_paper = _in_cases(work, document_ids, action, facts)
    return [
        happening
        for each in document_ids
        for happening in of_paper.get(each) or [_in_own_chain(each, action, facts)]
    ]


def happened_everywhere(work: UnitOfWork, document_id: UUID, action: str, **facts: Any) -> None:
    """One event in the paper's own chain and in each case that holds it."""
    in_cases = _in_cases(work, [document_id], action, facts).get(document_id, [])
    unit_of_work.record_all(work, [_in_own_chain(document_id, action, facts), *in_cases])


def _in_own_chain(
    document_id: UUID, action: str, facts: Mapping[str, Any]
) -> unit_of_work.Happening:
    return unit_of_work.Happening(
        own_chain(document_id), action, details={**facts, "document_id": str(document_id)}
    )


def _in_cases(
    work: UnitOfWork, document_ids: Sequence[UUID], action: str, facts: Mapping[str, Any]
) -> Mapping[UUID, list[unit_of_work.Happening]]:
    """What happened to each of the papers that are in a case."""
    told: dict[UUID, list[unit_of_work.Happening]] = {}
    query = select(CaseDocument).where(CaseDocument.document_id.in_(document_ids))
    for link in work.session.scalars(query.order_by(CaseDocument.case_id)):
        known = {**facts, "document_id": str(link.document_id), "label": link.label}
        chain = unit_of_work.case_chain(link.case_id)
        happening = unit_of_work.Happening(chain, action, link.case_id, link.element, known)
        told.setdefault(link.document_id, []).append(happening)
    return told


def kept(work: UnitOfWork, document_id: UUID, action: str, **facts: Any) -> None:
    """What the archive does to keep a paper: in the paper's own chain, whatever cases hold it; it
    is no step of theirs.
    """
    unit_of_work.record_all(work, [_in_own_chain(document_id, action, facts)])


def chain_of(document_id: UUID, seen: CaseDocument | None) -> str:
    """Where it is put on record that a paper was opened."""
    return own_chain(document_id) if seen is None else unit_of_work.case_chain(seen.case_id)


def own_chain(document_id: UUID) -> str:
    """The chain of a paper that no case holds."""
    return f"document:{document_id}"


def is_shown(work: UnitOfWork) -> ColumnElement[bool]:
    """This `StackPart` of this `PaperStack` is for the actor. What no cover sheet named a case for
    is for who sorts papers in the unit of the stack, or for the one role whose stack it is; else
    for who reads that case, and for who classifies papers where the case is open to the whole unit.
    The level of the paper is asked besides.
    """
    return is_shown_of(access.of(work))


@lru_cache(maxsize=access.MOST)
def is_shown_of(sight: Sight) -> ColumnElement[bool]:
    """The same of a sight."""
    actor = sight.actor
    named = select(Case.id).where(Case.id == StackPart.meant_for)
    grounds: ColumnElement[bool] = named.where(task_rights.readable_case_of(sight)).exists()
    if has_role(actor, STACK_BRINGERS | CLASSIFIERS):
        of_role = PaperStack.for_role.is_(None) | PaperStack.for_role.in_(actor.roles)
        grounds = or_(StackPart.meant_for.is_(None) & of_role, grounds)
    if has_role(actor, CLASSIFIERS):
        grounds = or_(grounds, named.where(is_open_case()).exists())
    return (PaperStack.unit == actor.unit) & grounds


def is_to_sort(work: UnitOfWork) -> ColumnElement[bool]:
    """This `StackPart` and its `Document` are for the actor to place: shown to him, and within his
    level.
    """
    return is_shown(work) & access.is_cleared(work)


def is_kept_for_others(work: UnitOfWork, document_id: UUID) -> bool:
    """Waits this paper for a case that is confined or has a wall, or for one role? Then it never
    becomes the archive's (decision 0033).
    """
    query = select(StackPart.no).join(PaperStack, PaperStack.id == StackPart.stack_id)
    query = query.outerjoin(Case, Case.id == StackPart.meant_for)
    others = case(
        (StackPart.meant_for.is_(None), PaperStack.for_role.is_not(None)), else_=~is_open_case()
    )
    query = query.where(StackPart.document_id == document_id, StackPart.status == "tray", others)
    return work.session.scalar(select(query.exists())) is True


def is_nobodys(work: UnitOfWork, document_id: UUID) -> bool:
    """Is this the whole of a stack for all that is taken apart, and of which no part belongs, or is
    meant for, any case?
    """
    stack = select(PaperStack.id).where(PaperStack.document_id == document_id)
    other = StackPart.status.in_(("landed", "known")) | StackPart.meant_for.is_not(None)
    of_cases = select(StackPart.no).where(StackPart.stack_id == PaperStack.id, other).exists()
    query = select(
        stack.where(
            (PaperStack.status != "split") | PaperStack.for_role.is_not(None) | of_cases
        ).exists()
    )
    return work.session.scalar(query) is False


def is_open_case() -> ColumnElement[bool]:
    """This `Case` is neither confined nor has it a wall."""
    return (
        Case.confined_to.is_(None)
        & ~select(CaseWall.case_id).where(CaseWall.case_id == Case.id).exists()
    )


def holds(work: UnitOfWork) -> ColumnElement[bool]:
    """This `Document` waits in a tray in which the actor sees it."""
    return holds_of(access.of(work))


def holds_of(sight: Sight) -> ColumnElement[bool]:
    """The same of a sight."""
    part = (
        select(StackPart.no)
        .join(PaperStack, PaperStack.id == StackPart.stack_id)
        .where(StackPart.document_id == Document.id, StackPart.status == "tray", is_shown_of(sight))
    )
    return (Document.origin == ingest.TRAY) & part.exists()


def among(work: UnitOfWork, documents: Collection[Document]) -> set[UUID]:
    """Those of the documents that wait in a tray in which the actor sees them."""
    waiting = [document.id for document in documents if document.origin == ingest.TRAY]
    if not waiting:
        return set()
    return set(
        work.session.scalars(select(Document.id).where(Document.id.in_(waiting), holds(work)))
    )


FEW_CASES, FEW_PAPERS = 300, 3000
NOT_FOR_YOU = (
    "Dokumen ini memuat identitas warga. Yang dapat membukanya hanya petugas SPKT, Pamapta, "
    "Ka SPKT, auditor, dan fungsi yang "
    "memegang berkas ini. Fungsi yang sudah mengembalikannya tidak lagi dapat membukanya."
)


def reach(work: UnitOfWork, document_id: UUID) -> CaseDocument | None:
    """The link to a case through which the actor may see the document, and read it if he may do so
    through any; None for papers of the archive and of the tray without one. What is above his level
    is not there (R37).
    """
    seen = links(work, [document_id]).get(document_id)
    if seen is not None:
        return seen
    document = work.session.get(Document, document_id)
    if document is None or not is_cleared_for(work, document_id):
        raise NotFound()
    if not may_read(work, document, None, in_tray=bool(among(work, [document]))):
        raise NotFound()
    return None


def links(work: UnitOfWork, document_ids: Collection[UUID]) -> dict[UUID, CaseDocument]:
    """By paper the link to a case through which the actor may see it, as `reach` says: for many,
    without those that have none.
    """
    readable_first = task_rights.readable_case(work).desc().nulls_last()
    query = (
        select(CaseDocument)
        .ext(distinct_on(CaseDocument.document_id))
        .join(Case, Case.id == CaseDocument.case_id)
        .join(Document, Document.id == CaseDocument.document_id)
        .where(
            is_one_of(CaseDocument.document_id, document_ids),
            access.sees_case(work),
            access.is_cleared(work),
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
    """Ids of every paper the actor may read: of cases he sees and reads, of his tray, and of the
    archive for its readers.

    To be asked about each find by itself: the set of all that somebody may read takes longer to
    gather than a search.
    """
    return _all_readable(access.of(work))


@lru_cache(maxsize=access.MOST)
def _all_readable(sight: Sight) -> Select[UUID]:
    reachable: ColumnElement[bool] = (
        select(CaseDocument.case_id)
        .join(Case, Case.id == CaseDocument.case_id)
        .where(CaseDocument.document_id == Document.id, task_rights.readable_case_of(sight))
        .exists()
    )
    reachable = or_(holds_of(sight), reachable)
    if can_read_archive(sight.actor):
        reachable = or_(Document.origin == ingest.ARCHIVE, reachable)
    return select(Document.id).where(access.is_cleared_of(sight), reachable)


def few(work: UnitOfWork) -> list[UUID] | None:
    """Papers among which are all that the actor may read, where those are few: of the cases in
    which his roles have tasks or to which they are confined, and of the tray as far as it is shown
    to him. None for who reads the archive, all papers of the unit, or those of many cases.
    """
    if can_read_archive(work.actor) or reads_every_paper(work.actor) or not work.actor.roles:
        return None
    of_role = (
        select(Task.case_id).where(Task.role == role).distinct().limit(FEW_CASES + 1).subquery()
        for role in sorted(work.actor.roles)
    )
    confined = (
        select(Case.id)
        .where(Case.confined_to.in_(work.actor.roles))
        .limit(FEW_CASES + 1)
        .subquery()
    )
    cases = set(
        work.session.scalars(
            union_all(*(select(each.c.case_id) for each in of_role), select(confined.c.id))
        )
    )
    if len(cases) > FEW_CASES:
        return None
    linked = select(CaseDocument.document_id).where(CaseDocument.case_id.in_(cases))
    waiting = (
        select(StackPart.document_id)
        .join(PaperStack, PaperStack.id == StackPart.stack_id)
        .where(StackPart.status == "tray", is_shown(work))
    )
    found = set(work.session.scalars(union_all(linked, waiting).limit(FEW_PAPERS + 1)))
    return list(found) if len(found) <= FEW_PAPERS else None


def may_read(
    work: UnitOfWork, document: Document, case_id: UUID | None, *, in_tray: bool = False
) -> bool:
    """May the actor, who sees the document through this case, or through none, read it? `in_tray`
    as `tray_sight` says it.
    """
    if in_tray:
        return True
    if document.origin == ingest.ARCHIVE and can_read_archive(work.actor):
        return True
    return case_id is not None and task_rights.reads_papers(
        work, work.session.get_one(Case, case_id)
    )
