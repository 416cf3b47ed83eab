"""Finding papers by the words on them, among those the actor may read.

Where on a paper the words stand by which it was found. The strip of a page on which found words
stand, as a picture: for the list of finds, drawn when somebody asks for it. Papers that are about
the same as one, among those the actor may read (decision 0040).
"""

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from archive import documents, page_content, readings, similar, versions
from archive import search as archive_search
from archive.models import Document
from archive.page_content import MARK_END, MARK_START, PageMarks
from archive.search import Hit
from archive.search import Order as Order
from ocr.arranging import Shares, Source, Strip, draw_page
from ocr.errors import OcrError
from ocr.types import Limits
from workflow_app.domain import AccessLevel, Conflict, NotFound, Unavailable
from workflow_app.permissions import leaves_trace
from workflow_app.services.core.unit_of_work import UnitOfWork, translated
from workflow_app.services.documents import access, document_views, search_facets
from workflow_app.services.documents.document_views import Holder
from workflow_app.services.documents.documents import Content
from workflow_app.services.documents.search_facets import Chip, Choice, Group, ReadIn

MAX_HITS = 400
"""Nobody reads further; a better query finds more."""
FAR_SECONDS = 4.0
"""So long older finds are looked at for who asks for them because he may see none of the newest."""
NOTHING: Choice = {}
ORDERS = {"": Order.BEST, "baru": Order.NEWEST, "lama": Order.OLDEST}
"""By the word in the address."""
_MARKED = re.compile(f"{MARK_START}([^{MARK_END}]*){MARK_END}")


@dataclass(frozen=True)
class SearchHit:
    """One page that holds the words."""

    document_id: UUID
    case_id: UUID | None
    case_number: str | None
    label: str
    page: int
    added_at: datetime
    snippet_parts: list[tuple[str, bool]]
    """Plain text in pieces; true for a found word. To be escaped by the page that shows it."""
    has_picture: bool
    """May the list show the place on the page? Not of a restricted paper: each look at one is on
    record.
    """


@dataclass(frozen=True)
class SearchPage:
    """Hits in their order."""

    hits: list[SearchHit]
    total: int
    """So many pages were found."""
    is_all: bool
    """False when there are more: of a frequent word only the nearest are looked at."""
    next: str | None
    """Cursor for `after`, or None when this is the last page."""
    groups: Sequence[Group]
    """By what these can be narrowed."""
    chips: Sequence[Chip]
    """By what they are."""


def search(
    work: UnitOfWork,
    query: str,
    *,
    choice: Choice = NOTHING,
    order: Order = Order.BEST,
    after: str | None = None,
    limit: int = 20,
    is_far: bool = False,
) -> SearchPage:
    """Pages of papers that hold the words of `query`, of cases the actor may see and read, and of
    the archive for its readers. `is_far`: also the older ones of a frequent word of which he may
    see none of the newest, or none that is as chosen.
    """
    start = int(after) if after and after.isascii() and after.isdigit() and len(after) < 6 else 0
    start, end = min(start, MAX_HITS), min(start + limit, MAX_HITS)
    scope = search_facets.scope(choice, access.all_readable(work), access.few(work))
    finds = archive_search.find(work.session, query, scope, order)
    narrowed = search_facets.narrow(work, finds.found, choice)
    if is_far and not narrowed.found and (finds.found or scope.within is None):
        for finds in archive_search.onward(work.session, query, scope, order, seconds=FAR_SECONDS):
            narrowed = search_facets.narrow(work, finds.found, choice)
            if narrowed.found:
                break
    shown = archive_search.show(work.session, query, narrowed.found[start:end])
    restricted = _record_restricted(work, shown)
    return SearchPage(
        hits=[
            _hit(
                hit,
                narrowed.cases.get(hit.document_id),
                has_picture=hit.document_id not in restricted,
            )
            for hit in shown
        ],
        total=len(narrowed.found),
        is_all=finds.is_all,
        next=str(end) if len(narrowed.found) > end and end < MAX_HITS else None,
        groups=narrowed.groups,
        chips=narrowed.chips,
    )


