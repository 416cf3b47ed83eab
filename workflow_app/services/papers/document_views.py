"""Papers as pages show them, seen through the case that holds them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select

import archive.version_copies
import archive.versions
from archive.models import Blob, Document, DocumentStatus, Page, Rendition, RenditionKind
from workflow_app.models.document import CaseDocument
from workflow_app.models.user import User
from workflow_app.services.ground.unit_of_work import UnitOfWork
from workflow_app.services.office import readable
from workflow_app.services.papers import intake, levels, paper_holds, paper_sight, tray_sight, versions
from workflow_app.types import AccessLevel

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
    """A paper as pages show it. Never its file name: those carry names of people."""

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
    """Answer to an upload: the case already had exactly this paper."""
    can_read: bool
    """False for those who may know of the paper but not open it; then there is neither PDF nor picture."""
    has_pdf: bool
    thumbnail_pages: tuple[int, ...]
    confidence: float | None
    """Mean over the pages, 0 to 100."""
    element: str
    note: str = ""
    """Sentence for the person who uploaded."""
    level: AccessLevel = AccessLevel.ORDINARY
    level_label: str = levels.LABELS[AccessLevel.ORDINARY]
    can_classify: bool = False
    is_being_read: bool = False
    """Somebody who waits a moment sees more of it."""
    photo_pages: tuple[int, ...] = ()
    """Pages of which the photo is kept as it was received."""
    disposed_at: datetime | None = None
    """When its bytes and words were disposed of; then only this is left of it."""
    sha256: str = ""
    can_hold: bool = False
    is_kept_by_schedule: bool = False
    """Is it one of those that the retention schedule is about? Manifests and stacks are not."""
    version: int = 1
    """The newest one."""
    can_check: bool = False
    is_checked: bool = False
    doubts: int = 0
    """Words of which the reader was not sure."""
    seconds: float | None = None
    """How long a recording lasts, where that is known."""
    copy_level: str = ""
    """What its PDF conforms to, where that is known."""
    copy_reason: str = ""
    """Why it is not more, or what sets it apart from the original."""
    accepted_at: datetime | None = None
    """Since when it is in the archive; None of one that nobody has accepted there."""
    accepted_by: str = ""
    is_playable: bool = False
    """A recording that the actor may hear."""

    @property
    def is_unread(self) -> bool:
        """It could not be read, and the actor may open it."""
        return self.can_read and self.status == DocumentStatus.UNREADABLE

    @property
    def extent(self) -> str:
        """How much there is of it: pages, or how long it lasts."""
        return readable.extent(self.pages, self.seconds)


def views(
    work: UnitOfWork,
    wanted: Sequence[tuple[UUID, UUID | None]],
    *,
    note: str = "",
    is_new: bool = True,
) -> list[DocumentView]:
    """Views of documents as seen through a case, in the order asked for. What is known of the papers and of
    their pages is a few queries however many they are; rights and the copies of arranged papers are asked for each.
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
    made, waiting = _made(work, ids), tray_sight.among(work, [row.Document for row in rows.values()])
    read = {
        row.document_id: row
        for row in work.session.execute(
            select(
                Page.document_id, func.count().label("pages"), func.avg(Page.confidence).label("confidence")
            )
            .where(Page.document_id.in_(ids))
            .group_by(Page.document_id)
        )
    }
    arranged = archive.versions.all_places_of(work.session, [row.Document for row in rows.values()])
    views = []
    for document_id, case_id in wanted:
        document, size = rows[document_id]
        seen = links.get((document_id, case_id)) if case_id else None
        is_disposed = document.disposed_at is not None
        can_read = not is_disposed and paper_sight.may_read(
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
                status_label=_status_label(document, read[document_id].pages if document_id in read else 0),
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
                level_label=levels.LABELS[AccessLevel(document.level)],
                can_classify=can_read and levels.may_classify(work, document, case_id if seen else None),
                version=document.version,
                can_check=can_read and versions.may_change(work, document, case_id if seen else None),
                is_checked=document.checked_at is not None,
                doubts=document.doubts,
                note=note,
                seconds=document.seconds,
                copy_level=document.copy_level if can_read else "",
                copy_reason=document.copy_reason if can_read else "",
                accepted_at=intake.accepted_at(document) if can_read else None,
                accepted_by=document.accepted_by,
                is_playable=can_read and document.status == DocumentStatus.RECORDING,
                disposed_at=document.disposed_at,
                sha256=document.blob_sha256,
                is_kept_by_schedule=not is_disposed and document.origin in intake.SCHEDULED,
                can_hold=can_read and paper_holds.may_hold(work, document, case_id if seen else None),
            )
        )
    return views


def _made(work: UnitOfWork, ids: Sequence[UUID]) -> dict[UUID, list[Made]]:
    """What was made of the originals: its kind, of which page, and how that is turned."""
    columns = (Rendition.document_id, Rendition.kind, Rendition.page, Rendition.turn)
    query = select(*columns).where(Rendition.document_id.in_(ids))
    made: dict[UUID, list[Made]] = {}
    for document_id, kind, page, turn in work.session.execute(query.order_by(*columns)):
        made.setdefault(document_id, []).append((kind, page, turn))
    return made


def _has_pdf(work: UnitOfWork, document: Document, made: Sequence[Made]) -> bool:
    """Only for what people have arranged has the archive to be asked."""
    if document.version > 1:
        return archive.version_copies.pdf_of(work.session, document) is not None
    kinds = {kind for kind, _, _ in made}
    return document.media_type == "application/pdf" or not kinds.isdisjoint(archive.version_copies.PDF_KINDS)


def _status_label(document: Document, pages_read: int) -> str:
    if intake.is_own(document) and document.disposed_at is None:
        return "Tersimpan"
    label = STATUS_LABELS[DocumentStatus(document.status)]
    if document.status == DocumentStatus.READING and document.pages > 1:
        return f"{label}: {pages_read} dari {document.pages} halaman"
    return label
