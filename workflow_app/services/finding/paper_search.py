"""Finding papers by the words on them, among those the actor may read."""

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import archive.hits
import archive.search
from archive.excerpts import MARK_END, MARK_START
from archive.hits import Hit
from archive.search import Order as Order
from workflow_app.services.finding import paper_narrowing
from workflow_app.services.finding.paper_narrowing import Chip, Choice, Group, ReadIn
from workflow_app.services.ground.unit_of_work import UnitOfWork
from workflow_app.services.papers import paper_sight, paper_trail
from workflow_app.types import AccessLevel

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
    """May the list show the place on the page? Not of a restricted paper: each look at one is on record."""


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
    """Pages of papers that hold the words of `query`, of cases the actor may see and read, and of the archive for its readers.
    `is_far`: also the older ones of a frequent word of which he may see none of the newest, or none that is as chosen.
    """
    start = int(after) if after and after.isascii() and after.isdigit() and len(after) < 6 else 0
    start, end = min(start, MAX_HITS), min(start + limit, MAX_HITS)
    scope = paper_narrowing.scope(choice, paper_sight.all_readable(work), paper_sight.few(work))
    finds = archive.search.find(work.session, query, scope, order)
    narrowed = paper_narrowing.narrow(work, finds.found, choice)
    if is_far and not narrowed.found and (finds.found or scope.within is None):
        for finds in archive.search.onward(work.session, query, scope, order, seconds=FAR_SECONDS):
            narrowed = paper_narrowing.narrow(work, finds.found, choice)
            if narrowed.found:
                break
    shown = archive.hits.show(work.session, query, narrowed.found[start:end])
    restricted = _record_restricted(work, shown)
    return SearchPage(
        hits=[
            _hit(hit, narrowed.cases.get(hit.document_id), has_picture=hit.document_id not in restricted)
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
        paper_trail.opened_together(work, restricted, paper_sight.links(work, restricted), "snippet")
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
