"""Documents as pages show them, seen through the case that holds them, and their relations to
others.

Related are copies with the same bytes in other cases, pages that were scanned again, and documents
that one was split from or merged into. Only documents that the actor may read are compared: any
other could reveal what it holds.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select

from archive import documents, readings, similar, versions
from archive.models import Blob, Document, DocumentStatus, Page, Rendition, RenditionKind
from workflow_app.domain import AccessLevel
from workflow_app.models import Case, CaseDocument, User
from workflow_app.services.cases import task_rights
from workflow_app.services.core import formatting
from workflow_app.services.core.unit_of_work import UnitOfWork
from workflow_app.services.documents import access, classification, ingest
from workflow_app.services.documents.versions import may_change

Made = tuple[str, int, int]

STATUS_LABELS = {
    DocumentStatus.RECEIVED: "Menunggu dibaca",
    DocumentStatus.READING: "Sedang dibaca",
    DocumentStatus.READABLE: "Terbaca",
    DocumentStatus.UNREADABLE: "Tidak terbaca",
    DocumentStatus.RECORDING: "Rekaman suara",
    DocumentStatus.DISPOSED: "Dimusnahkan",
}


@dataclass(frozen=True)
class DocumentView:
    """A document as pages show it. The file name is left out, because it may carry
    people's names.
    """

    id: UUID
    label: str
    media_type: str
    pages: int
    status: str
    """received, reading, readable, unreadable, recording."""
    status_label: str
    status_reason: str
    size: int
    added_at: datetime
    added_by: str
    is_duplicate: bool
    """True in the answer to an upload when the case already had exactly this document."""
    can_read: bool
    """False for actors who may know of the document but not open it; PDF and pictures are then
    absent.
    """
    has_pdf: bool
    thumbnail_pages: tuple[int, ...]
    confidence: float | None
    """Mean over the pages, 0 to 100."""
    element: str
    note: str = ""
    """A sentence for the person who uploaded it."""
    level: AccessLevel = AccessLevel.ORDINARY
    level_label: str = classification.LABELS[AccessLevel.ORDINARY]
    can_classify: bool = False
    is_being_read: bool = False
    """True while its pages are still being read, so that a later view shows more."""
    photo_pages: tuple[int, ...] = ()
    """Pages whose photo is kept as it was received."""
    disposed_at: datetime | None = None
    """When its bytes and words were destroyed; only this view is left of it then."""
    sha256: str = ""
    can_hold: bool = False
    is_kept_by_schedule: bool = False
    """True if the retention schedule applies to it; it does not to manifests and stacks."""
    version: int = 1
    """Number of the newest version."""
    can_check: bool = False
    is_checked: bool = False
    doubts: int = 0
    """Number of words that the recognition was not sure of."""
    seconds: float | None = None
    """Length of a recording, if known."""
    copy_level: str = ""
    """The standard that its PDF conforms to, if known."""
    copy_reason: str = ""
    """Why the PDF does not conform to more, or how it differs from the original."""
    accepted_at: datetime | None = None
    """When it was accepted into the archive; None if it was not."""
    accepted_by: str = ""
    is_playable: bool = False
    """True for a recording that the actor may hear."""

    @property
    def is_unread(self) -> bool:
        """True if it could not be read and the actor may open it."""
        return self.can_read and self.status == DocumentStatus.UNREADABLE

    @property
    def extent(self) -> str:
        """Its extent in words: number of pages, or length of the recording."""
        return formatting.extent(self.pages, self.seconds)


def views(
    work: UnitOfWork,
    wanted: Sequence[tuple[UUID, UUID | None]],
    *,
    note: str = "",
    is_new: bool = True,
) -> list[DocumentView]:
    """Return views of documents as seen through a case, in the order asked for.

    Facts of documents and pages take a few queries however many there are; rights and copies of
    edited documents are looked up one by one.
    """
    ids = [document_id for document_id, _ in wanted]
    rows = {
        row.Document.id: row
        for row in work.session.execute(
            select(Document, Blob.size)
            .join(Blob, Blob.sha256 == Document.blob_sha256)
            .where(Document.id.in_(ids))
        )
    }
    links = {
        (row.CaseDocument.document_id, row.CaseDocument.case_id): row
        for row in work.session.execute(
            select(CaseDocument, User.full_name)
            .outerjoin(User, User.id == CaseDocument.added_by)
            .where(CaseDocument.document_id.in_(ids))
        )
    }
    made, waiting = _made(work, ids), access.among(work, [row.Document for row in rows.values()])
    read = {
        row.document_id: row
        for row in work.session.execute(
            select(
                Page.document_id,
                func.count().label("pages"),
                func.avg(Page.confidence).label("confidence"),
            )
            .where(Page.document_id.in_(ids))
            .group_by(Page.document_id)
        )
    }
    arranged = versions.all_places_of(work.session, [row.Document for row in rows.values()])
    views = []
    for document_id, case_id in wanted:
        document, size = rows[document_id]
        seen = links.get((document_id, case_id)) if case_id else None
        is_disposed = document.disposed_at is not None
        can_read = not is_disposed and access.may_read(
            work, document, case_id if seen else None, in_tray=document_id in waiting
        )
        places = arranged[document_id]
        kept = made.get(document_id, []) if can_read else []
        views.append(
            DocumentView(
                id=document_id,
                label=seen.CaseDocument.label if seen else document.label,
                media_type=document.media_type,
                pages=len(places),
                status=document.status,
                status_label=_status_label(
                    document, read[document_id].pages if document_id in read else 0
                ),
                status_reason=document.status_reason,
                size=size,
                added_at=seen.CaseDocument.added_at if seen else document.added_at,
                added_by=(seen.full_name if seen else None) or "Sistem",
                is_duplicate=not is_new,
                can_read=can_read,
                has_pdf=can_read and _has_pdf(work, document, kept),
                thumbnail_pages=tuple(
                    position
                    for position, place in enumerate(places, 1)
                    if (RenditionKind.THUMBNAIL, place.leaf, place.turn) in kept
                ),
                photo_pages=tuple(page for kind, page, _ in kept if kind == RenditionKind.PHOTO),
                confidence=read[document_id].confidence if document_id in read else None,
                is_being_read=can_read
                and document.status in (DocumentStatus.RECEIVED, DocumentStatus.READING),
                element=seen.CaseDocument.element if seen else "",
                level=AccessLevel(document.level),
                level_label=classification.LABELS[AccessLevel(document.level)],
                can_classify=can_read
                and classification.may_classify(work, document, case_id if seen else None),
                version=document.version,
                can_check=can_read and may_change(work, document, case_id if seen else None),
                is_checked=document.checked_at is not None,
                doubts=document.doubts,
                note=note,
                seconds=document.seconds,
                copy_level=document.copy_level if can_read else "",
                copy_reason=document.copy_reason if can_read else "",
                accepted_at=ingest.accepted_at(document) if can_read else None,
                accepted_by=document.accepted_by,
                is_playable=can_read and document.status == DocumentStatus.RECORDING,
                disposed_at=document.disposed_at,
                sha256=document.blob_sha256,
                is_kept_by_schedule=not is_disposed and document.origin in ingest.SCHEDULED,
                can_hold=can_read
                and classification.may_hold(work, document, case_id if seen else None),
            )
        )
    return views


def _made(work: UnitOfWork, ids: Sequence[UUID]) -> dict[UUID, list[Made]]:
    """Return the renditions per document: kind, page of the original, and turn."""
    columns = (Rendition.document_id, Rendition.kind, Rendition.page, Rendition.turn)
    query = select(*columns).where(Rendition.document_id.in_(ids))
    made: dict[UUID, list[Made]] = {}
    for document_id, kind, page, turn in work.session.execute(query.order_by(*columns)):
        made.setdefault(document_id, []).append((kind, page, turn))
    return made


def _has_pdf(work: UnitOfWork, document: Document, made: Sequence[Made]) -> bool:
    """True if a PDF can be opened. Only for an edited document is the archive asked."""
    if document.version > 1:
        return readings.pdf_of(work.session, document) is not None
    kinds = {kind for kind, _, _ in made}
    return document.media_type == "application/pdf" or not kinds.isdisjoint(readings.PDF_KINDS)


def _status_label(document: Document, pages_read: int) -> str:
    if ingest.is_own(document) and document.disposed_at is None:
        return "Tersimpan"
    label = STATUS_LABELS[DocumentStatus(document.status)]
    if document.status == DocumentStatus.READING and document.pages > 1:
        return f"{label}: {pages_read} dari {document.pages} halaman"
    return label


@dataclass(frozen=True)
class Holder:
    """A case that holds a document."""

    id: UUID
    number: str


@dataclass(frozen=True)
class Alike:
    """Another document with pages that look and read like pages of this one."""

    document_id: UUID
    label: str
    case: Holder | None
    pages: Sequence[tuple[int, int]]
    """Pairs of a page of this document and the page of the other."""


@dataclass(frozen=True)
class Relative:
    """A document that this one was made from, or that was made from it."""

    document_id: UUID
    label: str
    pages: Sequence[int]
    """Page numbers in the source document."""


@dataclass(frozen=True)
class Kin:
    """Relations of a document to others."""

    cases: Sequence[Holder] = ()
    """Cases that hold exactly this document."""
    alike: Sequence[Alike] = ()
    made_of: Sequence[Relative] = ()
    made_from: Sequence[Relative] = ()
    """Documents into which pages of this one went."""


def of(work: UnitOfWork, document_id: UUID) -> Kin:
    """Return the relations of a document to others. Raises unless the actor may read it."""
    access.readable(work, document_id)
    found = similar.of_likeness(work.session, document_id, access.all_readable(work))
    others = list(dict.fromkeys(alike.document_id for alike in found))
    holders = holders_of(work, [document_id, *others])
    labels: dict[UUID, str] = dict(
        work.session.execute(
            select(Document.id, Document.label).where(Document.id.in_(others))
        ).all()
    )
    return Kin(
        cases=[holder for holder, _ in holders.get(document_id, [])],
        alike=[
            Alike(
                other,
                label_of(holders.get(other), labels[other]),
                holders[other][-1][0] if other in holders else None,
                sorted((each.page, each.other_page) for each in found if each.document_id == other),
            )
            for other in others
        ],
        made_of=_relatives(
            work,
            [(row.source_id, row.pages) for row in documents.sources_of(work.session, document_id)],
        ),
        made_from=_relatives(
            work,
            [
                (row.document_id, row.pages)
                for row in documents.made_from(work.session, document_id)
            ],
        ),
    )


def _relatives(work: UnitOfWork, rows: Sequence[tuple[UUID, Sequence[int]]]) -> list[Relative]:
    """Return those relations whose document the actor may read; others are not mentioned."""
    readable = access.all_readable(work).where(Document.id.in_([other for other, _ in rows]))
    labels: dict[UUID, str] = dict(
        work.session.execute(
            select(Document.id, Document.label).where(Document.id.in_(readable))
        ).all()
    )
    holders = holders_of(work, list(labels))
    return [
        Relative(other, label_of(holders.get(other), labels[other]), pages)
        for other, pages in rows
        if other in labels
    ]


def label_of(holders: list[tuple[Holder, str]] | None, of_archive: str) -> str:
    """Return the label of a document in the newest case that holds it, or in the archive."""
    return holders[-1][1] if holders else of_archive


def holders_of(work: UnitOfWork, ids: Sequence[UUID]) -> dict[UUID, list[tuple[Holder, str]]]:
    """Return per document the readable cases that hold it with its label there, newest last."""
    query = (
        select(CaseDocument.document_id, Case.id, Case.number, CaseDocument.label)
        .join(Case, Case.id == CaseDocument.case_id)
        .where(CaseDocument.document_id.in_(ids), task_rights.readable_case(work))
        .order_by(CaseDocument.added_at, Case.number)
    )
    found: dict[UUID, list[tuple[Holder, str]]] = {}
    for document_id, case_id, number, label in work.session.execute(query):
        found.setdefault(document_id, []).append((Holder(case_id, number), label))
    return found