def _record_restricted(work: UnitOfWork, hits: list[Hit]) -> set[UUID]:
    """Found words of a restricted paper are a look at it. Returns which are."""
    restricted = {hit.document_id for hit in hits if hit.level >= AccessLevel.RESTRICTED}
    if restricted:
        access.opened_together(work, restricted, access.links(work, restricted), "snippet")
    return restricted


def _hit(hit: Hit, case: ReadIn | None, *, has_picture: bool) -> SearchHit:
    return SearchHit(
        document_id=hit.document_id,
        case_id=case.case_id if case else None,
        case_number=case.number if case else None,
        label=case.label if case else hit.label,
        page=hit.page,
        added_at=hit.added_at,
        snippet_parts=split(hit.snippet),
        has_picture=has_picture,
    )


def split(snippet: str) -> list[tuple[str, bool]]:
    """A marked, escaped snippet as plain pieces."""
    pieces = _MARKED.split(snippet)
    return [(html.unescape(piece), no % 2 == 1) for no, piece in enumerate(pieces) if piece]


def of(work: UnitOfWork, document_id: UUID, words: str) -> dict[int, PageMarks]:
    """The marks of the pages that hold the words, by page, for who may read the paper."""
    access.readable(work, document_id)
    return page_content.of(work.session, document_id, words)


NO_PICTURE = "Kata ini tidak ditemukan di gambar halaman. Buka dokumennya."
NOT_DRAWN = "Gambar halaman ini tidak dapat dibuat. Buka dokumennya."
DRAWN = Limits(max_bytes=500_000_000, decode_seconds=20.0)
LINES = 2.0
"""Of the height of the word, above and below it."""
LEAST = 0.04
"""Of the height of the page, above and below: small print has lines around it too."""
WIDTH = 0.6
"""Of the page, so that it can be read on a phone."""


def of_find_picture(work: UnitOfWork, document_id: UUID, no: int, words: str) -> Content:
    """For who may read the paper. Of a restricted one no list shows a picture: its own page does,
    on record (decision 0031).
    """
    access.readable(work, document_id)
    document = documents.get(work.session, document_id)
    if document.disposed_at is not None or leaves_trace(document.level):
        raise NotFound()
    marks = page_content.of(work.session, document_id, words, no).get(no)
    if marks is None or not marks.boxes:
        raise NotFound(NO_PICTURE)
    place = versions.places_of(work.session, document)[no - 1]
    blob = readings.as_read(work.session, document)
    try:
        with translated(), work.blobs.open(blob.sha256) as chunks:
            drawn = draw_page(
                Source(chunks, blob.media_type), place.leaf, place.turn, DRAWN, strip_of(marks)
            )
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


@dataclass(frozen=True)
class SimilarPaper:
    """A paper that shares rare words or a number; which ones is not told."""

    document_id: UUID
    label: str
    added_at: datetime
    case: Holder | None
    shares_number: bool


def of_similar_paper(work: UnitOfWork, document_id: UUID) -> list[SimilarPaper]:
    """The most similar first. That a restricted paper is named here tells what is on it, so it is a
    look at it.
    """
    access.readable(work, document_id)
    found = similar.of(work.session, document_id, access.all_readable(work))
    ids = [each.document_id for each in found]
    papers = {
        paper.id: paper
        for paper in work.session.scalars(select(Document).where(Document.id.in_(ids)))
    }
    holders = document_views.holders_of(work, ids)
    restricted = {paper.id for paper in papers.values() if paper.level >= AccessLevel.RESTRICTED}
    if restricted:
        access.opened_together(work, restricted, access.links(work, restricted), "similar")
    return [
        SimilarPaper(
            each.document_id,
            document_views.label_of(holders.get(each.document_id), papers[each.document_id].label),
            papers[each.document_id].added_at,
            holders[each.document_id][-1][0] if each.document_id in holders else None,
            each.shares_number,
        )
        for each in found
    ]
