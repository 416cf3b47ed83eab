"""The quality check of papers: page by page with the doubtful words, what waits for it, and that it
was done (R39).

Papers that nobody has checked yet, and which of them comes next (R39).
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import Select, exists, select

from archive import page_content, readings
from archive.errors import NoSuchPage, VersionOvertaken
from archive.models import Document, DocumentStatus, MadeOf, Page, Rendition, RenditionKind
from archive.page_content import PageText
from archive.versions import Place, all_places_of, page_of, places_of
from ocr.arranging import Source, draw_page
from ocr.errors import OcrError
from workflow_app.domain import Conflict, NotFound, Unavailable
from workflow_app.engine.definitions import Definition
from workflow_app.models import Case, CaseDocument, Task
from workflow_app.permissions import CHECKERS, check_role, leaves_trace
from workflow_app.services.cases import task_rights
from workflow_app.services.cases.access import is_cleared
from workflow_app.services.core.unit_of_work import UnitOfWork, translated
from workflow_app.services.documents import access, document_views, reading, splitting, versions
from workflow_app.services.documents.document_views import DocumentView
from workflow_app.services.documents.documents import DISPOSED, Content
from workflow_app.services.processes.definitions import definition_of

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
    access.opened(work, document_id, seen, "check")
    query = select(Page.no, Page.doubts, Page.source).where(Page.document_id == document.id)
    lines = [
        PageLine(no, doubts, source == versions.BLANK)
        for no, doubts, source in work.session.execute(query.order_by(Page.no))
    ]
    (paper,) = document_views.views(work, [(document_id, case_id)])
    return Check(paper, case_id, lines, splitting.candidates(work, document_id, case_id))


def sheet(work: UnitOfWork, document_id: UUID, no: int, version: int | None = None) -> Sheet:
    """One page of a version (the newest by default), for who may read the paper; of a restricted
    one each is on record.
    """
    seen = access.readable(work, document_id)
    document = _kept(work, document_id)
    _record(work, document, seen, "check", no)
    try:
        page = page_of(work.session, document, no, version)
    except NoSuchPage as error:
        raise NotFound(error.sentence) from error
    return Sheet(
        no,
        page.width,
        page.height,
        page.text,
        page.source,
        [_word(page, place) for place in page_content.doubtful(page)],
        [_word(page, place) for place in page.corrected],
    )


def next_doubtful(work: UnitOfWork, document_id: UUID, no: int) -> int | None:
    """The next page after this one with a doubtful word, or else the first one; None when there is
    none.
    """
    access.readable(work, document_id)
    query = select(Page.no).where(Page.document_id == document_id, Page.doubts > 0)
    return work.session.scalars(query.order_by(Page.no < no, Page.no).limit(1)).first()


def count_pages(work: UnitOfWork, document_id: UUID, version: int) -> int:
    """How many pages a version has; raises `NotFound` when there is no such version."""
    access.readable(work, document_id)
    document = _kept(work, document_id)
    try:
        return len(places_of(work.session, document, version))
    except NoSuchPage as error:
        raise NotFound(error.sentence) from error


def picture(work: UnitOfWork, document_id: UUID, no: int, version: int | None = None) -> Content:
    """A picture of one page of a version, large enough to read, drawn from the pages as they
    came.
    """
    seen = access.readable(work, document_id)
    document = _kept(work, document_id)
    place = _place(work, document, no, version)
    blob = readings.as_read(work.session, document)
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
    seen = access.readable(work, document_id)
    document = _kept(work, document_id)
    try:
        blob = readings.pdf_of(work.session, document, version)
    except NoSuchPage as error:
        raise NotFound(error.sentence) from error
    if blob is None:
        raise NotFound(
            "Versi ini tidak mempunyai salinan PDF. Halamannya dapat dibuka satu per satu."
        )
    found = Content(
        work.blobs.read(blob.sha256),
        blob.media_type,
        f"dokumen-{document_id.hex[:8]}-versi-{version}.pdf",
    )
    access.opened(work, document_id, seen, "pdf", version=version)
    return found


def accept(work: UnitOfWork, document_id: UUID, version: int) -> None:
    """A person found this version good. Said twice, it is on record once."""
    versions.changeable(work, document_id)
    document = work.session.get_one(
        Document, document_id, with_for_update=True, populate_existing=True
    )
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
    """A task was completed: where its answer finds the papers of the case good, those he may know
    of are checked.
    """
    name, _, value = definition.elements[task.element].properties.get(PROPERTY, "").partition("=")
    if not name or control.get(name) != value:
        return
    query = (
        select(Document)
        .join(CaseDocument, CaseDocument.document_id == Document.id)
        .where(CaseDocument.case_id == case.id, is_cleared(work))
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
    access.happened(work, document.id, "document.checked", version=document.version)


def _record(
    work: UnitOfWork,
    document: Document,
    seen: CaseDocument | None,
    kind: Literal["check", "picture"],
    page: int,
) -> None:
    if leaves_trace(document.level):
        access.opened(work, document.id, seen, kind, page=page)


def _kept(work: UnitOfWork, document_id: UUID) -> Document:
    document = work.session.get_one(Document, document_id)
    if document.disposed_at is not None:
        raise NotFound(DISPOSED)
    return document


def _place(work: UnitOfWork, document: Document, no: int, version: int | None) -> Place:
    try:
        places = places_of(work.session, document, version)
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


MOST_WAITING = 50


@dataclass(frozen=True)
class Waiting:
    """A paper that nobody has checked yet."""

    id: UUID
    label: str
    case_number: str
    """Of a case through which the actor reads it; empty for a paper of the archive alone."""
    pages: int
    doubts: int
    added_at: datetime
    has_picture: bool
    """May a list show its first page? Not of a restricted paper: each look at one is on record."""


def waiting(work: UnitOfWork) -> list[Waiting]:
    """Papers that the actor may read and that nobody has checked: those with doubts first, then the
    oldest.
    """
    check_role(work.actor, CHECKERS)
    rows = work.session.scalars(_unchecked(work).limit(MOST_WAITING)).all()
    ids = [row.id for row in rows]
    seen = {
        document_id: (label, number)
        for document_id, label, number in work.session.execute(
            select(CaseDocument.document_id, CaseDocument.label, Case.number)
            .join(Case, Case.id == CaseDocument.case_id)
            .where(CaseDocument.document_id.in_(ids), task_rights.readable_case(work))
            .order_by(CaseDocument.added_at)
        )
    }
    places = all_places_of(work.session, rows)
    pictures = set(
        work.session.scalars(
            select(Rendition.document_id).where(
                Rendition.document_id.in_([row.id for row in rows if not leaves_trace(row.level)]),
                Rendition.kind == RenditionKind.THUMBNAIL,
            )
        )
    )
    return [
        Waiting(
            row.id,
            *seen.get(row.id, (row.label, "")),
            len(places[row.id]),
            row.doubts,
            row.added_at,
            row.id in pictures,
        )
        for row in rows
    ]


def next_of(work: UnitOfWork, without: Collection[UUID] = ()) -> UUID | None:
    """The paper to check next, `without` those that are left for later."""
    check_role(work.actor, CHECKERS)
    document = work.session.scalars(
        _unchecked(work).where(Document.id.not_in(without)).limit(1)
    ).first()
    return document.id if document else None


def _unchecked(work: UnitOfWork) -> Select[Document]:
    # Whose newest version went into another paper is looked at there.
    is_merged = exists().where(
        MadeOf.source_id == Document.id, MadeOf.source_version == Document.version
    )
    return (
        select(Document)
        .where(
            Document.checked_at.is_(None),
            Document.status == DocumentStatus.READABLE,
            Document.origin.in_(versions.CHANGEABLE),
            ~is_merged,
            Document.id.in_(access.all_readable(work)),
        )
        .order_by(Document.doubts == 0, Document.added_at, Document.id)
    )
