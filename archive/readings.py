"""A document while it is read: each page is there as soon as it was read, and who reads on after a crash begins behind it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, defer

from archive import documents, rereading, version_copies
from archive.blobs import Blobs
from archive.documents import Outcome, PageText
from archive.models import Document, DocumentStatus, Page, RenditionKind
from archive.page_models import PageLayer


@dataclass(frozen=True, slots=True)
class ReadBefore:
    """A page that an earlier, unfinished reading has left."""

    page: Page
    layout: Mapping[str, Any]
    layer: bytes


def begin(session: Session, document_id: UUID) -> tuple[Document, list[ReadBefore]]:
    """Note that a reader has begun; answers which pages it need not read any more. Pages that failed are read again, and so
    is all of a document that people have arranged: its pages are others now.
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
    """Keep one page: from now on it is found, and its small picture is shown. In place of an earlier reading of it, as
    far as people have left that as it was (`rereading`).
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
        rereading.read_again(session, document, [page])
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
    """End a reading whose pages were all kept: its copy is stored with its level, what was kept for the copy is gone.

    The document becomes `readable` when at least one page was read, else `unreadable`; pages that failed are named in
    `status_reason`.
    """
    if pdf is not None and pdf_kind is not None:
        documents.add_rendition(
            session, blobs, document_id, pdf, kind=pdf_kind, media_type="application/pdf", at=at
        )
    version_copies.note_level(documents.get_living(session, document_id), 1, pdf_level, pdf_reason)
    query = select(Page.no, Page.source, Page.reason).where(Page.document_id == document_id).order_by(Page.no)
    session.execute(delete(PageLayer).where(PageLayer.document_id == document_id))
    return documents.judge(session, document_id, [Outcome(*row) for row in session.execute(query)])
