"""Papers as pages show them, seen through the case that holds them.

Papers that are there twice, as far as the actor may read them: the same bytes in another case, the
same page scanned again.

What lies behind a wall, in a case of others or above his level is not compared: it could tell what
it holds.
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
    """False for those who may know of the paper but not open it; then there is neither PDF nor
    picture.
    """
    has_pdf: bool
    thumbnail_pages: tuple[int, ...]
    confidence: float | None
    """Mean over the pages, 0 to 100."""
    element: str
    note: str = ""
    """Sentence for the person who uploaded."""
    level: AccessLevel = AccessLevel.ORDINARY
    level_label: str = classification.LABELS[AccessLevel.ORDINARY]
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
        return formatting.extent(self.pages, self.seconds)


def views(
    work: UnitOfWork,
    wanted: Sequence[tuple[UUID, UUID | None]],
    *,
    note: str = "",
    is_new: bool = True,
) -> list[DocumentView]:
    """Views of documents as seen through a case, in the order asked for. What is known of the
    papers and of their pages is a few queries however many they are; rights and the copies of
    arranged papers are asked for each.
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
    """A case that holds a paper."""

    id: UUID
    number: str


@dataclass(frozen=True)
class Alike:
    """Another paper with pages that look and read like pages of this one."""

    document_id: UUID
    label: str
    case: Holder | None
    pages: Sequence[tuple[int, int]]
    """Each page of this one with the page of the other."""


@dataclass(frozen=True)
class Relative:
    """A paper that this one was made of, or that was made of it."""

    document_id: UUID
    label: str
    pages: Sequence[int]
    """Pages of the one that they were taken from."""


@dataclass(frozen=True)
class Kin:
    """What is known of a paper elsewhere."""

    cases: Sequence[Holder] = ()
    """Cases that hold exactly this paper."""
    alike: Sequence[Alike] = ()
    made_of: Sequence[Relative] = ()
    made_from: Sequence[Relative] = ()
    """Papers that pages of this one went into."""


def of(work: UnitOfWork, document_id: UUID) -> Kin:
    """Where else this paper is, for who may read it; nothing for others."""
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
    """Those that the actor may read, the others are not told of."""
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
    """What a paper is called in the newest case that holds it, or in the archive."""
    return holders[-1][1] if holders else of_archive


def holders_of(work: UnitOfWork, ids: Sequence[UUID]) -> dict[UUID, list[tuple[Holder, str]]]:
    """The cases that hold these papers, with what each is called there, the newest last."""
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
