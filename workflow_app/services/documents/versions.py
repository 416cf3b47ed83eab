"""What people do to a paper that was scanned badly: each act makes a new version, on record; the
original stays (decision 0037).

The copy of a version (a job): made from the pages as they came, turned pages read again as they
stand, words put right laid over.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from archive import documents, readings, similar, versions
from archive.errors import ArchiveError, NoSuchPage, StoreUnavailable, VersionOvertaken
from archive.models import Document, DocumentStatus, Page, Rendition, RenditionKind, Version
from archive.page_content import PageText
from archive.versions import Act, Change, Place
from ocr.arranging import Arranged, Arrangement, Leaf, Source, arrangement
from ocr.errors import EngineMissing, NoRoom, OcrError
from ocr.types import Box, Options, PageSource, Word
from workflow_app.domain import (
    SYSTEM,
    Conflict,
    DiskFull,
    Forbidden,
    NotFound,
    ReaderAway,
    StorageAway,
    Unavailable,
)
from workflow_app.models import Case, CaseDocument
from workflow_app.permissions import can_check
from workflow_app.services.accounts import users
from workflow_app.services.cases import answers
from workflow_app.services.core import jobs
from workflow_app.services.core.jobs import PATIENT, READING, Running, job
from workflow_app.services.core.unit_of_work import UnitOfWork, Works
from workflow_app.services.documents import access, ingest, reading

PAUSE = timedelta(seconds=10)
"""Before the copy of a version is made: who goes from word to word makes many versions, and only
the last one gets a copy.
"""
CHANGEABLE = (ingest.UPLOAD, ingest.ARCHIVE)
NOT_YOURS = (
    "Yang dapat memeriksa mutu dokumen ini arsiparis yang membacanya dan petugas yang mengerjakan "
    "berkasnya."
)
NOT_YET = (
    "Dokumen ini belum selesai dibaca, jadi mutunya belum dapat diperiksa. Tunggu sebentar, lalu "
    "muat ulang."
)
NOT_SCANNED = "Dokumen ini bukan hasil pindai yang sudah ditempatkan, jadi tidak diubah di sini."
NO_BLANKS = (
    "Tidak ada halaman kosong yang dapat dikeluarkan: halamannya berisi tulisan, atau semuanya "
    "kosong."
)
BLANK = "blank"
"""Source of a page without anything to read."""
DONE = {
    Act.CORRECTED: "kata di halaman {page} dibetulkan",
    Act.TURNED: "halaman {page} diputar",
    Act.MOVED: "halaman {page} dipindahkan",
    Act.TAKEN_OUT: "halaman {page} dikeluarkan",
    Act.BLANKS_TAKEN_OUT: "semua halaman kosong dikeluarkan",
    Act.CUT_OFF: "halaman {page} dan sesudahnya dipisah menjadi dokumen sendiri",
    Act.RESTORED: "susunan versi {page} dikembalikan",
}
AS_READ = "sebagaimana dibaca"


@dataclass(frozen=True)
class VersionView:
    """One line of the history of a paper."""

    no: int
    done: str
    """What was done, in words without anything that stands on the paper."""
    who: str
    at: datetime
    is_newest: bool
    reason: str = ""
    """Why it has no copy; empty otherwise."""


def may_change(work: UnitOfWork, document: Document, case_id: UUID | None) -> bool:
    """May the actor, who reads the document through this case or through none, put it right?"""
    if document.origin not in CHANGEABLE or document.status != DocumentStatus.READABLE:
        return False
    case = work.session.get_one(Case, case_id) if case_id else None
    return can_check(work.actor, works_on_case=case is not None and answers.works_on(work, case))


def changeable(work: UnitOfWork, document_id: UUID) -> tuple[Document, CaseDocument | None]:
    """The paper and the link it is read through, for who may put it right; raises for others, with
    the reason.
    """
    seen = access.readable(work, document_id)
    document = work.session.get_one(Document, document_id)
    if not may_change(work, document, seen.case_id if seen else None):
        if document.origin not in CHANGEABLE:
            raise Conflict(NOT_SCANNED)
        raise (
            Conflict(NOT_YET)
            if document.status != DocumentStatus.READABLE
            else Forbidden(NOT_YOURS)
        )
    return document, seen


def correct(
    work: UnitOfWork, document_id: UUID, version: int, page: int, right: Mapping[int, str]
) -> int:
    """Put words of a page right, by their places. Returns the number of the version it made."""
    return _change(
        work, document_id, lambda: versions.correct(
            work.session, document_id, change_of(work, version), page, right
        ), words=len(right),
    )  # fmt: skip


def turn(work: UnitOfWork, document_id: UUID, version: int, page: int, degrees: int) -> int:
    """Turn a page clockwise."""
    change = change_of(work, version)
    return _change(
        work, document_id, lambda: versions.turn(work.session, document_id, change, page, degrees)
    )


def move(work: UnitOfWork, document_id: UUID, version: int, page: int, to: int) -> int:
    """Put a page at another place."""
    change = change_of(work, version)
    return _change(
        work, document_id, lambda: versions.move(work.session, document_id, change, page, to)
    )


def take_out(work: UnitOfWork, document_id: UUID, version: int, page: int) -> int:
    """Leave a page out, most often a blank one."""
    change = change_of(work, version)
    return _change(
        work, document_id, lambda: versions.take_out(work.session, document_id, change, [page])
    )


def take_out_blanks(work: UnitOfWork, document_id: UUID, version: int) -> int:
    """Leave out every page on which nothing was found to read, as the version shows them now."""
    pages = work.session.execute(
        select(Page.no, Page.source).where(Page.document_id == document_id).order_by(Page.no)
    ).all()
    blanks = [no for no, source in pages if source == BLANK]
    if not blanks or len(blanks) == len(pages):
        raise Conflict(NO_BLANKS)
    change = change_of(work, version)
    return _change(
        work, document_id, lambda: versions.take_out(
            work.session, document_id, change, blanks, Act.BLANKS_TAKEN_OUT
        ), pages=len(blanks),
    )  # fmt: skip


def restore(work: UnitOfWork, document_id: UUID, version: int, no: int) -> int:
    """Go back to the pages of an earlier version, as a new one."""
    change = change_of(work, version)
    return _change(
        work, document_id, lambda: versions.restore(work.session, document_id, change, no)
    )


def of(work: UnitOfWork, document_id: UUID) -> list[VersionView]:
    """The history of a paper that the actor may read, the newest version first; nothing for one
    that nobody changed.
    """
    access.readable(work, document_id)
    made = versions.of(work.session, document_id)
    if not made:
        return []
    names = users.names_of(work, [version.made_by for version in made if version.made_by])
    document = work.session.get_one(Document, document_id)
    lines = [
        VersionView(
            version.no,
            done(version),
            names.get(version.made_by, "Sistem") if version.made_by else "Sistem",
            version.made_at,
            version.no == document.version,
            version.reason,
        )
        for version in made
    ]
    return [*lines, VersionView(1, AS_READ, "Sistem", document.added_at, is_newest=False)]


def done(version: Version) -> str:
    """What was done to make a version, in words."""
    return DONE[Act(version.act)].format(page=version.page)


def change_of(work: UnitOfWork, version: int) -> Change:
    """The actor's change of the version that he looked at."""
    return Change(version, work.actor.user_id, work.clock())


