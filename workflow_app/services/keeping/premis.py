"""Events of papers as archives exchange them: in the shape of PREMIS 3, each with the entry of the trail that it stands for."""

from collections.abc import Collection, Iterator
from datetime import UTC
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select

from workflow_app.models.audit import AuditEvent
from workflow_app.services.ground.unit_of_work import UnitOfWork
from workflow_app.services.papers import paper_trail

TYPES = {
    "document.added": "ingestion",
    "document.imported": "ingestion",
    "document.read": "metadata extraction",
    "document.opened": "displaying",
    "document.classified": "policy assignment",
    "document.held": "policy assignment",
    "document.released": "policy assignment",
    "document.hold_placed": "policy assignment",
    "document.hold_lifted": "policy assignment",
    "document.disposed": "deletion",
    "document.erased": "deletion",
    "document.not_intact": "fixity check",
    "document.exported": "exporting",
    "document.version": "modification",
    "document.version_made": "creation",
    "document.merged": "creation",
    "document.checked": "validation",
    "case.exported": "exporting",
    "case.archived": "information package creation",
    "letter.rendered": "creation",
}
"""By what happened: a term of the vocabulary of event types of the Library of Congress."""


def events_of_paper(work: UnitOfWork, document_id: UUID, cases: Collection[UUID]) -> Iterator[dict[str, Any]]:
    """What happened to a paper in these cases and in its own chain, chain by chain."""
    chains = [paper_trail.own_chain(document_id), *(f"case:{case_id}" for case_id in sorted(cases))]
    yield from _events(work, chains, document_id)


def events_of_case(work: UnitOfWork, case_id: UUID) -> Iterator[dict[str, Any]]:
    """Everything that happened in a case: its whole chain."""
    yield from _events(work, [f"case:{case_id}"], None)


def _events(work: UnitOfWork, chains: list[str], about: UUID | None) -> Iterator[dict[str, Any]]:
    work.session.flush()
    query = select(AuditEvent).where(AuditEvent.chain.in_(chains))
    if about is not None:
        named = AuditEvent.details["document_id"].astext == str(about)
        query = query.where(or_(AuditEvent.chain == chains[0], named))
    for event in work.session.scalars(query.order_by(AuditEvent.chain, AuditEvent.position)):
        yield _shaped(event)


def _shaped(event: AuditEvent) -> dict[str, Any]:
    entry = _entry(event)
    found: dict[str, Any] = {
        "eventIdentifier": {
            "eventIdentifierType": "sentra-audit",
            "eventIdentifierValue": f"{event.chain}#{event.position}",
        },
        "eventType": TYPES.get(event.action, "metadata modification"),
        "eventDateTime": entry["at"],
        "eventDetailInformation": [{"eventDetail": event.action}],
        "linkingAgentIdentifier": [
            {"linkingAgentIdentifierType": "sentra-user", "linkingAgentIdentifierValue": event.actor_name}
        ],
        "audit": entry,
    }
    if "document_id" in event.details:
        found["linkingObjectIdentifier"] = [
            {
                "linkingObjectIdentifierType": "sentra-document",
                "linkingObjectIdentifierValue": event.details["document_id"],
            }
        ]
    if event.action == "document.not_intact":
        found["eventOutcomeInformation"] = [{"eventOutcome": "fail"}]
    return found


def _entry(event: AuditEvent) -> dict[str, Any]:
    """Every field that the digest of the event covers, so that it can be recomputed without us."""
    return {
        "chain": event.chain,
        "position": event.position,
        "at": event.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "actor_id": str(event.actor_id or ""),
        "actor_name": event.actor_name,
        "action": event.action,
        "case_id": str(event.case_id or ""),
        "element": event.element or "",
        "details": event.details,
        "previous": event.previous.hex(),
        "digest": event.digest.hex(),
    }
