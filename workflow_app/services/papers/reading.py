"""Reading a paper (a job): words and thumbnail of each page go into the archive as soon as it is read, a searchable copy of
all of them in the end."""

import time
from typing import Any
from uuid import UUID

import archive.documents
import archive.likeness
import archive.readings
from archive.documents import PageText
from archive.errors import ArchiveError, StoreUnavailable
from archive.likeness import tokens
from archive.models import Document, DocumentStatus, RenditionKind
from archive.readings import ReadBefore
from ocr.errors import EngineMissing, NoRoom, OcrError
from ocr.one_page import ReadPage
from ocr.reading import read
from ocr.types import Limits, Options, PageReading, PageSource, PdfKind, Reading
from workflow_app.errors import Away, DiskFull, ReaderAway, SentraError, StorageAway, Unavailable
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
    """Read one document and keep what was read; returns its status. A document that was read is left alone, and so are a recording
    and each page that was read before this job was killed or had to wait. One that is disposed of meanwhile is read no further.

    Takes `Works`, not a unit of work: recognising may take minutes and no transaction stays open meanwhile. A paper
    that cannot be read stays kept and says why. Raises `Unavailable` when another try later may succeed.
    """
    with works.begin(SYSTEM) as work:
        document = archive.documents.get(work.session, document_id)
        if document.status in (DocumentStatus.READABLE, DocumentStatus.RECORDING, DocumentStatus.DISPOSED):
            return document.status
        document, before = archive.readings.begin(work.session, document_id)
        sha256, known = document.blob_sha256, [_known(page) for page in before]
    began = time.monotonic()

    def keep(page: ReadPage) -> None:
        nonlocal began
        seconds, began = time.monotonic() - began, time.monotonic()
        _save_page(works, document_id, page, seconds)

    try:
        options = Options(ACCEPTED, page_seconds=page_seconds, nice=nice)
        reading = read(works.blobs.read(sha256), options, known=known, on_page=keep)
        status = _finish(works, document_id, reading)
    except EngineMissing as error:
        raise _wait(works, document_id, ReaderAway(detail=type(error).__name__)) from error
    except NoRoom as error:
        raise _wait(works, document_id, DiskFull(error.sentence, detail=type(error).__name__)) from error
    except (StoreUnavailable, StorageAway) as error:
        raise _wait(works, document_id, StorageAway(detail=type(error).__name__)) from error
    except (OcrError, ArchiveError) as error:
        status = give_up(works, document_id, error.sentence)
        if error.is_retryable:
            raise Unavailable(error.sentence, detail=type(error).__name__) from error
        return status
    except SentraError:
        if _is_gone(works, document_id):
            return DocumentStatus.DISPOSED
        raise
    except Exception:
        give_up(works, document_id, UNREAD)
        raise
    if not reading.is_readable and any(page.is_retryable for page in reading.failed):
        raise Unavailable(detail="no page could be read; another try may")
    return status


def _is_gone(works: Works, document_id: UUID) -> bool:
    """Whether the paper was disposed of while it was read."""
    with works.begin(SYSTEM) as work:
        return archive.documents.get(work.session, document_id).disposed_at is not None


def _wait(works: Works, document_id: UUID, error: Away) -> Away:
    """Say on the paper what its reading waits for. No event: nothing has been found out about the paper."""
    with works.begin(SYSTEM) as work:
        archive.documents.mark_unreadable(work.session, document_id, error.sentence)
    return error


def _known(before: ReadBefore) -> ReadPage:
    """A page that need not be read again, as far as the copy needs it."""
    page = before.page
    source = PageSource(page.source)
    reading = PageReading(page.no, page.text, page.confidence, (), page.width, page.height, source)
    return ReadPage(reading, before.layout, before.layer)


def _save_page(works: Works, document_id: UUID, page: ReadPage, seconds: float) -> None:
    with works.begin(SYSTEM) as work:
        archive.readings.save_page(
            work.session,
            work.blobs,
            document_id,
            page_text(page.reading),
            thumbnail=page.thumbnail,
            layout=page.layout,
            layer=page.layer,
            at=work.clock(),
        )
        figures.add(work, figures.OCR_PAGES, 1)
        figures.add(work, figures.OCR_SECONDS, round(seconds, 2))


def _finish(works: Works, document_id: UUID, reading: Reading) -> str:
    with works.begin(SYSTEM) as work:
        document = archive.readings.finish(
            work.session,
            work.blobs,
            document_id,
            pdf=reading.pdf,
            pdf_kind=PDF_KINDS.get(reading.pdf_kind),
            pdf_level=str(reading.pdf_level),
            pdf_reason=reading.reason,
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
        return document.status


def give_up(works: Works, document_id: UUID, sentence: str) -> str:
    """Mark a document that cannot be read, with the reason; it stays kept. Returns its status: a worker may have died
    when all had been read.
    """
    with works.begin(SYSTEM) as work:
        document = archive.documents.mark_unreadable(work.session, document_id, sentence)
        if document.status == DocumentStatus.UNREADABLE:
            _record(work, document, pages=0)
        return document.status


def _record(work: UnitOfWork, document: Document, **facts: Any) -> None:
    paper_trail.happened(work, document.id, "document.read", status=str(document.status), **facts)


def page_text(page: PageReading) -> PageText:
    """What was read, as the archive keeps it."""
    return PageText(
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
        codes=page.codes,
        likeness=None if page.likeness is None else tokens(page.likeness),
    )