def note(work: UnitOfWork, version: Version, **facts: int | str) -> None:
    """A version was made: on record, and its copy will be."""
    access.happened(
        work,
        version.document_id,
        "document.version",
        version=version.no,
        act=str(version.act),
        page=version.page,
        done=done(version),
        **facts,
    )
    jobs.defer(
        work,
        "make_version",
        at=work.clock() + PAUSE,
        document_id=str(version.document_id),
        version=version.no,
    )


@contextmanager
def overtaking_told(work: UnitOfWork, document_id: UUID) -> Iterator[None]:
    """Who was overtaken is told by whom, and that nothing of his is stored."""
    try:
        yield
    except VersionOvertaken as error:
        newest = versions.of(work.session, document_id)[:1]
        names = users.names_of(work, [version.made_by for version in newest if version.made_by])
        who = next(iter(names.values()), "orang lain")
        raise Conflict(
            f"Dokumen ini baru saja diubah {who}, jadi perubahan Anda belum disimpan. Muat "
            "ulang halaman, lalu ulangi."
        ) from error
    except NoSuchPage as error:
        raise NotFound(error.sentence) from error


def _change(work: UnitOfWork, document_id: UUID, make: Callable[[], Version], **facts: int) -> int:
    changeable(work, document_id)
    with overtaking_told(work, document_id):
        version = make()
    note(work, version, **facts)
    return version.no


THUMBNAIL = 480
NOT_MADE = (
    "Salinan PDF versi ini tidak dapat dibuat. Halamannya dan file aslinya tetap dapat dibuka."
)


@dataclass(frozen=True)
class _Plan:
    """What has to be done for a version."""

    source: tuple[str, str]
    """Hash and type of the file that pages are taken from."""
    places: Sequence[Place]
    pages: Sequence[PageText]
    without_picture: frozenset[tuple[int, int]]
    """Page of the original and turn of which there is no small picture."""


