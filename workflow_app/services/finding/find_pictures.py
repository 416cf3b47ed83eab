"""The strip of a page on which found words stand, as a picture: for the list of finds, drawn when somebody asks for it."""

from uuid import UUID

import archive.documents
import archive.marks
import archive.version_copies
import archive.versions
from archive.marks import PageMarks
from ocr.arranging import Shares, Source, Strip, draw_page
from ocr.errors import OcrError
from ocr.types import Limits
from workflow_app.errors import Conflict, NotFound, Unavailable
from workflow_app.permissions import leaves_trace
from workflow_app.services.ground.unit_of_work import UnitOfWork, translated
from workflow_app.services.papers import paper_sight
from workflow_app.services.papers.documents import Content

NO_PICTURE = "Kata ini tidak ditemukan di gambar halaman. Buka dokumennya."
NOT_DRAWN = "Gambar halaman ini tidak dapat dibuat. Buka dokumennya."
DRAWN = Limits(max_bytes=500_000_000, decode_seconds=20.0)
LINES = 2.0
"""Of the height of the word, above and below it."""
LEAST = 0.04
"""Of the height of the page, above and below: small print has lines around it too."""
WIDTH = 0.6
"""Of the page, so that it can be read on a phone."""


def of(work: UnitOfWork, document_id: UUID, no: int, words: str) -> Content:
    """For who may read the paper. Of a restricted one no list shows a picture: its own page does, on record (decision 0031)."""
    paper_sight.readable(work, document_id)
    document = archive.documents.get(work.session, document_id)
    if document.disposed_at is not None or leaves_trace(document.level):
        raise NotFound()
    marks = archive.marks.of(work.session, document_id, words, no).get(no)
    if marks is None or not marks.boxes:
        raise NotFound(NO_PICTURE)
    place = archive.versions.places_of(work.session, document)[no - 1]
    blob = archive.version_copies.as_read(work.session, document)
    try:
        with translated(), work.blobs.open(blob.sha256) as chunks:
            drawn = draw_page(Source(chunks, blob.media_type), place.leaf, place.turn, DRAWN, strip_of(marks))
    except OcrError as error:
        if error.is_retryable:
            raise Unavailable(detail=type(error).__name__) from error
        raise Conflict(NOT_DRAWN) from error
    return Content(drawn, "image/webp", f"temuan-{document_id.hex[:8]}-{no}.webp")


def strip_of(marks: PageMarks) -> Strip:
    """The lines around the first word; whatever else was found there is framed too."""
    places: list[Shares] = [
        (
            box.left / marks.width,
            box.top / marks.height,
            (box.left + box.width) / marks.width,
            (box.top + box.height) / marks.height,
        )
        for box in marks.boxes
    ]
    first, top, last, bottom = places[0]
    around = max(LEAST, LINES * (bottom - top))
    wide = min(1.0, max(WIDTH, last - first + LEAST))
    left = min(max(0.0, (first + last - wide) / 2), 1.0 - wide)
    part = (left, max(0.0, top - around), left + wide, min(1.0, bottom + around))
    seen = [
        place
        for place in places
        if place[1] < part[3] and place[3] > part[1] and place[0] < part[2] and place[2] > part[0]
    ]
    return Strip(part, seen)
