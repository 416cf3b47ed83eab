"""Documents of the archive: adding them, saving what was read from them and the renditions made
from them.

A reading that arrives after people have edited the document never overwrites their changes.
Documents can also be assembled from pages of others: split from one or merged from several; each
refers to the other.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID, uuid4

from sqlalchemy import delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, defer

from archive import page_content, versions
from archive.blobs import Blobs
from archive.errors import DocumentDisposed, DocumentMissing
from archive.models import (
    Blob,
    Document,
    DocumentStatus,
    FormerRendition,
    MadeOf,
    Page,
    PageLayer,
    PastPage,
    Rendition,
    RenditionKind,
)
from archive.page_content import PageText as PageText
from archive.versions import TURNED, Place, forget, places_of, settle


def keep_reading(session: Session, document: Document, pages: Mapping[int, PageText]) -> None:
    """Save the reading of pages of the newest version that were turned, by position. Pages that
    were changed in the meantime stay unchanged.
    """
    for position, page in pages.items():
        row = page_content.row_of(document, replace(page, no=position))
        session.execute(
            update(Page)
            .where(
                Page.document_id == document.id,
                Page.no == position,
                Page.source == TURNED,
                func.cardinality(Page.corrected) == 0,
            )
            .values(**row)
            .execution_options(synchronize_session=False)
        )
    settle(session, document)


def read_again(session: Session, document: Document, pages: Iterable[PageText]) -> None:
    """Save a new reading of a document that people have edited, by the original page numbers.

    It replaces the former reading of every page that nobody has changed. A page that failed keeps
    its former reading.
    """
    now = {place: position for position, place in enumerate(places_of(session, document), 1)}
    for page in pages:
        if page.source == "failed":
            continue
        position = now.get(Place(page.no, 0, 1))
        if position is not None:
            row = page_content.row_of(document, replace(page, no=position))
            session.execute(
                update(Page)
                .where(Page.document_id == document.id, Page.no == position)
                .values(**row)
                .execution_options(synchronize_session=False)
            )
        else:
            session.execute(
                update(PastPage)
                .where(
                    PastPage.document_id == document.id,
                    PastPage.leaf == page.no,
                    PastPage.edition == 1,
                )
                .values(content=page_content.content_of(page))
                .execution_options(synchronize_session=False)
            )
    forget(session, document.id)


@dataclass(frozen=True, slots=True)
class Added:
    """Result of adding a file."""

    document_id: UUID
    is_duplicate: bool
    """Whether the same bytes were added before; `document_id` is then the existing document."""


class Outcome(NamedTuple):
    """Result of reading one page."""

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
    """Add a file as a document. The bytes are locked in the store before the first row is written.

    `label` says what the document is and must carry no personal data; the file name is not stored.
    `document_id` is the existing id of a document that comes from another archive. A recording has
    no pages and is never read.
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
    # The row of its bytes is locked (`keep_bytes`), so the document cannot be disposed of before
    # the caller has linked it.
    living = (Document.blob_sha256 == sha256) & Document.disposed_at.is_(None)
    return Added(session.scalars(select(Document.id).where(living)).one(), is_duplicate=True)


def get(session: Session, document_id: UUID) -> Document:
    """Return the document. Raises `DocumentMissing`."""
    document = session.get(Document, document_id)
    if document is None:
        raise DocumentMissing
    return document


def get_living(session: Session, document_id: UUID) -> Document:
    """Return the document, locked against disposal. Raises `DocumentDisposed`."""
    document = _with_lock(session, document_id)
    if document.disposed_at is not None:
        raise DocumentDisposed
    return document


def _with_lock(session: Session, document_id: UUID) -> Document:
    get(session, document_id)
    lock = {"key_share": True}
    return session.get_one(Document, document_id, with_for_update=lock, populate_existing=True)


def pages_of(session: Session, document_id: UUID) -> list[Page]:
    """Return the pages that were read, in order; empty before the first reading. The words are
    loaded on first access.
    """
    query = (
        select(Page)
        .where(Page.document_id == document_id)
        .order_by(Page.no)
        .options(defer(Page.words))
    )
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
    """Save a rendition of a document and return its hash. It replaces an earlier one of the same
    kind and page in the list; the earlier bytes remain in the store.
    """
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
        .on_conflict_do_nothing(
            index_elements=[FormerRendition.document_id, FormerRendition.blob_sha256]
        )
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
    """Record that the document could not be read at all; it can be read again later. A document
    that was read or disposed of in the meantime stays unchanged.
    """
    document = _with_lock(session, document_id)
    if document.status in (DocumentStatus.READABLE, DocumentStatus.DISPOSED):
        return document
    document.status = DocumentStatus.UNREADABLE
    document.status_reason = reason
    session.flush()
    return document


def save_pages(session: Session, document_id: UUID, pages: Sequence[PageText]) -> Document:
    """Save the text of a whole reading. It replaces an earlier reading.

    If people have edited the document, only the pages that they left unchanged are replaced (see
    `read_again`).
    """
    document = _locked(session, document_id)
    if document.version == 1:
        for table in (Page, PageLayer):
            session.execute(delete(table).where(table.document_id == document_id))
        insert_pages(session, document_id, pages)
    else:
        read_again(session, document, pages)
    return judge(session, document_id, pages)