def make(
    works: Works, document_id: UUID, no: int, *, page_seconds: float = 120.0, nice: int = 5
) -> str:
    """Make the copy of a version, unless a newer one has overtaken it; returns what became of it.

    No transaction is open meanwhile, and nothing is kept before all is there: killed and begun
    again, it makes the same. Raises `Unavailable` when another try later may succeed.
    """
    with works.begin(SYSTEM) as work:
        plan = _plan(work, document_id, no)
        if plan is None:
            if (
                no == 1
            ):  # put together from others just now: it has its copy, and was not compared yet
                similar.note(work.session, document_id)
            return "nothing to do"
    read: dict[int, PageText] = {}
    pictures: dict[tuple[int, int], bytes] = {}
    try:
        with ExitStack() as opened:
            chunks = opened.enter_context(works.blobs.open(plan.source[0]))
            pages = opened.enter_context(
                arrangement(
                    [Source(chunks, plan.source[1])],
                    Options(reading.ACCEPTED, page_seconds=page_seconds, nice=nice),
                )
            )
            for position, (place, page) in enumerate(zip(plan.places, plan.pages, strict=True), 1):
                if page.source == versions.TURNED:
                    read[position] = _read(pages, place, page)
                if (place.leaf, place.turn) in plan.without_picture:
                    pictures[place.leaf, place.turn] = pages.draw(place.leaf, place.turn, THUMBNAIL)
            made = pages.make(leaves(plan.places, [read.get(page.no, page) for page in plan.pages]))
    except EngineMissing as error:
        raise ReaderAway(detail=type(error).__name__) from error
    except NoRoom as error:
        raise DiskFull(error.sentence, detail=type(error).__name__) from error
    except StoreUnavailable as error:
        raise StorageAway(detail=type(error).__name__) from error
    except (OcrError, ArchiveError) as error:
        give_up(works, document_id, no)
        if error.is_retryable:
            raise Unavailable(error.sentence, detail=type(error).__name__) from error
        return "failed"
    return _keep(works, document_id, no, read, pictures, made)


def give_up(works: Works, document_id: UUID, no: int) -> None:
    """Say on a version that it has no copy."""
    with works.begin(SYSTEM) as work:
        version = work.session.get(Version, (document_id, no))
        if version is not None and version.pdf_sha256 is None:
            version.reason = NOT_MADE


def leave_without_copy(works: Works, error: Exception, document_id: UUID, version: int) -> None:
    """Give the copy of a version up."""
    give_up(works, document_id, version)


@job(
    "make_version",
    label="Membuat salinan versi dokumen",
    queue=READING,
    retry=PATIENT,
    on_give_up=leave_without_copy,
)
def make_version_job(running: Running, document_id: UUID, version: int) -> None:
    """Make the copy of one version."""
    make(running.works, document_id, version, page_seconds=running.settings.ocr_timeout_seconds)


def leaves(places: Sequence[Place], pages: Sequence[PageText], file: int = 0) -> list[Leaf]:
    """The pages for the library that arranges them. Over pages that changed since they were read
    their words are laid anew.
    """
    return [
        Leaf(
            place.leaf,
            place.turn,
            file,
            None if place.edition == 1 else _words(page),
            page.width,
            page.height,
        )
        for place, page in zip(places, pages, strict=True)
    ]


def _words(page: PageText) -> list[Word] | None:
    if page.source == PageSource.TEXT:
        return None
    return [Word(text, sure, Box(*box)) for text, sure, *box in page.words]


def _plan(work: UnitOfWork, document_id: UUID, no: int) -> _Plan | None:
    document = documents.get(work.session, document_id)
    version = readings.waits(work.session, document)
    if version is None or version.no != no:
        return None
    places = versions.places_of(work.session, document)
    source = readings.as_read(work.session, document)
    known = select(Rendition.page, Rendition.turn).where(
        Rendition.document_id == document_id, Rendition.kind == RenditionKind.THUMBNAIL
    )
    drawn = {(page, turn) for page, turn in work.session.execute(known)}
    return _Plan(
        (source.sha256, source.media_type),
        places,
        versions.pages_of(work.session, document, enumerate(places, 1)),
        frozenset({(place.leaf, place.turn) for place in places} - drawn),
    )


def _read(pages: Arrangement, place: Place, page: PageText) -> PageText:
    """The page as it reads now. One that cannot be read as it stands keeps the words that turned
    along with it; codes that were seen on it are still there.
    """
    found = reading.page_text(pages.read(place.leaf, place.turn).reading)
    if found.source == PageSource.FAILED:
        return replace(page, source=str(PageSource.OCR))
    return replace(found, no=page.no, codes=found.codes or page.codes)


def _keep(
    works: Works,
    document_id: UUID,
    no: int,
    read: dict[int, PageText],
    pictures: dict[tuple[int, int], bytes],
    made: Arranged,
) -> str:
    with works.begin(SYSTEM) as work:
        document = work.session.get_one(
            Document, document_id, with_for_update=True, populate_existing=True
        )
        version = readings.waits(work.session, document)
        if version is None or version.no != no:
            return "overtaken"
        for (leaf, turn), picture in pictures.items():
            documents.add_rendition(
                work.session, work.blobs, document_id, picture, kind=RenditionKind.THUMBNAIL,
                media_type="image/webp", at=work.clock(), page=leaf, turn=turn,
            )  # fmt: skip
        if read:
            documents.keep_reading(work.session, document, read)
        readings.keep(
            work.session,
            work.blobs,
            version,
            made.pdf,
            work.clock(),
            level=str(made.level),
            reason=made.reason,
        )
        similar.note(work.session, document_id)
        access.kept(
            work,
            document_id,
            "document.version_made",
            version=no,
            read=len(read),
            pdf_level=str(made.level),
        )
    return "made"
