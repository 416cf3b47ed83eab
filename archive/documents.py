"""Documents: taking in, what was read from them, the versions made from them."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID, uuid4

from sqlalchemy import delete, func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, defer

from archive import page_rows, rereading
from archive.blobs import Blobs
from archive.errors import DocumentDisposed, DocumentMissing
from archive.models import (
    Blob,
    Document,
    DocumentStatus,
    FormerRendition,
    Page,
    Rendition,
    RenditionKind,
)
from archive.page_models import PageLayer
from archive.page_text import PageText as PageText


@dataclass(frozen=True, slots=True)
class Added:
    """Answer to bringing in a file."""

    document_id: UUID
    is_duplicate: bool
    """The same bytes were brought before; `document_id` is the document they made then."""


class Outcome(NamedTuple):
    """What became of one page."""

    no: int
    source: str
    reason: str


def add(
    session: Session,
    blobs: Blobs,
    data: bytes,
    *,
    media_type: str,
    pages: int,
    origin: str,
    label: str,
    at: datetime,
    document_id: UUID | None = None,
    is_recording: bool = False,
    seconds: float | None = None,
) -> Added:
    """Keep a file. The bytes are locked in the store before the first row is written.

    `label` says what the paper is and must carry no personal data; the name of the file is not kept. `document_id` is the id
    that the paper has already, when it comes from another archive. A recording has no pages, and nobody reads it.
    """
    sha256 = keep_bytes(session, blobs, data, media_type, at)
    new_id = session.scalar(
        insert(Document)
        .values(
            id=document_id or uuid4(),
            blob_sha256=sha256,
            media_type=media_type,
            pages=pages,
            seconds=seconds,
            label=label,
            origin=origin,
            status=DocumentStatus.RECORDING if is_recording else DocumentStatus.RECEIVED,
            status_reason="",
            level=0,
            added_at=at,
        )
        .on_conflict_do_nothing(
            index_elements=[Document.blob_sha256], index_where=text("disposed_at IS NULL")
        )
        .returning(Document.id)
    )
    if new_id is not None:
        return Added(new_id, is_duplicate=False)
    # Its bytes are locked (`_keep`), so nobody disposes of it before the caller has linked it.
    living = (Document.blob_sha256 == sha256) & Document.disposed_at.is_(None)
    return Added(session.scalars(select(Document.id).where(living)).one(), is_duplicate=True)


def get(session: Session, document_id: UUID) -> Document:
    """The document; `DocumentMissing` when there is none."""
    document = session.get(Document, document_id)
    if document is None:
        raise DocumentMissing
    return document


def get_living(session: Session, document_id: UUID) -> Document:
    """The document, locked so that it is not disposed of meanwhile; `DocumentDisposed` when it was."""
    document = _with_lock(session, document_id)
    if document.disposed_at is not None:
        raise DocumentDisposed
    return document


def _with_lock(session: Session, document_id: UUID) -> Document:
    get(session, document_id)
    lock = {"key_share": True}
    return session.get_one(Document, document_id, with_for_update=lock, populate_existing=True)


def pages_of(session: Session, document_id: UUID) -> list[Page]:
    """What was read, page by page; empty before the first reading. The words are fetched where somebody asks for them."""
    query = select(Page).where(Page.document_id == document_id).order_by(Page.no).options(defer(Page.words))
    return list(session.scalars(query))


def add_rendition(
    session: Session,
    blobs: Blobs,
    document_id: UUID,
    data: bytes,
    *,
    kind: RenditionKind,
    media_type: str,
    at: datetime,
    page: int = 0,
    turn: int = 0,
) -> str:
    """Keep a version made from a document and return its hash. It replaces an earlier one of the same kind
    and page in the list; the earlier bytes stay in the store."""
    get_living(session, document_id)
    sha256 = keep_bytes(session, blobs, data, media_type, at)
    made = select(Rendition.document_id, Rendition.blob_sha256).where(
        Rendition.document_id == document_id,
        Rendition.kind == kind,
        Rendition.page == page,
        Rendition.turn == turn,
        Rendition.blob_sha256 != sha256,
    )
    session.execute(
        insert(FormerRendition)
        .from_select(["document_id", "blob_sha256"], made)
        .on_conflict_do_nothing(index_elements=[FormerRendition.document_id, FormerRendition.blob_sha256])
    )
    row = insert(Rendition).values(
        document_id=document_id, kind=kind, page=page, turn=turn, blob_sha256=sha256, made_at=at
    )
    session.execute(
        row.on_conflict_do_update(
            index_elements=[Rendition.document_id, Rendition.kind, Rendition.page, Rendition.turn],
            set_={"blob_sha256": row.excluded.blob_sha256, "made_at": row.excluded.made_at},
        )
    )
    return sha256


def mark_unreadable(session: Session, document_id: UUID, reason: str) -> Document:
    """Note that the document could not be read at all; it stays kept and can be read again later. One that was read
    meanwhile, or is gone, is left as it is.
    """
    document = _with_lock(session, document_id)
    if document.status in (DocumentStatus.READABLE, DocumentStatus.DISPOSED):
        return document
    document.status = DocumentStatus.UNREADABLE
    document.status_reason = reason
    session.flush()
    return document


def save_pages(session: Session, document_id: UUID, pages: Sequence[PageText]) -> Document:
    """Keep the words of a whole reading, replacing those of an earlier one; its versions are kept beside. Of a document that
    people have arranged, pages that they left as they were read are replaced, the others stay (`rereading`).
    """
    document = _locked(session, document_id)
    if document.version == 1:
        for table in (Page, PageLayer):
            session.execute(delete(table).where(table.document_id == document_id))
        insert_pages(session, document_id, pages)
    else:
        rereading.read_again(session, document, pages)
    return judge(session, document_id, pages)


def insert_pages(session: Session, document_id: UUID, pages: Sequence[PageText]) -> None:
    """Keep the words of pages that are not there yet."""
    document = _locked(session, document_id)
    if pages:
        session.execute(insert(Page), [page_rows.row_of(document, page) for page in pages])


def _locked(session: Session, document_id: UUID) -> Document:
    """Locked, so that facets given meanwhile are either copied to new pages or written to them afterwards."""
    get_living(session, document_id)
    session.flush()
    return session.get_one(Document, document_id, with_for_update=True, populate_existing=True)


def judge(session: Session, document_id: UUID, pages: Sequence[PageText | Outcome]) -> Document:
    """Say how far a document was read, now that all of its pages were: `readable` when at least one page was, else
    `unreadable`; pages that failed are named in `status_reason`."""
    document = get_living(session, document_id)
    counted = select(func.coalesce(func.sum(Page.doubts), 0)).where(Page.document_id == document_id)
    document.doubts = session.scalar(counted) or 0
    failed = [page for page in pages if page.source == "failed"]
    is_readable = len(failed) < len(pages)
    document.status = DocumentStatus.READABLE if is_readable else DocumentStatus.UNREADABLE
    document.status_reason = _failures(failed)
    session.flush()
    return document


def keep_bytes(
    session: Session,
    blobs: Blobs,
    data: bytes,
    media_type: str,
    at: datetime,
    keep_for: timedelta | None = None,
) -> str:
    """Store bytes and write their row; returns their hash. In the store first: a crash leaves no row without bytes. What may be
    wanted by nobody in the end is locked for the time given; once it is a document, or part of one, as long as every other.
    """
    stored = blobs.put(data, media_type, keep_for=keep_for)
    session.execute(
        insert(Blob)
        .values(
            sha256=stored.sha256,
            size=stored.size,
            media_type=media_type,
            version_id=stored.version_id,
            stored_at=at,
        )
        .on_conflict_do_nothing(index_elements=[Blob.sha256])
    )
    # Who disposes of the last document with these bytes holds this row until he has said so.
    still = select(Blob.gone_at).where(Blob.sha256 == stored.sha256)
    if session.scalar(still.with_for_update(read=True)) is not None:
        _bring_back(session, blobs, data, media_type, at, keep_for)
    return stored.sha256


def _bring_back(
    session: Session,
    blobs: Blobs,
    data: bytes,
    media_type: str,
    at: datetime,
    keep_for: timedelta | None,
) -> None:
    """Keep bytes again that were given up: what the store said of them before may not hold any more."""
    sha256 = hashlib.sha256(data).hexdigest()
    blob = session.get_one(Blob, sha256, with_for_update=True, populate_existing=True)
    if blob.gone_at is not None:
        blob.version_id = blobs.put(data, media_type, anew=True, keep_for=keep_for).version_id
        blob.stored_at, blob.gone_at, blob.erased_at = at, None, None
        session.flush()


def _failures(failed: Sequence[PageText | Outcome]) -> str:
    if not failed:
        return ""
    numbers = ", ".join(str(page.no) for page in failed)
    return f"Halaman {numbers} tidak terbaca. {failed[0].reason}".strip()
