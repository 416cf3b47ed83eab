"""Documents put together from pages of others: cut off from one, or several in one. Each side knows the other."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from archive import documents, versions
from archive.arrangement import Place
from archive.blobs import Blobs
from archive.models import Document, MadeOf, Rendition, RenditionKind


@dataclass(frozen=True, slots=True)
class Part:
    """Pages of the newest version of a document, by their positions."""

    document: Document
    positions: Sequence[int]


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
) -> UUID:
    """Keep a document whose bytes are these pages. What was read on them, corrected words too, and their small pictures come
    along: nobody has to read it again. `accepted_at` says since when its pages are in the archive.
    """
    taken = [(part, position, place) for part in parts for position, place in _places(session, part)]
    added = documents.add(
        session, blobs, pdf, media_type="application/pdf", pages=len(taken), origin=origin, label=label, at=at
    )
    made = added.document_id
    if not added.is_duplicate:
        documents.get(session, made).accepted_at = accepted_at
    texts = [
        replace(versions.pages_of(session, part.document, [(position, place)])[0], no=no)
        for no, (part, position, place) in enumerate(taken, 1)
    ]
    documents.save_pages(session, made, texts)
    for no, (part, _, place) in enumerate(taken, 1):
        _take_picture(session, made, no, part.document, place, at)
    for part in parts:
        session.add(
            MadeOf(
                document_id=made,
                source_id=part.document.id,
                source_version=part.document.version,
                pages=list(part.positions),
            )
        )
    session.flush()
    return made


def sources_of(session: Session, document_id: UUID) -> list[MadeOf]:
    """What a document was made of."""
    return list(session.scalars(select(MadeOf).where(MadeOf.document_id == document_id)))


def made_from(session: Session, document_id: UUID) -> list[MadeOf]:
    """What was made of a document."""
    return list(session.scalars(select(MadeOf).where(MadeOf.source_id == document_id)))


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
