"""The copy of a version (a job): made from the pages as they came, turned pages read again as they stand, words put right laid over."""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy import select

import archive.documents
import archive.likeness
import archive.rereading
import archive.version_copies
import archive.versions
from archive.arrangement import Place
from archive.errors import ArchiveError, StoreUnavailable
from archive.models import Document, Rendition, RenditionKind, Version
from archive.page_text import PageText
from ocr.arranging import Arranged, Arrangement, Leaf, Source, arrangement
from ocr.errors import EngineMissing, NoRoom, OcrError
from ocr.types import Box, Options, PageSource, Word
from workflow_app.errors import DiskFull, ReaderAway, StorageAway, Unavailable
from workflow_app.services.ground.unit_of_work import UnitOfWork, Works
from workflow_app.services.papers import paper_trail, reading
from workflow_app.types import SYSTEM

THUMBNAIL = 480
NOT_MADE = "Salinan PDF versi ini tidak dapat dibuat. Halamannya dan file aslinya tetap dapat dibuka."


@dataclass(frozen=True)
class _Plan:
    """What has to be done for a version."""

    source: tuple[str, str]
    """Hash and type of the file that pages are taken from."""
    places: Sequence[Place]
    pages: Sequence[PageText]
    without_picture: frozenset[tuple[int, int]]
    """Page of the original and turn of which there is no small picture."""


def make(works: Works, document_id: UUID, no: int, *, page_seconds: float = 120.0, nice: int = 5) -> str:
    """Make the copy of a version, unless a newer one has overtaken it; returns what became of it.

    No transaction is open meanwhile, and nothing is kept before all is there: killed and begun again, it makes the same.
    Raises `Unavailable` when another try later may succeed.
    """
    with works.begin(SYSTEM) as work:
        plan = _plan(work, document_id, no)
        if plan is None:
            if no == 1:  # put together from others just now: it has its copy, and was not compared yet
                archive.likeness.note(work.session, document_id)
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
                if page.source == archive.versions.TURNED:
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


def leaves(places: Sequence[Place], pages: Sequence[PageText], file: int = 0) -> list[Leaf]:
    """The pages for the library that arranges them. Over pages that changed since they were read their words are laid anew."""
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
    document = archive.documents.get(work.session, document_id)
    version = archive.version_copies.waits(work.session, document)
    if version is None or version.no != no:
        return None
    places = archive.versions.places_of(work.session, document)
    source = archive.version_copies.as_read(work.session, document)
    known = select(Rendition.page, Rendition.turn).where(
        Rendition.document_id == document_id, Rendition.kind == RenditionKind.THUMBNAIL
    )
    drawn = {(page, turn) for page, turn in work.session.execute(known)}
    return _Plan(
        (source.sha256, source.media_type),
        places,
        archive.versions.pages_of(work.session, document, enumerate(places, 1)),
        frozenset({(place.leaf, place.turn) for place in places} - drawn),
    )


def _read(pages: Arrangement, place: Place, page: PageText) -> PageText:
    """The page as it reads now. One that cannot be read as it stands keeps the words that turned along with it; codes that
    were seen on it are still there.
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
        document = work.session.get_one(Document, document_id, with_for_update=True, populate_existing=True)
        version = archive.version_copies.waits(work.session, document)
        if version is None or version.no != no:
            return "overtaken"
        for (leaf, turn), picture in pictures.items():
            archive.documents.add_rendition(
                work.session, work.blobs, document_id, picture, kind=RenditionKind.THUMBNAIL,
                media_type="image/webp", at=work.clock(), page=leaf, turn=turn,
            )  # fmt: skip
        if read:
            archive.rereading.keep_reading(work.session, document, read)
        archive.version_copies.keep(
            work.session,
            work.blobs,
            version,
            made.pdf,
            work.clock(),
            level=str(made.level),
            reason=made.reason,
        )
        archive.likeness.note(work.session, document_id)
        paper_trail.kept(
            work, document_id, "document.version_made", version=no, read=len(read), pdf_level=str(made.level)
        )
    return "made"
