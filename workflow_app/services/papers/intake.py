"""Taking papers in: looked at before anything decodes them, kept as received, linked to a case once."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

import archive.documents
from archive.models import Document, DocumentStatus
from ocr.errors import OcrError
from ocr.inspect import inspect
from ocr.types import Inspection, Limits
from workflow_app.errors import InvalidInput
from workflow_app.models.document import CaseDocument
from workflow_app.services.ground import audit, jobs
from workflow_app.services.ground.unit_of_work import UnitOfWork, translated
from workflow_app.services.papers import paper_facets, sorting

UPLOAD, ARCHIVE, LETTER, BUNDLE, STACK, TRAY = "upload", "archive", "letter", "bundle", "stack", "tray"
"""Where a document came from (`Document.origin`). What is in the tray waits for a person to say what it becomes."""
SCHEDULED = (UPLOAD, ARCHIVE, LETTER)
"""What the retention schedule is about. Manifests stay: they tell what a case held. A stack goes with its last paper."""


def look_into(data: bytes, max_megabytes: int, recording_megabytes: int = 0) -> Inspection:
    """What the file is, by its content; raises `InvalidInput` with the sentence why it cannot be accepted. Recordings are where they
    may be as large as `recording_megabytes`.
    """
    limits = Limits(max_bytes=max_megabytes * 1_000_000, max_recording_bytes=recording_megabytes * 1_000_000)
    try:
        with translated():
            return inspect(data, limits)
    except OcrError as refusal:
        raise InvalidInput(refusal.sentence) from refusal


def keep(
    work: UnitOfWork, data: bytes, found: Inspection, *, origin: str, label: str
) -> archive.documents.Added:
    """Store a paper in the archive; a job reads it after commit, unless it is a recording. Bytes that were brought before are not stored again; when
    they were only a stack or in the tray until now, they become a paper of a case like any other.
    """
    added = _add(work, data, found.media_type, found.pages, origin, label, found)
    if added.is_duplicate and origin == UPLOAD:
        _become_paper(work, added.document_id)
    if not (added.is_duplicate or found.is_recording):
        jobs.defer(work, "read_document", document_id=str(added.document_id))
    return added


def keep_own(work: UnitOfWork, data: bytes, media_type: str, pages: int, *, origin: str, label: str) -> UUID:
    """Store a paper that we made ourselves. Nobody reads it back: its words would lie open in the database."""
    added = _add(work, data, media_type, pages, origin, label)
    archive.documents.get(work.session, added.document_id).status = DocumentStatus.READABLE
    work.session.flush()
    return added.document_id


def keep_whole(
    work: UnitOfWork, data: bytes, media_type: str, pages: int, *, label: str
) -> archive.documents.Added:
    """Store a stack of papers as it came. It is not read as a whole: its parts are."""
    added = _add(work, data, media_type, pages, STACK, label)
    if not added.is_duplicate:
        archive.documents.get(work.session, added.document_id).status = DocumentStatus.READABLE
        work.session.flush()
    return added


def link(
    work: UnitOfWork,
    case_id: UUID,
    document_id: UUID,
    *,
    element: str,
    label: str,
    action: str = "document.added",
    **details: str,
) -> bool:
    """Make a document part of a case and say so in its history; false when it already is. The caller checked access."""
    with translated():
        archive.documents.get_living(work.session, document_id)
    linked = work.session.scalar(
        insert(CaseDocument)
        .values(
            case_id=case_id,
            document_id=document_id,
            element=element,
            label=label,
            added_at=work.clock(),
            added_by=work.actor.user_id,
        )
        .on_conflict_do_nothing(index_elements=[CaseDocument.case_id, CaseDocument.document_id])
        .returning(CaseDocument.document_id)
    )
    if linked is None:
        return False
    audit.record_case(work, case_id, action, element, document_id=str(document_id), label=label, **details)
    paper_facets.renew(work, [document_id])
    return True


def is_own(document: Document) -> bool:
    """True for papers that the product made: letters and manifests."""
    return document.origin in (LETTER, BUNDLE)


def become_archive(work: UnitOfWork, document: Document) -> None:
    """A locked document that was something else until now becomes a paper of the archive: its time there begins."""
    document.accepted_at, document.accepted_by = work.clock(), work.actor.name
    _become(work, document, ARCHIVE)


def accepted_at(document: Document) -> datetime | None:
    """Since when a paper is in the archive; None of one that nobody has accepted there."""
    return document.accepted_at or (document.added_at if document.origin == ARCHIVE else None)


def _become_paper(work: UnitOfWork, document_id: UUID) -> None:
    document = work.session.get_one(Document, document_id, with_for_update=True, populate_existing=True)
    if document.origin in (STACK, TRAY):
        _become(work, document, UPLOAD)


def _become(work: UnitOfWork, document: Document, origin: str) -> None:
    """What was only a stack was not read yet; what waited in the tray waits no more."""
    if document.origin == STACK:
        document.status, document.status_reason = DocumentStatus.RECEIVED, ""
        jobs.defer(work, "read_document", document_id=str(document.id))
    elif document.origin == TRAY:
        sorting.settle_waiting(work, document.id)
    document.origin = origin
    work.session.flush()


def _add(
    work: UnitOfWork,
    data: bytes,
    media_type: str,
    pages: int,
    origin: str,
    label: str,
    found: Inspection | None = None,
) -> archive.documents.Added:
    added = archive.documents.add(
        work.session,
        work.blobs,
        data,
        media_type=media_type,
        pages=pages,
        origin=origin,
        label=label,
        at=work.clock(),
        is_recording=found is not None and found.is_recording,
        seconds=found.seconds if found else None,
    )
    if not added.is_duplicate:
        if origin == ARCHIVE:
            archive.documents.get(work.session, added.document_id).accepted_by = work.actor.name
        paper_facets.renew(work, [added.document_id])
    return added
