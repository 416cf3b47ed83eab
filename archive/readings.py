"""A document during its reading, and the searchable copies of its versions.

Each page is saved as soon as it was read; a reader that continues after a crash begins with the
next page.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, defer

from archive import documents, versions
from archive.blobs import Blobs
from archive.documents import Outcome
from archive.models import (
    Blob,
    Document,
    DocumentStatus,
    Page,
    PageLayer,
    Rendition,
    RenditionKind,
    Version,
)
from archive.page_content import PageText
from archive.versions import Places

PDF_KINDS = (RenditionKind.PICTURE_PDF, RenditionKind.SEARCHABLE_PDF)
"""Kinds of searchable copies in the order of their names; the last one is the best."""
PDF = "application/pdf"


def as_read(session: Session, document: Document) -> Blob:
    """Return the copy made at the reading, with upright pages; without one, the original itself."""
    query = (
        select(Blob)
        .join(Rendition, Rendition.blob_sha256 == Blob.sha256)
        .where(Rendition.document_id == document.id, Rendition.kind.in_(PDF_KINDS))
        .order_by(Rendition.kind.desc())
    )
    return session.scalars(query).first() or session.get_one(Blob, document.blob_sha256)


def pdf_of(session: Session, document: Document, no: int | None = None) -> Blob | None:
    """Return the copy of a version (the newest by default), or that of an earlier one with the same
    page arrangement. None when there is no copy.
    """
    wanted = document.version if no is None else no
    looks = _looks(versions.places_of(session, document, wanted))
    for version in versions.of(session, document.id):
        is_same = [(leaf, turn) for leaf, turn, _ in version.places] == looks
        if version.pdf_sha256 and version.no <= wanted and is_same:
            return session.get_one(Blob, version.pdf_sha256)
    if looks != _looks(versions.places_of(session, document, 1)):
        return None
    found = as_read(session, document)
    return found if found.media_type == PDF else None


def keep(
    session: Session,
    blobs: Blobs,
    version: Version,
    pdf: bytes,
    at: datetime,
    *,
    level: str,
    reason: str,
) -> None:
    """Save the copy of a version with its conformance level and the reason why it is not higher."""
    version.pdf_sha256 = documents.keep_bytes(session, blobs, pdf, PDF, at)
    version.reason = ""
    note_level(documents.get(session, version.document_id), version.no, level, reason)
    session.flush()


def note_level(document: Document, no: int, level: str, reason: str) -> None:
    """Record the conformance level of the copy of this version; a superseded version is ignored."""
    if document.version == no:
        document.copy_level, document.copy_reason = level, reason


def waits(session: Session, document: Document) -> Version | None:
    """Return the newest version if its copy is still to be made."""
    if document.disposed_at is not None:
        return None
    version = session.get(Version, (document.id, document.version))
    return (
        version
        if version is not None and version.pdf_sha256 is None and not version.reason
        else None
    )


def _looks(places: Places) -> list[tuple[int, int]]:
    return [(place.leaf, place.turn) for place in places]


@dataclass(frozen=True, slots=True)
class ReadBefore:
    """A page that an earlier, unfinished reading has saved."""

    page: Page
    layout: Mapping[str, Any]
    layer: bytes


def begin(session: Session, document_id: UUID) -> tuple[Document, list[ReadBefore]]:
    """Record the start of a reading and return the document with the pages that need not be read
    again.

    Failed pages are read again. A document that people have edited is read again as a whole,
    because its pages have changed.
    """
    document = documents.get_living(session, document_id)
    document.status, document.status_reason = DocumentStatus.READING, ""
    if document.version > 1:
        session.flush()
        return document, []
    query = (
        select(Page, PageLayer)
        .join(PageLayer, (PageLayer.document_id == Page.document_id) & (PageLayer.no == Page.no))
        .where(Page.document_id == document_id)
        .order_by(Page.no)
        .options(defer(Page.tsv, raiseload=True))
    )
    found = [ReadBefore(page, layer.layout, layer.layer) for page, layer in session.execute(query)]
    session.flush()
    return document, found


def save_page(
    session: Session,
    blobs: Blobs,
    document_id: UUID,
    page: PageText,
    *,
    thumbnail: bytes,
    layout: Mapping[str, Any],
    layer: bytes,
    at: datetime,
    thumbnail_type: str = "image/webp",
) -> None:
    """Save one page, so that it can be found and its thumbnail is shown.

    It replaces an earlier reading of the page unless a person has changed that
    (`archive.documents.read_again`).
    """
    if thumbnail:
        documents.add_rendition(
            session,
            blobs,
            document_id,
            thumbnail,
            kind=RenditionKind.THUMBNAIL,
            media_type=thumbnail_type,
            at=at,
            page=page.no,
        )
    document = documents.get_living(session, document_id)
    if document.version > 1:
        documents.read_again(session, document, [page])
        return
    for table in (Page, PageLayer):
        session.execute(delete(table).where(table.document_id == document_id, table.no == page.no))
    documents.insert_pages(session, document_id, [page])
    if page.source != "failed":
        layers = {"document_id": document_id, "no": page.no, "layout": dict(layout), "layer": layer}
        session.execute(insert(PageLayer).values(layers))


def finish(
    session: Session,
    blobs: Blobs,
    document_id: UUID,
    *,
    pdf: bytes | None,
    pdf_kind: RenditionKind | None,
    pdf_level: str = "",
    pdf_reason: str = "",
    at: datetime,
) -> Document:
    """End a reading whose pages were all saved: store its copy with the level and delete the data
    kept for the copy.

    The document becomes `readable` if at least one page was read, otherwise `unreadable`;
    `status_reason` names the failed pages.
    """
    if pdf is not None and pdf_kind is not None:
        documents.add_rendition(
            session, blobs, document_id, pdf, kind=pdf_kind, media_type="application/pdf", at=at
        )
    note_level(documents.get_living(session, document_id), 1, pdf_level, pdf_reason)
    query = (
        select(Page.no, Page.source, Page.reason)
        .where(Page.document_id == document_id)
        .order_by(Page.no)
    )
    session.execute(delete(PageLayer).where(PageLayer.document_id == document_id))
    return documents.judge(session, document_id, [Outcome(*row) for row in session.execute(query)])
