"""Reading a paper (a job): its words, a searchable copy and thumbnails go into the archive beside the original."""

import time
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

import archive.documents
import archive.likeness
from archive.documents import PageText
from archive.errors import ArchiveError, StoreUnavailable
from archive.likeness import tokens
from archive.models import Document, DocumentStatus, RenditionKind
from ocr.errors import EngineMissing, NoRoom, OcrError
from ocr.reading import read
from ocr.types import Limits, Options, PageReading, PdfKind, Reading
from workflow_app.errors import Away, DiskFull, ReaderAway, StorageAway, Unavailable
from workflow_app.services.ground import figures
from workflow_app.services.ground.unit_of_work import UnitOfWork, Works
from workflow_app.services.papers import paper_trail
from workflow_app.types import SYSTEM

UNREAD = "Dokumen ini tersimpan dan dapat dibuka, tetapi isinya belum terbaca. Pindai ulang bila isinya perlu dicari."
ACCEPTED = Limits(max_bytes=500_000_000)
"""The size was judged when the paper was taken in, by the limit of that day."""
PDF_KINDS = {
    PdfKind.SEARCHABLE: RenditionKind.SEARCHABLE_PDF,
    PdfKind.PICTURE: RenditionKind.PICTURE_PDF,
}


def read_document(works: Works, document_id: UUID, *, page_seconds: float = 120.0, nice: int = 5) -> str:
    """Read one document and keep what was read; returns its status. A document that was read is left alone, and so is a recording.

    Takes `Works`, not a unit of work: recognising may take minutes and no transaction stays open meanwhile. A paper
    that cannot be read stays kept and says why. Raises `Unavailable` when another try later may succeed.
    """
    with works.begin(SYSTEM) as work:
        document = archive.documents.get(work.session, document_id)
        if document.status in (DocumentStatus.READABLE, DocumentStatus.RECORDING, DocumentStatus.DISPOSED):
            return document.status
        sha256 = archive.documents.mark_reading(work.session, document_id).blob_sha256
    began = time.monotonic()
    try:
        reading = read(works.blobs.read(sha256), Options(ACCEPTED, page_seconds=page_seconds, nice=nice))
    except EngineMissing as error:
        raise _wait(works, document_id, ReaderAway(detail=type(error).__name__)) from error
    except NoRoom as error:
        raise _wait(works, document_id, DiskFull(error.sentence, detail=type(error).__name__)) from error
    except StoreUnavailable as error:
        raise _wait(works, document_id, StorageAway(detail=type(error).__name__)) from error
    except (OcrError, ArchiveError) as error:
        status = give_up(works, document_id, error.sentence)
        if error.is_retryable:
            raise Unavailable(error.sentence, detail=type(error).__name__) from error
        return status
    except Exception:
        give_up(works, document_id, UNREAD)
        raise
    try:
        status = _save(works, document_id, reading, time.monotonic() - began)
    except StorageAway as error:
        raise _wait(works, document_id, error) from error
    if not reading.is_readable and any(page.is_retryable for page in reading.failed):
        raise Unavailable(detail="no page could be read; another try may")
    return status


def _wait(works: Works, document_id: UUID, error: Away) -> Away:
    """Say on the paper what its reading waits for. No event: nothing has been found out about the paper."""
    with works.begin(SYSTEM) as work:
        archive.documents.mark_unreadable(work.session, document_id, error.sentence)
    return error


def _save(works: Works, document_id: UUID, reading: Reading, seconds: float) -> str:
    with works.begin(SYSTEM) as work:
        document = archive.documents.save_reading(
            work.session,
            work.blobs,
            document_id,
            pages=page_texts(reading.pages),
            pdf=reading.pdf,
            pdf_kind=PDF_KINDS.get(reading.pdf_kind),
            thumbnails=reading.thumbnails,
            at=work.clock(),
        )
        archive.likeness.note(work.session, document_id)
        _record(
            work,
            document,
            pages=len(reading.pages),
            failed=len(reading.failed),
            pdf=str(reading.pdf_kind),
            pdf_level=str(reading.pdf_level),
        )
        figures.add(work, figures.OCR_PAGES, len(reading.pages))
        figures.add(work, figures.OCR_SECONDS, round(seconds, 2))
        return document.status


def give_up(works: Works, document_id: UUID, sentence: str) -> str:
    """Mark a document that cannot be read, with the reason; it stays kept. Returns its status."""
    with works.begin(SYSTEM) as work:
        document = archive.documents.mark_unreadable(work.session, document_id, sentence)
        _record(work, document, pages=0)
        return document.status


def _record(work: UnitOfWork, document: Document, **facts: Any) -> None:
    paper_trail.happened(work, document.id, "document.read", status=str(document.status), **facts)


def page_texts(pages: Iterable[PageReading]) -> Sequence[PageText]:
    """What was read, as the archive keeps it."""
    return [
        PageText(
            no=page.no,
            text=page.text,
            confidence=page.confidence,
            words=[
                (word.text, word.confidence, word.box.left, word.box.top, word.box.width, word.box.height)
                for word in page.words
            ],
            width=page.width,
            height=page.height,
            source=str(page.source),
            reason=page.reason,
            likeness=None if page.likeness is None else tokens(page.likeness),
        )
        for page in pages
    ]
