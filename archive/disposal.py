"""Disposing of documents: words and bytes go, the row stays and tells what it was.

In two steps, each a transaction of the caller: `entomb` writes down that it goes, `erase` has the
store let go of the bytes. Who is cut off between them erases again; bytes that are brought again
meanwhile are kept (`archive.documents`).
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
    """What the store says against letting go of a document."""

    locked_until: datetime | None
    """The end of the last lock among its original and what was made from it."""
    is_held: bool


def grip(
    session: Session, blobs: Blobs, document_id: UUID, *, is_original_only: bool = False
) -> Grip:
    """Ask the store about every blob that only this document needs, or of these about its original
    only: one question for each document of a long list.
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
            continue  # the fixity check tells of it
        is_held = is_held or known.is_held
        if known.locked_until is not None:
            locks.append(known.locked_until)
    return Grip(max(locks, default=None), is_held)


def lock(session: Session, document_id: UUID) -> Document:
    """The document, ours until the end of the transaction together with its bytes: who brings the
    same bytes, links the paper or keeps a new reading of it has done so before, and is seen, or
    waits. `DocumentDisposed` when it is gone already.
    """
    get(session, document_id)
    blobs = select(Blob.sha256).where(Blob.sha256.in_(_blobs_of(document_id)))
    session.execute(blobs.order_by(Blob.sha256).with_for_update())
    document = session.get_one(Document, document_id, with_for_update=True, populate_existing=True)
    if document.disposed_at is not None:
        raise DocumentDisposed
    return document


def entomb(session: Session, document_id: UUID, *, at: datetime, under: str) -> Document:
    """Take away what was read and made, give up the bytes that nothing else needs, and leave the
    row. `under` says by what decision, in words without personal data; `DocumentDisposed` when it
    was done before.
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
    # A reading that came after the first look is among them too.
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
    """Have the store let go of the bytes that a disposed document gave up; returns how many blobs.
    Twice is once.

    Raises `BlobLocked` when somebody has locked one again since.
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
    """Give up bytes that became no document; false when one that is kept needs them after all. Who
    brings them meanwhile waits.
    """
    blob = session.get_one(Blob, sha256, with_for_update=True, populate_existing=True)
    free = select(Blob.sha256).where(Blob.sha256 == sha256, _is_needed_only_by(None))
    if session.scalar(free) is None:
        return False
    blob.gone_at = blob.gone_at or at
    session.flush()
    return True


def erase_given_up(session: Session, blobs: Blobs, sha256: str, *, at: datetime) -> bool:
    """Have the store let go of bytes that were given up; false when somebody has brought them
    again. Raises `BlobLocked`.
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
    """Hashes of the original and of all that was ever made from it."""
    made = select(Rendition.blob_sha256).where(Rendition.document_id == document_id)
    former = select(FormerRendition.blob_sha256).where(FormerRendition.document_id == document_id)
    copies = select(Version.pdf_sha256).where(
        Version.document_id == document_id, Version.pdf_sha256.is_not(None)
    )
    original = select(Document.blob_sha256).where(Document.id == document_id)
    return select(original.union(made, former, copies).subquery().c[0])


def _is_needed_only_by(document_id: UUID | None) -> ColumnElement[bool]:
    """No other document that is kept needs this `Blob`; None: no document at all."""
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
