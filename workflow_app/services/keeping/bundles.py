"""The bundle of a case: a manifest of all its letters and papers with their hashes, kept in the archive (R38)."""

import json
from typing import Any
from uuid import UUID

from sqlalchemy import select

from archive.models import Blob, Document
from workflow_app.models.audit import AuditChain
from workflow_app.models.case import Case
from workflow_app.models.definition import Definition
from workflow_app.models.document import CaseDocument
from workflow_app.models.letter import Letter
from workflow_app.services.case_file import access
from workflow_app.services.ground.unit_of_work import UnitOfWork
from workflow_app.services.papers import intake, levels

FORMAT = "sentra-bundle/1"
LABEL = "Manifes berkas"
ELEMENT = "arsip"


def archive_case(work: UnitOfWork, case_id: UUID) -> UUID:
    """Keep the manifest of a case and return its document. Run again without new letters or papers, it makes nothing."""
    case = access.lock_case(work, case_id)
    manifest = manifest_of(work, case)
    for document_id, sha256 in _earlier(work, case_id):
        if _contents(json.loads(work.blobs.read(sha256))) == _contents(manifest):
            return document_id
    data = json.dumps(manifest, ensure_ascii=False, indent=2, sort_keys=True).encode()
    document_id = intake.keep_own(work, data, "application/json", 1, origin=intake.BUNDLE, label=LABEL)
    intake.link(work, case_id, document_id, element=ELEMENT, label=LABEL, action="case.archived")
    # It names every paper of the case.
    levels.raise_to(work, document_id, levels.highest_in(work, case_id))
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
        .where(CaseDocument.case_id == case_id, Document.origin == intake.BUNDLE)
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
        .where(CaseDocument.case_id == case_id, Document.origin != intake.BUNDLE)
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
