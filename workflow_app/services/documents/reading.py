"""Reading a paper (a job): words and thumbnail of each page go into the archive as soon as it is
read, a searchable copy of all of them in the end.

Papers that were read before it was kept how their pages look: looked at once more, so that a second
scan of them is noticed. An unread paper that need not be read: dismissed from the tray for a
reason, and taken back; on record (decision 0058).
"""

import time
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, Select, select, update

from archive import documents, readings, similar
from archive.errors import ArchiveError, StoreUnavailable
from archive.models import Blob, Document, DocumentStatus, Page, Rendition, RenditionKind
from archive.page_content import PageText
from archive.readings import ReadBefore
from archive.similar import tokens
from ocr.errors import EngineMissing, NoRoom, OcrError
from ocr.one_page import ReadPage
from ocr.reading import looks, read
from ocr.types import Limits, Options, PageReading, PageSource, PdfKind, Reading
from workflow_app.domain import (
    SYSTEM,
    Away,
    Conflict,
    DiskFull,
    Forbidden,
    InvalidInput,
    ReaderAway,
    SentraError,
    StorageAway,
    Unavailable,
)
from workflow_app.models import Case, CaseDocument, PaperDismissal, PaperStack, StackPart
from workflow_app.permissions import can_dismiss
from workflow_app.services.accounts import users
from workflow_app.services.cases import answers
from workflow_app.services.core import figures
from workflow_app.services.core.jobs import PATIENT, READING, Running, job
from workflow_app.services.core.unit_of_work import UnitOfWork, Works, translated
from workflow_app.services.documents import access

UNREAD = (
    "Dokumen ini tersimpan dan dapat dibuka, tetapi isinya belum terbaca. Pindai ulang bila "
    "isinya perlu dicari."
)
ACCEPTED = Limits(max_bytes=500_000_000)
"""The size was judged when the paper was taken in, by the limit of that day."""
PDF_KINDS = {
    PdfKind.SEARCHABLE: RenditionKind.SEARCHABLE_PDF,
    PdfKind.PICTURE: RenditionKind.PICTURE_PDF,
}


def read_document(
    works: Works, document_id: UUID, *, page_seconds: float = 120.0, nice: int = 5
) -> str:
    """Read one document and keep what was read; returns its status. A document that was read is
    left alone, and so are a recording and each page that was read before this job was killed or had
    to wait. One that is disposed of meanwhile is read no further.

    Takes `Works`, not a unit of work: recognising may take minutes and no transaction stays open
    meanwhile. A paper that cannot be read stays kept and says why. Raises `Unavailable` when
    another try later may succeed.
    """
    with works.begin(SYSTEM) as work:
        document = documents.get(work.session, document_id)
        if document.status in (
            DocumentStatus.READABLE,
            DocumentStatus.RECORDING,
            DocumentStatus.DISPOSED,
        ):
            return document.status
        document, before = readings.begin(work.session, document_id)
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
        raise _wait(
            works, document_id, DiskFull(error.sentence, detail=type(error).__name__)
        ) from error
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
        return documents.get(work.session, document_id).disposed_at is not None


def _wait(works: Works, document_id: UUID, error: Away) -> Away:
    """Say on the paper what its reading waits for. No event: nothing has been found out about the
    paper.
    """
    with works.begin(SYSTEM) as work:
        documents.mark_unreadable(work.session, document_id, error.sentence)
    return error


def _known(before: ReadBefore) -> ReadPage:
    """A page that need not be read again, as far as the copy needs it."""
    page = before.page
    source = PageSource(page.source)
    reading = PageReading(page.no, page.text, page.confidence, (), page.width, page.height, source)
    return ReadPage(reading, before.layout, before.layer)


