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


@dataclass(frozen=True, slots=True)
class Made:
    """What pages became."""

    document_id: UUID
    is_duplicate: bool
    """The same bytes were kept before; nothing was done to the document that they are."""
    is_known: bool
    """It was made of the same pages of the same versions then."""


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
    """Keep a document whose bytes are these pages. What was read on them, corrected words too, and their small pictures come
    along: nobody has to read it again. `accepted_at` says since when its pages are in the archive.
    """
    taken = [(part, position, place) for part in parts for position, place in _places(session, part)]
    added = documents.add(
        session, blobs, pdf, media_type="application/pdf", pages=len(taken), origin=origin, label=label, at=at
    )
    if not added.is_duplicate:
        documents.get(session, added.document_id).accepted_at = accepted_at
        _bring_along(session, added.document_id, taken, at)
    is_known = not _note_sources(session, added.document_id, parts)
    return Made(added.document_id, added.is_duplicate, is_known)


def sources_of(session: Session, document_id: UUID) -> list[MadeOf]:
    """What a document was made of."""
    return list(session.scalars(select(MadeOf).where(MadeOf.document_id == document_id)))


def made_from(session: Session, document_id: UUID) -> list[MadeOf]:
    """What was made of a document."""
    return list(session.scalars(select(MadeOf).where(MadeOf.source_id == document_id)))


def _bring_along(
    session: Session, made: UUID, taken: Sequence[tuple[Part, int, Place]], at: datetime
) -> None:
    texts = [
        replace(versions.pages_of(session, part.document, [(position, place)])[0], no=no)
        for no, (part, position, place) in enumerate(taken, 1)
    ]
    documents.save_pages(session, made, texts)
    for no, (part, _, place) in enumerate(taken, 1):
        _take_picture(session, made, no, part.document, place, at)


def _note_sources(session: Session, made: UUID, parts: Sequence[Part]) -> bool:
    """Say of which versions it was made last; false when nothing of that is new."""
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
            row.on_conflict_do_update(index_elements=[MadeOf.document_id, MadeOf.source_id], set_=newest)
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
