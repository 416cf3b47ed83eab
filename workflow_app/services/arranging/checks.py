"""The quality check of papers: page by page with the doubtful words, what waits for it, and that it was done (R39)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import select

import archive.version_copies
import archive.versions
from archive import corrections
from archive.arrangement import Place
from archive.errors import NoSuchPage, VersionOvertaken
from archive.models import Document, DocumentStatus, Page
from archive.page_text import PageText
from ocr.arranging import Source, draw_page
from ocr.errors import OcrError
from workflow_app.engine.definitions import Definition
from workflow_app.errors import Conflict, NotFound, Unavailable
from workflow_app.models.case import Case
from workflow_app.models.document import CaseDocument
from workflow_app.models.task import Task
from workflow_app.permissions import leaves_trace
from workflow_app.services.arranging import partings
from workflow_app.services.case_file import clearances
from workflow_app.services.ground.unit_of_work import UnitOfWork, translated
from workflow_app.services.papers import document_views, paper_sight, paper_trail, reading, versions
from workflow_app.services.papers.document_views import DocumentView
from workflow_app.services.papers.documents import DISPOSED, Content
from workflow_app.services.sop.processes import definition_of

AROUND = 3
"""Words shown before and after a doubtful one."""
PROPERTY = "checksPapers"
"""Of a step of a process: the answer that finds the papers of its case good."""
DRAWN = replace(reading.ACCEPTED, decode_seconds=20.0)
"""Somebody waits for the picture."""
NOT_DRAWN = "Gambar halaman ini tidak dapat dibuat. Buka file aslinya dari halaman dokumen."


@dataclass(frozen=True)
class Word:
    """One word to look at, and its place in pixels of the upright page."""

    place: int
    text: str
    confidence: float
    left: int
    top: int
    width: int
    height: int
    before: str
    after: str


@dataclass(frozen=True)
class Sheet:
    """One page of a version, with what nobody is sure of."""

    no: int
    width: int
    height: int
    text: str
    source: str
    doubtful: Sequence[Word]
    corrected: Sequence[Word]


@dataclass(frozen=True)
class PageLine:
    """A page in the list of pages."""

    no: int
    doubts: int
    is_blank: bool


@dataclass(frozen=True)
class Check:
    """A paper being checked."""

    paper: DocumentView
    case_id: UUID | None
    pages: Sequence[PageLine]
    others: Sequence[tuple[UUID, str, int]]
    """Papers it may be merged with: id, what each is called, its pages."""


def show(work: UnitOfWork, document_id: UUID) -> Check:
    """The paper and its pages, for who may put it right; looking at it is on record."""
    document, seen = versions.changeable(work, document_id)
    case_id = seen.case_id if seen else None
    paper_trail.opened(work, document_id, seen, "check")
    query = select(Page.no, Page.doubts, Page.source).where(Page.document_id == document.id)
    lines = [
        PageLine(no, doubts, source == versions.BLANK)
        for no, doubts, source in work.session.execute(query.order_by(Page.no))
    ]
    (paper,) = document_views.views(work, [(document_id, case_id)])
    return Check(paper, case_id, lines, partings.candidates(work, document_id, case_id))


def sheet(work: UnitOfWork, document_id: UUID, no: int, version: int | None = None) -> Sheet:
    """One page of a version (the newest by default), for who may read the paper; of a restricted one each is on record."""
    seen = paper_sight.readable(work, document_id)
    document = _kept(work, document_id)
    _record(work, document, seen, "check", no)
    try:
        page = archive.versions.page_of(work.session, document, no, version)
    except NoSuchPage as error:
        raise NotFound(error.sentence) from error
    return Sheet(
        no,
        page.width,
        page.height,
        page.text,
        page.source,
        [_word(page, place) for place in corrections.doubtful(page)],
        [_word(page, place) for place in page.corrected],
    )


def next_doubtful(work: UnitOfWork, document_id: UUID, no: int) -> int | None:
    """The next page after this one with a doubtful word, or else the first one; None when there is none."""
    paper_sight.readable(work, document_id)
    query = select(Page.no).where(Page.document_id == document_id, Page.doubts > 0)
    return work.session.scalars(query.order_by(Page.no < no, Page.no).limit(1)).first()


def count_pages(work: UnitOfWork, document_id: UUID, version: int) -> int:
    """How many pages a version has; raises `NotFound` when there is no such version."""
    paper_sight.readable(work, document_id)
    document = _kept(work, document_id)
    try:
        return len(archive.versions.places_of(work.session, document, version))
    except NoSuchPage as error:
        raise NotFound(error.sentence) from error


def picture(work: UnitOfWork, document_id: UUID, no: int, version: int | None = None) -> Content:
    """A picture of one page of a version, large enough to read, drawn from the pages as they came."""
    seen = paper_sight.readable(work, document_id)
    document = _kept(work, document_id)
    place = _place(work, document, no, version)
    blob = archive.version_copies.as_read(work.session, document)
    try:
        with translated(), work.blobs.open(blob.sha256) as chunks:
            drawn = draw_page(Source(chunks, blob.media_type), place.leaf, place.turn, DRAWN)
    except OcrError as error:
        if error.is_retryable:
            raise Unavailable(detail=type(error).__name__) from error
        raise Conflict(NOT_DRAWN) from error
    # Recorded last: the head of the chain is not held while the page is drawn.
    _record(work, document, seen, "picture", no)
    return Content(drawn, "image/webp", f"dokumen-{document_id.hex[:8]}-{no}.webp")


def pdf(work: UnitOfWork, document_id: UUID, version: int) -> Content:
    """The searchable copy of an earlier version."""
    seen = paper_sight.readable(work, document_id)
    document = _kept(work, document_id)
    try:
        blob = archive.version_copies.pdf_of(work.session, document, version)
    except NoSuchPage as error:
        raise NotFound(error.sentence) from error
    if blob is None:
        raise NotFound("Versi ini tidak mempunyai salinan PDF. Halamannya dapat dibuka satu per satu.")
    found = Content(
        work.blobs.read(blob.sha256), blob.media_type, f"dokumen-{document_id.hex[:8]}-versi-{version}.pdf"
    )
    paper_trail.opened(work, document_id, seen, "pdf", version=version)
    return found


def accept(work: UnitOfWork, document_id: UUID, version: int) -> None:
    """A person found this version good. Said twice, it is on record once."""
    versions.changeable(work, document_id)
    document = work.session.get_one(Document, document_id, with_for_update=True, populate_existing=True)
    with versions.overtaking_told(work, document_id):
        if document.version != version:
            raise VersionOvertaken
    _accept(work, document)


def is_asked_at(work: UnitOfWork, element: str, case_id: UUID) -> bool:
    """Are the papers of the case checked at this step of its process?"""
    definition = definition_of(work, work.session.get_one(Case, case_id).definition_id)
    return PROPERTY in definition.elements[element].properties


def answer(
    work: UnitOfWork, case: Case, task: Task, definition: Definition, control: Mapping[str, Any]
) -> None:
    """A task was completed: where its answer finds the papers of the case good, those he may know of are checked."""
    name, _, value = definition.elements[task.element].properties.get(PROPERTY, "").partition("=")
    if not name or control.get(name) != value:
        return
    query = (
        select(Document)
        .join(CaseDocument, CaseDocument.document_id == Document.id)
        .where(CaseDocument.case_id == case.id, clearances.is_cleared(work))
        .where(Document.origin.in_(versions.CHANGEABLE))
        .order_by(Document.id)
    )
    for document in work.session.scalars(query.with_for_update(of=Document)):
        _accept(work, document)


def _accept(work: UnitOfWork, document: Document) -> None:
    if document.checked_at is not None or document.status != DocumentStatus.READABLE:
        return
    document.checked_at = work.clock()
    work.session.flush()
    paper_trail.happened(work, document.id, "document.checked", version=document.version)


def _record(
    work: UnitOfWork,
    document: Document,
    seen: CaseDocument | None,
    kind: Literal["check", "picture"],
    page: int,
) -> None:
    if leaves_trace(document.level):
        paper_trail.opened(work, document.id, seen, kind, page=page)


def _kept(work: UnitOfWork, document_id: UUID) -> Document:
    document = work.session.get_one(Document, document_id)
    if document.disposed_at is not None:
        raise NotFound(DISPOSED)
    return document


def _place(work: UnitOfWork, document: Document, no: int, version: int | None) -> Place:
    try:
        places = archive.versions.places_of(work.session, document, version)
    except NoSuchPage as error:
        raise NotFound(error.sentence) from error
    if not 1 <= no <= len(places):
        raise NotFound()
    return places[no - 1]


def _word(page: PageText, place: int) -> Word:
    text, confidence, left, top, width, height = page.words[place]
    before = " ".join(word[0] for word in page.words[max(0, place - AROUND) : place])
    after = " ".join(word[0] for word in page.words[place + 1 : place + 1 + AROUND])
    return Word(place, text, confidence, left, top, width, height, before, after)
