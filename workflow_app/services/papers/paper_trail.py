"""What happens to a paper, on record: in the cases that hold it, or in its own chain while none does."""

from collections.abc import Collection, Mapping, Sequence
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
    audit.record_all(work, happenings(work, [document_id], action, **facts))


def happenings(
    work: UnitOfWork, document_ids: Sequence[UUID], action: str, **facts: Any
) -> list[audit.Happening]:
    """The same of several papers, one after the other, for who puts it on record together with more."""
    of_paper = _in_cases(work, document_ids, action, facts)
    return [
        happening
        for each in document_ids
        for happening in of_paper.get(each) or [_in_own_chain(each, action, facts)]
    ]


def happened_everywhere(work: UnitOfWork, document_id: UUID, action: str, **facts: Any) -> None:
    """One event in the paper's own chain and in each case that holds it."""
    in_cases = _in_cases(work, [document_id], action, facts).get(document_id, [])
    audit.record_all(work, [_in_own_chain(document_id, action, facts), *in_cases])


def _in_own_chain(document_id: UUID, action: str, facts: Mapping[str, Any]) -> audit.Happening:
    return audit.Happening(own_chain(document_id), action, details={**facts, "document_id": str(document_id)})


def _in_cases(
    work: UnitOfWork, document_ids: Sequence[UUID], action: str, facts: Mapping[str, Any]
) -> Mapping[UUID, list[audit.Happening]]:
    """What happened to each of the papers that are in a case."""
    told: dict[UUID, list[audit.Happening]] = {}
    query = select(CaseDocument).where(CaseDocument.document_id.in_(document_ids))
    for link in work.session.scalars(query.order_by(CaseDocument.case_id)):
        known = {**facts, "document_id": str(link.document_id), "label": link.label}
        chain = audit.case_chain(link.case_id)
        happening = audit.Happening(chain, action, link.case_id, link.element, known)
        told.setdefault(link.document_id, []).append(happening)
    return told


def kept(work: UnitOfWork, document_id: UUID, action: str, **facts: Any) -> None:
    """What the archive does to keep a paper: in the paper's own chain, whatever cases hold it; it is no step of theirs."""
    audit.record_all(work, [_in_own_chain(document_id, action, facts)])


def chain_of(document_id: UUID, seen: CaseDocument | None) -> str:
    """Where it is put on record that a paper was opened."""
    return own_chain(document_id) if seen is None else audit.case_chain(seen.case_id)


def own_chain(document_id: UUID) -> str:
    """The chain of a paper that no case holds."""
    return f"document:{document_id}"
