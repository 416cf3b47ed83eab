"""The bundle of a case: a manifest of all its letters and papers with their hashes, kept in the
archive (R38).

Events of papers as archives exchange them: in the shape of PREMIS 3, each with the entry of the
trail that it stands for.
"""

import json
from collections.abc import Collection, Iterator
from datetime import UTC
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select

from archive.models import Blob, Document
from workflow_app.models import AuditChain, AuditEvent, Case, CaseDocument, Definition, Letter
from workflow_app.services.cases import access
from workflow_app.services.core.unit_of_work import UnitOfWork
from workflow_app.services.documents import classification, ingest
from workflow_app.services.documents.access import own_chain

FORMAT = "sentra-bundle/1"
LABEL = "Manifes berkas"
ELEMENT = "arsip"


def archive_case(work: UnitOfWork, case_id: UUID) -> UUID:
    """Keep the manifest of a case and return its document. Run again without new letters or papers,
    it makes nothing.
    """
    case = access.lock_case(work, case_id)
    manifest = manifest_of(work, case)
    for document_id, sha256 in _earlier(work, case_id):
        if _contents(json.loads(work.blobs.read(sha256))) == _contents(manifest):
            return document_id
    data = json.dumps(manifest, ensure_ascii=False, indent=2, sort_keys=True).encode()
    document_id = ingest.keep_own(
        work, data, "application/json", 1, origin=ingest.BUNDLE, label=LABEL
    )
    ingest.link(work, case_id, document_id, element=ELEMENT, label=LABEL, action="case.archived")
    # It names every paper of the case.
    classification.raise_to(work, document_id, classification.highest_in(work, case_id))
    return document_id


def manifest_of(work: UnitOfWork, case: Case) -> dict[str, Any]:
    """What belongs to the case, with hashes; nothing personal."""
    definition = work.session.get_one(Definition, case.definition_id)
    chain = work.session.get(AuditChain, f"case:{case.id}", populate_existing=True)
    return {
        "format": FORMAT,
        "case": {
            "id": str(case.id),
            "number": case.number,
            "opened_at": case.opened_at.isoformat(),
            "made_at": work.clock().isoformat(),
        },
        "process": {
            "key": definition.process_key,
            "version": definition.version,
            "sha256": definition.content_hash,
        },
        "letters": _letters(work, case.id),
        "documents": _documents(work, case.id),
        "audit": {
            "events": chain.length if chain else 0,
            "head": chain.head.hex() if chain else "",
        },
    }


def _contents(manifest: dict[str, Any]) -> tuple[Any, Any]:
    return manifest.get("letters"), manifest.get("documents")


def _earlier(work: UnitOfWork, case_id: UUID) -> list[tuple[UUID, str]]:
    query = (
        select(Document.id, Document.blob_sha256)
        .join(CaseDocument, CaseDocument.document_id == Document.id)
        .where(CaseDocument.case_id == case_id, Document.origin == ingest.BUNDLE)
        .order_by(CaseDocument.added_at.desc())
        .limit(1)
    )
    return list(work.session.execute(query))


def _letters(work: UnitOfWork, case_id: UUID) -> list[dict[str, Any]]:
    query = (
        select(Letter, Document.blob_sha256)
        .outerjoin(Document, Document.id == Letter.document_id)
        .where(Letter.case_id == case_id)
        .order_by(Letter.issued_at, Letter.number)
    )
    return [
        {
            "kind": letter.kind,
            "number": letter.number,
            "status": letter.status,
            "issued_at": letter.issued_at.isoformat(),
            "sha256": sha256,
        }
        for letter, sha256 in work.session.execute(query)
    ]


def _documents(work: UnitOfWork, case_id: UUID) -> list[dict[str, Any]]:
    query = (
        select(CaseDocument, Document, Blob.size)
        .join(Document, Document.id == CaseDocument.document_id)
        .join(Blob, Blob.sha256 == Document.blob_sha256)
        .where(CaseDocument.case_id == case_id, Document.origin != ingest.BUNDLE)
        .order_by(CaseDocument.added_at, CaseDocument.document_id)
    )
    return [
        {
            "id": str(document.id),
            "label": link.label,
            "element": link.element,
            "origin": document.origin,
            "media_type": document.media_type,
            "pages": document.pages,
            "size": size,
            "sha256": document.blob_sha256,
            "added_at": link.added_at.isoformat(),
            **({"disposed_at": document.disposed_at.isoformat()} if document.disposed_at else {}),
        }
        for link, document, size in work.session.execute(query)
    ]


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


def events_of_paper(
    work: UnitOfWork, document_id: UUID, cases: Collection[UUID]
) -> Iterator[dict[str, Any]]:
    """What happened to a paper in these cases and in its own chain, chain by chain."""
    chains = [own_chain(document_id), *(f"case:{case_id}" for case_id in sorted(cases))]
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
            {
                "linkingAgentIdentifierType": "sentra-user",
                "linkingAgentIdentifierValue": event.actor_name,
            }
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
