"""The searchable copies of versions, and what they are made from."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive import documents, versions
from archive.arrangement import Places
from archive.blobs import Blobs
from archive.models import Blob, Document, Rendition, RenditionKind, Version

PDF_KINDS = (RenditionKind.PICTURE_PDF, RenditionKind.SEARCHABLE_PDF)
"""In the order of their names, the better one last."""
PDF = "application/pdf"


def as_read(session: Session, document: Document) -> Blob:
    """The copy that was made when the document was read, with its pages upright; where none was, the original itself."""
    query = (
        select(Blob)
        .join(Rendition, Rendition.blob_sha256 == Blob.sha256)
        .where(Rendition.document_id == document.id, Rendition.kind.in_(PDF_KINDS))
        .order_by(Rendition.kind.desc())
    )
    return session.scalars(query).first() or session.get_one(Blob, document.blob_sha256)


def pdf_of(session: Session, document: Document, no: int | None = None) -> Blob | None:
    """The copy of a version (the newest by default), or of an earlier one that differs in words only. None while there is
    none."""
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
    session: Session, blobs: Blobs, version: Version, pdf: bytes, at: datetime, *, level: str, reason: str
) -> None:
    """Keep the copy of a version, with the level that it reached and why it is not a better one."""
    version.pdf_sha256 = documents.keep_bytes(session, blobs, pdf, PDF, at)
    version.reason = ""
    note_level(documents.get(session, version.document_id), version.no, level, reason)
    session.flush()


def note_level(document: Document, no: int, level: str, reason: str) -> None:
    """What the copy of this version conforms to; of one that a newer version overtook nothing is noted."""
    if document.version == no:
        document.copy_level, document.copy_reason = level, reason


def waits(session: Session, document: Document) -> Version | None:
    """The newest version, while its copy is still to be made."""
    if document.disposed_at is not None:
        return None
    version = session.get(Version, (document.id, document.version))
    return version if version is not None and version.pdf_sha256 is None and not version.reason else None


def _looks(places: Places) -> list[tuple[int, int]]:
    return [(place.leaf, place.turn) for place in places]
