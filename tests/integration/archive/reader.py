"""A reader of the tests: what it has read is given."""

from collections.abc import Sequence
from datetime import datetime
from itertools import zip_longest
from uuid import UUID

from sqlalchemy.orm import Session

from archive import readings
from archive.blobs import Blobs
from archive.models import Document, RenditionKind
from archive.page_content import PageText


def keep_reading(
    session: Session,
    blobs: Blobs,
    document_id: UUID,
    *,
    pages: Sequence[PageText],
    pdf: bytes | None = None,
    pdf_kind: RenditionKind | None = None,
    thumbnails: Sequence[bytes] = (),
    at: datetime,
) -> Document:
    """As a reader keeps what it reads: page by page, then the copy."""
    readings.begin(session, document_id)
    for page, thumbnail in zip_longest(pages, thumbnails, fillvalue=b""):
        assert isinstance(page, PageText)
        readings.save_page(
            session, blobs, document_id, page, thumbnail=thumbnail, layout={}, layer=b"lapis", at=at
        )
    return readings.finish(session, blobs, document_id, pdf=pdf, pdf_kind=pdf_kind, at=at)
