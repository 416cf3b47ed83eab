"""What happens to a paper, on record: in the cases that hold it, or in its own chain while none does."""

from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from workflow_app.models.audit import AuditEvent
from workflow_app.models.document import CaseDocument
from workflow_app.services.ground import audit
from workflow_app.services.ground.unit_of_work import UnitOfWork

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
    """Papers show identities, so reading one leaves a trace as unlocking an identity does (R23). `seen` is the link through
    which it was reached. `is_once`: what is on record of this person and `kind` in this shift is not told again.
    """
    known = str(document_id)
    if is_once and _is_told(work, f"case:{seen.case_id}" if seen else own_chain(document_id), known, kind):
        return
    audit.record_all(work, [_opening(document_id, seen, kind, facts)])


def opened_together(
    work: UnitOfWork, document_ids: Collection[UUID], links: Mapping[UUID, CaseDocument], kind: str
) -> None:
    """The same of several papers that one list shows, by the links through which they were reached."""
    audit.record_all(work, [_opening(each, links.get(each), kind, {}) for each in sorted(document_ids)])


def _opening(
    document_id: UUID, seen: CaseDocument | None, kind: str, facts: Mapping[str, Any]
) -> audit.Happening:
    known = {"document_id": str(document_id), "kind": kind, **facts}
    if seen is None:
        return audit.Happening(own_chain(document_id), OPENED, details=known)
    told = {**known, "label": seen.label}
    return audit.Happening(audit.case_chain(seen.case_id), OPENED, seen.case_id, seen.element, told)


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
    if not told_to_cases(work, document_id, action, **facts):
        kept(work, document_id, action, **facts)


def told_to_cases(work: UnitOfWork, document_id: UUID, action: str, **facts: Any) -> bool:
    """One event in each case that holds the paper, in the order of the cases so that two such acts never wait for each other
    in a ring; false when none holds it.
    """
    facts |= {"document_id": str(document_id)}
    query = select(CaseDocument).where(CaseDocument.document_id == document_id).order_by(CaseDocument.case_id)
    links = work.session.scalars(query).all()
    for link in links:
        audit.record_case(work, link.case_id, action, link.element, label=link.label, **facts)
    return bool(links)


def kept(work: UnitOfWork, document_id: UUID, action: str, **facts: Any) -> None:
    """What the archive does to keep a paper: in the paper's own chain, whatever cases hold it; it is no step of theirs."""
    audit.record(work, own_chain(document_id), action, document_id=str(document_id), **facts)


def chain_of(document_id: UUID, seen: CaseDocument | None) -> str:
    """Where it is put on record that a paper was opened."""
    return own_chain(document_id) if seen is None else audit.case_chain(seen.case_id)


def own_chain(document_id: UUID) -> str:
    """The chain of a paper that no case holds."""
    return f"document:{document_id}"