def _save_page(works: Works, document_id: UUID, page: ReadPage, seconds: float) -> None:
    with works.begin(SYSTEM) as work:
        readings.save_page(
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
        document = readings.finish(
            work.session,
            work.blobs,
            document_id,
            pdf=reading.pdf,
            pdf_kind=PDF_KINDS.get(reading.pdf_kind),
            pdf_level=str(reading.pdf_level),
            pdf_reason=reading.reason,
            at=work.clock(),
        )
        similar.note(work.session, document_id)
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
    """Mark a document that cannot be read, with the reason; it stays kept. Returns its status: a
    worker may have died when all had been read.
    """
    with works.begin(SYSTEM) as work:
        document = documents.mark_unreadable(work.session, document_id, sentence)
        if document.status == DocumentStatus.UNREADABLE:
            _record(work, document, pages=0)
        return document.status


def _record(work: UnitOfWork, document: Document, **facts: Any) -> None:
    access.happened(work, document.id, "document.read", status=str(document.status), **facts)


def page_text(page: PageReading) -> PageText:
    """What was read, as the archive keeps it."""
    return PageText(
        no=page.no,
        text=page.text,
        confidence=page.confidence,
        words=[
            (
                word.text,
                word.confidence,
                word.box.left,
                word.box.top,
                word.box.width,
                word.box.height,
            )
            for word in page.words
        ],
        width=page.width,
        height=page.height,
        source=str(page.source),
        reason=page.reason,
        codes=page.codes,
        likeness=None if page.likeness is None else tokens(page.likeness),
    )


NICE = 10


def look_again(works: Works) -> Iterator[tuple[UUID, int]]:
    """Each paper with pages whose look is not known, and of how many it is now. Begun again it goes
    on where it ended.

    A short transaction for each paper; its small pictures are looked at between two of them.
    """
    last: UUID | None = None
    while (found := _next(works, last)) is not None:
        last, pictures = found
        with translated():
            kept = [(works.blobs.read(sha256), media_type) for _, sha256, media_type in pictures]
        seen = looks(kept, nice=NICE)
        known = {
            no: look for (no, _, _), look in zip(pictures, seen, strict=True) if look is not None
        }
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
        return document_id, [
            (no, sha256, kind) for no, sha256, kind in work.session.execute(pictures)
        ]


def _without_look() -> Select[UUID]:
    """Of pages that were read and have a small picture. Not of papers that people have arranged:
    their small pictures are of the pages as they came.
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
    """Under the lock that saving a reading takes: a new reading brings its own looks, and who
    arranges pages meanwhile has moved them.
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
        similar.note(work.session, document_id)
        access.kept(work, document_id, "document.looked_at", pages=kept)
    return kept


OTHER = "Alasan lain"
REASONS = (
    "Cukup sebagai gambar",
    "Tulisan tangan atau gambar, tidak ada yang perlu dicari",
    "Sudah dipindai ulang",
    OTHER,
)
"""What the list says is shown in the trail; own words are sealed, and the trail says only that
there are some.
"""
FIELD, WORDS_FIELD = "alasan", "alasan_lain"
LONGEST = 500
NOT_YOURS = (
    "Yang dapat mengesampingkan dokumen hanya arsiparis dan yang memasukkannya; di berkas yang "
    "dibatasi, fungsi yang menanganinya."
)
WAS_READ = "Dokumen ini sudah terbaca atau sedang dibaca lagi, jadi tidak perlu dikesampingkan."


@dataclass(frozen=True)
class DismissalView:
    """Why an unread paper asks for nobody, as pages show it."""

    reason: str
    since: datetime
    dismissed_by: str


def is_dismissed() -> ColumnElement[bool]:
    """This `Document` asks for nobody."""
    current = select(PaperDismissal.id).where(
        PaperDismissal.document_id == Document.id, PaperDismissal.returned_at.is_(None)
    )
    return current.exists()


def now_on(work: UnitOfWork, document_ids: Collection[UUID]) -> dict[UUID, DismissalView]:
    """The dismissals of papers; for services and pages that have checked that the actor may read
    them.
    """
    found = work.session.scalars(
        _current().where(PaperDismissal.document_id.in_(document_ids))
    ).all()
    names = users.names_of(work, [each.dismissed_by for each in found])
    return {
        each.document_id: DismissalView(
            reason=_words(work, each),
            since=each.dismissed_at,
            dismissed_by=names.get(each.dismissed_by, "Sistem") if each.dismissed_by else "Sistem",
        )
        for each in found
    }


def may_dismiss(work: UnitOfWork, document_ids: Collection[UUID]) -> set[UUID]:
    """Those of the papers, all of which the actor reads, that he may dismiss and take back: an
    archivist, or who brought the paper; of a confined case its own role.
    """
    links = (
        select(CaseDocument.document_id, CaseDocument.added_by, Case.confined_to)
        .join(Case, Case.id == CaseDocument.case_id)
        .where(CaseDocument.document_id.in_(document_ids))
    )
    brought = (
        select(StackPart.document_id, PaperStack.brought_by)
        .join(PaperStack, PaperStack.id == StackPart.stack_id)
        .where(StackPart.document_id.in_(document_ids))
    )
    bringers: dict[UUID, set[UUID | None]] = {each: set() for each in document_ids}
    confined: dict[UUID, set[str | None]] = {each: set() for each in document_ids}
    for document_id, who, role in work.session.execute(links):
        bringers[document_id].add(who)
        confined[document_id].add(role)
    for document_id, who in work.session.execute(brought):
        bringers[document_id].add(who)
    return {
        each
        for each in document_ids
        if can_dismiss(work.actor, brought_by=bringers[each], confined_to=confined[each])
    }


def dismiss(work: UnitOfWork, document_id: UUID, reason: str, words: str = "") -> None:
    """Say that an unread paper may stay unread. Its original and what was made of it stay. Twice is
    once.
    """
    document = _checked(work, document_id)
    if reason not in REASONS:
        raise InvalidInput(fields={FIELD: "Pilih alasan dari daftar."})
    if reason == OTHER:
        answers.check(
            words, "Tulis alasannya, minimal 10 huruf.", field=WORDS_FIELD, longest=LONGEST
        )
    if _now(work, document_id) is not None:
        return
    if document.status != DocumentStatus.UNREADABLE:
        raise Conflict(WAS_READ)
    made = PaperDismissal(
        id=uuid4(),
        document_id=document_id,
        reason=reason,
        dismissed_at=work.clock(),
        dismissed_by=work.actor.user_id,
    )
    if reason == OTHER:
        made.data_key = work.vault.new_key()
        made.sealed = work.vault.seal(made.data_key, {"alasan": words.strip()}, _context(made.id))
    work.session.add(made)
    work.session.flush()
    access.happened(work, document_id, "document.dismissed", reason=reason)


def take_back(work: UnitOfWork, document_id: UUID) -> None:
    """An unread paper asks for somebody again. Twice is once."""
    _checked(work, document_id)
    end(work, document_id)


def end(work: UnitOfWork, document_id: UUID) -> None:
    """End the dismissal of a paper, where there is one: for who has locked the paper and checked
    that the actor may do so.
    """
    current = _now(work, document_id)
    if current is None:
        return
    current.returned_at, current.returned_by = work.clock(), work.actor.user_id
    work.session.flush()
    access.happened(work, document_id, "document.taken_back")


def forget_words(work: UnitOfWork, document_id: UUID) -> None:
    """Of a paper that is disposed of nobody keeps what was said of it in own words, nor the key to
    them. For who has locked the paper.
    """
    of_paper = update(PaperDismissal).where(PaperDismissal.document_id == document_id)
    work.session.execute(of_paper.values(data_key=None, sealed=None))


def _checked(work: UnitOfWork, document_id: UUID) -> Document:
    """The paper, locked against a second press and a reader."""
    access.readable(work, document_id)
    document = work.session.get_one(
        Document, document_id, with_for_update=True, populate_existing=True
    )
    if document_id not in may_dismiss(work, [document_id]):
        raise Forbidden(NOT_YOURS)
    return document


def _current() -> Select[PaperDismissal]:
    return select(PaperDismissal).where(PaperDismissal.returned_at.is_(None))


def _now(work: UnitOfWork, document_id: UUID) -> PaperDismissal | None:
    return work.session.scalars(_current().where(PaperDismissal.document_id == document_id)).first()


def _words(work: UnitOfWork, dismissal: PaperDismissal) -> str:
    if dismissal.data_key is None or dismissal.sealed is None:
        return dismissal.reason
    return str(
        work.vault.open(dismissal.data_key, dismissal.sealed, _context(dismissal.id))["alasan"]
    )


def _context(dismissal_id: UUID) -> str:
    return f"dismissal:{dismissal_id}"


def leave_unread(works: Works, error: Exception, document_id: UUID) -> None:
    """Give a reading up: a document that no try has settled is marked as unreadable."""
    with works.begin(SYSTEM) as work:
        status = documents.get(work.session, document_id).status
    if status in (DocumentStatus.RECEIVED, DocumentStatus.READING):
        give_up(works, document_id, UNREAD)


@job(
    "read_document",
    label="Membaca dokumen",
    queue=READING,
    retry=PATIENT,
    on_give_up=leave_unread,
)
def read_document_job(running: Running, document_id: UUID) -> None:
    """Read one document."""
    seconds = running.settings.ocr_timeout_seconds
    read_document(running.works, document_id, page_seconds=seconds)