def insert_pages(session: Session, document_id: UUID, pages: Sequence[PageText]) -> None:
    """Save the text of pages that have no row yet."""
    document = _locked(session, document_id)
    if pages:
        session.execute(insert(Page), [page_content.row_of(document, page) for page in pages])


def _locked(session: Session, document_id: UUID) -> Document:
    """Lock a document, so that facets set by another transaction are either copied to new pages or
    written to them afterwards.
    """
    get_living(session, document_id)
    session.flush()
    return session.get_one(Document, document_id, with_for_update=True, populate_existing=True)


def judge(session: Session, document_id: UUID, pages: Sequence[PageText | Outcome]) -> Document:
    """Set the status of a document after the reading of all its pages.

    It is `readable` if at least one page was read, otherwise `unreadable`; `status_reason` names
    the failed pages.
    """
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
    """Store bytes, write their row and return their hash. The store comes first, so that a crash
    leaves no row without bytes.

    `keep_for` is the lock of bytes that may turn out to be unneeded; it is lengthened to the usual
    one when the bytes become a document or part of one.
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
    # A disposal of the last document with these bytes locks this row until its transaction ends.
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
    """Store given-up bytes again, as a new version, because the store may be deleting
    the old one.
    """
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


@dataclass(frozen=True, slots=True)
class Part:
    """Pages of the newest version of a document, by their positions."""

    document: Document
    positions: Sequence[int]


@dataclass(frozen=True, slots=True)
class Made:
    """Result of assembling a document."""

    document_id: UUID
    is_duplicate: bool
    """Whether the same bytes were kept before; the existing document stays unchanged."""
    is_known: bool
    """Whether it was made from the same pages of the same versions before."""


def put_together(
    session: Session,
    blobs: Blobs,
    pdf: bytes,
    parts: Sequence[Part],
    *,
    label: str,
    origin: str,
    at: datetime,
    accepted_at: datetime | None = None,
) -> Made:
    """Add a document whose bytes are these pages.

    Their text, with corrected words, and their thumbnails are copied, so that no new reading is
    needed. `accepted_at` is the instant since which its pages are in the archive.
    """
    taken = [
        (part, position, place) for part in parts for position, place in _places(session, part)
    ]
    added = add(
        session,
        blobs,
        pdf,
        media_type="application/pdf",
        pages=len(taken),
        origin=origin,
        label=label,
        at=at,
    )
    if not added.is_duplicate:
        get(session, added.document_id).accepted_at = accepted_at
        _bring_along(session, added.document_id, taken, at)
    is_known = not _note_sources(session, added.document_id, parts)
    return Made(added.document_id, added.is_duplicate, is_known)


def sources_of(session: Session, document_id: UUID) -> list[MadeOf]:
    """Return the sources of an assembled document."""
    return list(session.scalars(select(MadeOf).where(MadeOf.document_id == document_id)))


def made_from(session: Session, document_id: UUID) -> list[MadeOf]:
    """Return the records of documents that were assembled from this one."""
    return list(session.scalars(select(MadeOf).where(MadeOf.source_id == document_id)))


def _bring_along(
    session: Session, made: UUID, taken: Sequence[tuple[Part, int, Place]], at: datetime
) -> None:
    texts = [
        replace(versions.pages_of(session, part.document, [(position, place)])[0], no=no)
        for no, (part, position, place) in enumerate(taken, 1)
    ]
    save_pages(session, made, texts)
    for no, (part, _, place) in enumerate(taken, 1):
        _take_picture(session, made, no, part.document, place, at)


def _note_sources(session: Session, made: UUID, parts: Sequence[Part]) -> bool:
    """Record the source versions of an assembled document; returns False when all were recorded
    before.
    """
    known = {(one.source_id, one.source_version, *one.pages) for one in sources_of(session, made)}
    told = {(part.document.id, part.document.version, *part.positions) for part in parts}
    for part in parts:
        row = insert(MadeOf).values(
            document_id=made,
            source_id=part.document.id,
            source_version=part.document.version,
            pages=list(part.positions),
        )
        newest = {"source_version": row.excluded.source_version, "pages": row.excluded.pages}
        session.execute(
            row.on_conflict_do_update(
                index_elements=[MadeOf.document_id, MadeOf.source_id], set_=newest
            )
        )
    return not told <= known


def _places(session: Session, part: Part) -> list[tuple[int, Place]]:
    places = versions.places_of(session, part.document)
    return [(position, places[position - 1]) for position in part.positions]


def _take_picture(
    session: Session, made: UUID, no: int, source: Document, place: Place, at: datetime
) -> None:
    query = select(Rendition.blob_sha256).where(
        Rendition.document_id == source.id,
        Rendition.kind == RenditionKind.THUMBNAIL,
        Rendition.page == place.leaf,
        Rendition.turn == place.turn,
    )
    if (sha256 := session.scalar(query)) is not None:
        row = {"document_id": made, "kind": RenditionKind.THUMBNAIL, "page": no, "turn": 0}
        session.execute(
            insert(Rendition).values(**row, blob_sha256=sha256, made_at=at).on_conflict_do_nothing()
        )
