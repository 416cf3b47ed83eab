"""Full-text search over the documents that the actor may read.

It also returns where the found words stand on a page, draws the strip of a page around them, and
finds documents with similar content (decision 0040).
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
"""Largest number of hits; a more specific query finds the rest."""
FAR_SECONDS = 4.0
"""How long older hits are searched when the actor may see none of the newest."""
NOTHING: Choice = {}
ORDERS = {"": Order.BEST, "baru": Order.NEWEST, "lama": Order.OLDEST}
"""Orders by their value in the address."""
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
    """Plain text in pieces; True for a found word. The page that shows it has to escape it."""
    has_picture: bool
    """True if the list may show the place on the page. Not for a restricted document, where each
    look is recorded.
    """


@dataclass(frozen=True)
class SearchPage:
    """One page of hits, in order."""

    hits: list[SearchHit]
    total: int
    """Number of found pages."""
    is_all: bool
    """False when there are more: for a frequent word only the nearest are examined."""
    next: str | None
    """Cursor for `after`, or None when this is the last page."""
    groups: Sequence[Group]
    """Choices by which the hits can be narrowed."""
    chips: Sequence[Chip]
    """Choices that are in force."""


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
    """Return pages of readable documents that hold the words of `query`: of cases that the actor
    may see and read, and of the archive for its readers.

    With `is_far`, older pages of a frequent word are examined too, if the actor may see none of the
    newest or none fits the choice.
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
    """Record found words of restricted documents as openings. Return these documents."""
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
    """Split a marked, escaped snippet into plain pieces."""
    pieces = _MARKED.split(snippet)
    return [(html.unescape(piece), no % 2 == 1) for no, piece in enumerate(pieces) if piece]


def of(work: UnitOfWork, document_id: UUID, words: str) -> dict[int, PageMarks]:
    """Return the marks of found words by page, for actors who may read the document."""
    access.readable(work, document_id)
    return page_content.of(work.session, document_id, words)


NO_PICTURE = "Kata ini tidak ditemukan di gambar halaman. Buka dokumennya."
NOT_DRAWN = "Gambar halaman ini tidak dapat dibuat. Buka dokumennya."
DRAWN = Limits(max_bytes=500_000_000, decode_seconds=20.0)
LINES = 2.0
"""Margin above and below the word, in heights of the word."""
LEAST = 0.04
"""Smallest margin as a share of the page height, so that small print has lines around it too."""
WIDTH = 0.6
"""Width of the strip as a share of the page, so that it can be read on a phone."""


def of_find_picture(work: UnitOfWork, document_id: UUID, no: int, words: str) -> Content:
    """Return the strip of a page around the found words, for actors who may read the document. A
    restricted document has none: its own page shows it and records the look (decision 0031).
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
    """Return the strip around the first found word; other found words in it are framed too."""
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
    """A document that shares rare words or a number with another; it is not told which."""

    document_id: UUID
    label: str
    added_at: datetime
    case: Holder | None
    shares_number: bool


def of_similar_paper(work: UnitOfWork, document_id: UUID) -> list[SimilarPaper]:
    """Return similar documents, the most similar first. Naming a restricted document reveals part
    of its content, so it is recorded as an opening.
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
