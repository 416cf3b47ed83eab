"""Disposal of documents: their text and bytes are deleted, their row remains as evidence.

Disposal takes two transactions of the caller: `entomb` records the disposal, `erase` deletes the
bytes from the store. After an interruption between them the caller runs `erase` again; bytes that
were added again in the meantime are kept (`archive.documents`).
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, delete, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from archive.blobs import Blobs
from archive.documents import get
from archive.errors import BlobMissing, DocumentDisposed
from archive.models import (
    Blob,
    Document,
    DocumentStatus,
    FormerRendition,
    Page,
    PageAlike,
    PageLayer,
    PastPage,
    Rendition,
    Version,
)


@dataclass(frozen=True, slots=True)
class Grip:
    """Locks and holds in the store that forbid the disposal of a document."""

    locked_until: datetime | None
    """The latest end of a lock on its original and its renditions."""
    is_held: bool


def grip(
    session: Session, blobs: Blobs, document_id: UUID, *, is_original_only: bool = False
) -> Grip:
    """Ask the store about every blob that only this document needs.

    With `is_original_only` it asks about the original alone, which is one request per document of a
    long list.
    """
    sha256 = get(session, document_id).blob_sha256
    asked = Blob.sha256 == sha256 if is_original_only else Blob.sha256.in_(_blobs_of(document_id))
    query = select(Blob.sha256).where(
        asked, Blob.gone_at.is_(None), _is_needed_only_by(document_id)
    )
    locks: list[datetime] = []
    is_held = False
    for sha256 in session.scalars(query):
        try:
            known = blobs.stat(sha256)
        except BlobMissing:
            continue  # the fixity check reports it
        is_held = is_held or known.is_held
        if known.locked_until is not None:
            locks.append(known.locked_until)
    return Grip(max(locks, default=None), is_held)


def lock(session: Session, document_id: UUID) -> Document:
    """Lock a document with its blobs until the end of the transaction and return it.

    Another transaction that adds the same bytes, links the document or saves a new reading has
    either finished and is visible here, or waits. Raises `DocumentDisposed` if the document is
    disposed of already.
    """
    get(session, document_id)
    blobs = select(Blob.sha256).where(Blob.sha256.in_(_blobs_of(document_id)))
    session.execute(blobs.order_by(Blob.sha256).with_for_update())
    document = session.get_one(Document, document_id, with_for_update=True, populate_existing=True)
    if document.disposed_at is not None:
        raise DocumentDisposed
    return document


def entomb(session: Session, document_id: UUID, *, at: datetime, under: str) -> Document:
    """Delete text and renditions, give up the bytes that nothing else needs, and keep the row.

    `under` names the decision, without personal data. Raises `DocumentDisposed` if the document is
    disposed of already.
    """
    document = lock(session, document_id)
    made = select(Rendition.document_id, Rendition.blob_sha256).where(
        Rendition.document_id == document_id
    )
    session.execute(
        insert(FormerRendition)
        .from_select(["document_id", "blob_sha256"], made.distinct())
        .on_conflict_do_nothing(
            index_elements=[FormerRendition.document_id, FormerRendition.blob_sha256]
        )
    )
    session.execute(delete(Rendition).where(Rendition.document_id == document_id))
    session.execute(delete(Page).where(Page.document_id == document_id))
    session.execute(delete(PageLayer).where(PageLayer.document_id == document_id))
    session.execute(delete(PastPage).where(PastPage.document_id == document_id))
    alike = or_(PageAlike.one_id == document_id, PageAlike.other_id == document_id)
    session.execute(delete(PageAlike).where(alike))
    document.status, document.status_reason = DocumentStatus.DISPOSED, ""
    document.copy_level, document.copy_reason = "", ""
    document.disposed_at, document.disposed_under = at, under
    session.flush()
    # The second query also finds a reading that was saved after the first one.
    locked = (
        select(Blob)
        .where(Blob.sha256.in_(_blobs_of(document_id)))
        .order_by(Blob.sha256)
        .with_for_update()
    )
    rows = {
        blob.sha256: blob
        for blob in session.scalars(locked, execution_options={"populate_existing": True})
    }
    free = select(Blob.sha256).where(Blob.sha256.in_(rows), _is_needed_only_by(document_id))
    for sha256 in session.scalars(free).all():
        if rows[sha256].gone_at is None:
            rows[sha256].gone_at = at
    session.flush()
    return document


def erase(session: Session, blobs: Blobs, document_id: UUID, *, at: datetime) -> int:
    """Delete the bytes that a disposed document gave up from the store; returns the number of
    blobs.

    Idempotent. Raises `BlobLocked` if a blob was locked again in the meantime.
    """
    get(session, document_id)
    query = (
        select(Blob)
        .where(
            Blob.sha256.in_(_blobs_of(document_id)),
            Blob.gone_at.is_not(None),
            Blob.erased_at.is_(None),
        )
        .order_by(Blob.sha256)
        .with_for_update()
    )
    found = session.scalars(query, execution_options={"populate_existing": True}).all()
    for blob in found:
        blobs.erase(blob.sha256)
        blob.erased_at = at
    session.flush()
    return len(found)


def give_up(session: Session, sha256: str, *, at: datetime) -> bool:
    """Give up bytes that did not become a document; returns False if a kept document needs them.

    A transaction that adds the same bytes waits for this one.
    """
    blob = session.get_one(Blob, sha256, with_for_update=True, populate_existing=True)
    free = select(Blob.sha256).where(Blob.sha256 == sha256, _is_needed_only_by(None))
    if session.scalar(free) is None:
        return False
    blob.gone_at = blob.gone_at or at
    session.flush()
    return True


def erase_given_up(session: Session, blobs: Blobs, sha256: str, *, at: datetime) -> bool:
    """Delete given-up bytes from the store; returns False if they were added again. Raises
    `BlobLocked`.
    """
    blob = session.get_one(Blob, sha256, with_for_update=True, populate_existing=True)
    if blob.gone_at is None:
        return False
    if blob.erased_at is None:
        blobs.erase(sha256)
        blob.erased_at = at
        session.flush()
    return True


def _blobs_of(document_id: UUID) -> Select[str]:
    """Select the hashes of the original and of everything ever made from it."""
    made = select(Rendition.blob_sha256).where(Rendition.document_id == document_id)
    former = select(FormerRendition.blob_sha256).where(FormerRendition.document_id == document_id)
    copies = select(Version.pdf_sha256).where(
        Version.document_id == document_id, Version.pdf_sha256.is_not(None)
    )
    original = select(Document.blob_sha256).where(Document.id == document_id)
    return select(original.union(made, former, copies).subquery().c[0])


def _is_needed_only_by(document_id: UUID | None) -> ColumnElement[bool]:
    """Return the condition that no other kept document needs this `Blob`; for None, no document at
    all.
    """
    originals = select(Document.id).where(
        Document.blob_sha256 == Blob.sha256,
        Document.id != document_id,
        Document.disposed_at.is_(None),
    )
    made = select(Rendition.document_id).where(
        Rendition.blob_sha256 == Blob.sha256, Rendition.document_id != document_id
    )
    former = (
        select(FormerRendition.document_id)
        .join(Document, Document.id == FormerRendition.document_id)
        .where(
            FormerRendition.blob_sha256 == Blob.sha256,
            FormerRendition.document_id != document_id,
            Document.disposed_at.is_(None),
        )
    )
    copies = (
        select(Version.document_id)
        .join(Document, Document.id == Version.document_id)
        .where(
            Version.pdf_sha256 == Blob.sha256,
            Version.document_id != document_id,
            Document.disposed_at.is_(None),
        )
    )
    return ~or_(originals.exists(), made.exists(), former.exists(), copies.exists())
