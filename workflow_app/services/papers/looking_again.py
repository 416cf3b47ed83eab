"""Papers that were read before it was kept how their pages look: looked at once more, so that a second scan of them is noticed."""

from collections.abc import Iterator
from uuid import UUID

from sqlalchemy import Select, select, update

import archive.likeness
from archive.likeness import tokens
from archive.models import Blob, Document, Page, Rendition, RenditionKind
from ocr.looks import looks
from workflow_app.services.ground.unit_of_work import UnitOfWork, Works, translated
from workflow_app.services.papers import paper_trail
from workflow_app.types import SYSTEM

NICE = 10


def look_again(works: Works) -> Iterator[tuple[UUID, int]]:
    """Each paper with pages whose look is not known, and of how many it is now. Begun again it goes on where it ended.

    A short transaction for each paper; its small pictures are looked at between two of them.
    """
    last: UUID | None = None
    while (found := _next(works, last)) is not None:
        last, pictures = found
        with translated():
            kept = [(works.blobs.read(sha256), media_type) for _, sha256, media_type in pictures]
        seen = looks(kept, nice=NICE)
        known = {no: look for (no, _, _), look in zip(pictures, seen, strict=True) if look is not None}
        with works.begin(SYSTEM) as work:
            count = _keep(work, last, known)
        yield last, count


def _next(works: Works, last: UUID | None) -> tuple[UUID, list[tuple[int, str, str]]] | None:
    """The next paper with its pages and their small pictures."""
    with works.begin(SYSTEM) as work:
        paper = _without_look().order_by(Page.document_id).limit(1)
        if last is not None:
            paper = paper.where(Page.document_id > last)
        document_id = work.session.scalar(paper)
        if document_id is None:
            return None
        pictures = (
            select(Rendition.page, Blob.sha256, Blob.media_type)
            .join(Blob, Blob.sha256 == Rendition.blob_sha256)
            .join(Page, (Page.document_id == Rendition.document_id) & (Page.no == Rendition.page))
            .where(
                Rendition.document_id == document_id,
                Rendition.kind == RenditionKind.THUMBNAIL,
                Page.likeness.is_(None),
            )
            .order_by(Rendition.page)
        )
        return document_id, [(no, sha256, kind) for no, sha256, kind in work.session.execute(pictures)]


def _without_look() -> Select[UUID]:
    """Of pages that were read and have a small picture. Not of papers that people have arranged: their small pictures are of
    the pages as they came.
    """
    return (
        select(Page.document_id)
        .join(Document, (Document.id == Page.document_id) & (Document.version == 1))
        .join(
            Rendition,
            (Rendition.document_id == Page.document_id)
            & (Rendition.page == Page.no)
            & (Rendition.kind == RenditionKind.THUMBNAIL),
        )
        .where(Page.likeness.is_(None), Page.source.in_(("ocr", "text")))
    )


def _keep(work: UnitOfWork, document_id: UUID, known: dict[int, tuple[int, ...]]) -> int:
    """Under the lock that saving a reading takes: a new reading brings its own looks, and who arranges pages meanwhile has
    moved them.
    """
    document = work.session.get_one(Document, document_id, with_for_update=True)
    if document.version > 1:
        return 0
    kept = 0
    for no, look in known.items():
        page = (Page.document_id == document_id) & (Page.no == no) & Page.likeness.is_(None)
        kept += len(
            work.session.execute(
                update(Page).where(page).values(likeness=tokens(look)).returning(Page.no)
            ).all()
        )
    if kept:
        archive.likeness.note(work.session, document_id)
        paper_trail.kept(work, document_id, "document.looked_at", pages=kept)
    return kept
