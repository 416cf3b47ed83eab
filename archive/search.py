"""Full-text search over what was read.

A word on every second page stands on half a million of a million pages. Nobody reads so many, and ranking or sorting them would
take seconds, so a search looks at the pages that were read last first: each page has the number of its block in the index, and
the newest blocks are asked before all of them. When they hold enough, the best of the newest finds are shown; a word that is
not there often enough is rare, and then all finds are few. Decision 0029. A search can be narrowed by the facets of papers, which
stand in the index too, and by the time they came. Decision 0040.
"""

import html
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, String, cast, func, literal, select, text, tuple_
from sqlalchemy.orm import Mapped, Session

from archive.excerpts import MARK_END, MARK_START, around_numbers
from archive.models import BLOCK, Document, Page
from archive.queries import INDONESIAN, Question, TsQuery, lexemes, question

NEWEST_BLOCKS = 4
CANDIDATES = 600
"""Finds of which the best are shown: ranking reads each of them."""
WIDE = 3000
"""The same where the newest blocks held too few that the person may see: his rights are asked about each of them."""
ENOUGH = 200
"""Finds in the newest blocks that make it needless to look further. Of a word with fewer of them there are few in all: at a
million pages some twelve thousand at most.
"""
SNIPPET_TEXT = 100_000
_SNIPPET = (
    f"StartSel={MARK_START}, StopSel={MARK_END}, MaxFragments=2, MaxWords=18, MinWords=8, "
    'ShortWord=2, FragmentDelimiter=" … "'
)

_OWN_PLAN = text("set local plan_cache_mode = force_custom_plan")
"""What is best for a rare word is worst for a frequent one, so no plan made for one serves another."""


class Order(StrEnum):
    """What comes first."""

    BEST = "best"
    NEWEST = "newest"
    OLDEST = "oldest"


@dataclass(frozen=True, slots=True)
class Scope:
    """Among which pages is searched."""

    document_ids: Collection[UUID] | Select[UUID] | None = None
    """What the person may see: a list, or a query that selects ids."""
    facets: Sequence[str] = ()
    """Only documents with all of them."""
    since: datetime | None = None
    before: datetime | None = None
    """Only documents that were added from the one until the other."""
    within: Collection[UUID] | None = None
    """What the person may see is among these, where they are few: then they are looked through instead of the newest pages."""

    @property
    def is_empty(self) -> bool:
        """Is there nothing to search?"""
        some = self.within if self.within is not None else self.document_ids
        return isinstance(some, Collection) and not some

    def conditions(self, document_id: ColumnElement[UUID] | Mapped[UUID]) -> list[ColumnElement[bool]]:
        """What the index of words does not answer."""
        times = self.times(document_id)
        return times if self.document_ids is None else [document_id.in_(self.document_ids), *times]

    def times(self, document_id: ColumnElement[UUID] | Mapped[UUID]) -> list[ColumnElement[bool]]:
        """The time alone."""
        if not self.since and not self.before:
            return []
        in_time = select(Document.id)
        if self.since:
            in_time = in_time.where(Document.added_at >= self.since)
        if self.before:
            in_time = in_time.where(Document.added_at < self.before)
        return [document_id.in_(in_time)]


@dataclass(frozen=True, slots=True)
class Found:
    """A page that answers the question."""

    document_id: UUID
    page: int
    rank: float
    added_at: datetime


@dataclass(frozen=True, slots=True)
class Finds:
    """Pages in their order."""

    found: list[Found]
    is_all: bool
    """False when there are more than were looked at."""


@dataclass(frozen=True, slots=True)
class Hit:
    """One page on which the words were found."""

    document_id: UUID
    page: int
    label: str
    media_type: str
    added_at: datetime
    snippet: str
    """HTML-escaped, with `MARK_START` and `MARK_END` around the found words."""
    rank: float


def search(
    session: Session,
    query: str,
    *,
    document_ids: Collection[UUID] | Select[UUID] | None = None,
    limit: int = 50,
    offset: int = 0,
) -> list[Hit]:
    """Pages that hold the words, best first, without the first `offset` of them: `find` and `show` in one."""
    found = find(session, query, Scope(document_ids)).found
    return show(session, query, found[offset : offset + limit])


def find(session: Session, query: str, scope: Scope, order: Order = Order.BEST) -> Finds:
    """Pages that hold the words.

    The query takes words, "a phrase", `or`, -without, as people know it from web search, and `nomor:` before numbers. Word forms
    are found by their stem (`kehilangan` finds `hilang`); names as they are written; numbers however they are written.
    """
    asked = question(query)
    if asked is None or scope.is_empty:
        return Finds([], is_all=True)
    session.execute(_OWN_PLAN)
    wanted = asked.wanted.op("&&")(lexemes(scope.facets, " & ")) if scope.facets else asked.wanted
    if scope.within is not None:
        few = _first(wanted, order).where(Page.document_id.in_(scope.within))
        found = _ordered(session, few.where(*scope.conditions(Page.document_id)), asked, order)
        return Finds(found, is_all=len(found) < CANDIDATES)
    found = _nearest(session, asked, wanted, scope, order)
    if len(found) >= ENOUGH:
        return Finds(found, is_all=False)
    found, is_all = _farther(session, asked, wanted, scope, order)
    return Finds(found, is_all)


def _nearest(session: Session, asked: Question, wanted: TsQuery, scope: Scope, order: Order) -> list[Found]:
    """What is found in the newest blocks, or the oldest; nothing in an archive that has no others."""
    last = (session.scalar(select(func.max(Page.seq))) or 0) // BLOCK
    if last < NEWEST_BLOCKS:
        return []
    begin = _begin(session, scope, order)
    if order is Order.OLDEST:
        steps = range(begin // BLOCK, begin // BLOCK + NEWEST_BLOCKS)
        near = Page.seq.between(begin, (steps[-1] + 1) * BLOCK)
    else:
        steps = range(begin // BLOCK - NEWEST_BLOCKS + 1, begin // BLOCK + 1)
        near = Page.seq.between(steps[0] * BLOCK, begin)
    blocks = lexemes([f"~{block}" for block in steps], " | ")
    # Found first and then sifted: the rules of access are asked about these few, however much the person may see.
    # The planner does not know that the blocks are next to one another, hence their bounds beside them.
    first = _first(blocks.op("&&")(wanted), order).where(near)
    found = first.cte("found").prefix_with("materialized")
    return _ordered(session, select(found).where(*scope.conditions(found.c.document_id)), asked, order)


def _farther(
    session: Session, asked: Question, wanted: TsQuery, scope: Scope, order: Order
) -> tuple[list[Found], bool]:
    """The newest finds of all, or the oldest, and whether there are no more of them: they too are found first and sifted then,
    so that a frequent word costs somebody who may see little of it no more than others.
    """
    in_time = scope.times(Page.document_id)
    first = _first(wanted, order, WIDE)
    if in_time:
        # Not by the index of the order: it would be read through all other years.
        by_age = (Page.seq + 0).asc() if order is Order.OLDEST else (Page.seq + 0).desc()
        first = first.where(*in_time).order_by(None).order_by(by_age)
    found = first.cte("found").prefix_with("materialized")
    sifted = select(found).where(*scope.conditions(found.c.document_id)).limit(CANDIDATES)
    every = _ordered(session, sifted, asked, order)
    if not every or len(every) == CANDIDATES:
        return every, not every
    some = select(literal(1)).select_from(Page).where(Page.tsv.op("@@")(wanted), *in_time).limit(WIDE + 1)
    return every, (session.scalar(select(func.count()).select_from(some.subquery())) or 0) <= WIDE


def _begin(session: Session, scope: Scope, order: Order) -> int:
    """The number of the first page in this order and time: what was added first was mostly read first."""
    added = select(Page.seq).join(Document, Document.id == Page.document_id).limit(1)
    if order is Order.OLDEST:
        if scope.since is None:
            return session.scalar(select(func.min(Page.seq))) or 0
        added = added.where(Document.added_at >= scope.since).order_by(
            Document.added_at, Document.id, Page.no
        )
    else:
        if scope.before is None:
            return session.scalar(select(func.max(Page.seq))) or 0
        added = added.where(Document.added_at < scope.before).order_by(
            Document.added_at.desc(), Document.id.desc(), Page.no.desc()
        )
    return session.scalar(added) or 0


def _first(wanted: TsQuery, order: Order, most: int = CANDIDATES) -> Select[Any]:
    """The newest pages that answer the question, or the oldest."""
    by_age = Page.seq.asc() if order is Order.OLDEST else Page.seq.desc()
    found = select(Page.document_id, Page.no, Page.tsv).where(Page.tsv.op("@@")(wanted))
    return found.order_by(by_age).limit(most)


def _ordered(session: Session, candidates: Select[Any], asked: Question, order: Order) -> list[Found]:
    some = candidates.subquery()
    rank = func.ts_rank(some.c.tsv, asked.wanted)
    first = {
        Order.BEST: rank.desc(),
        Order.NEWEST: Document.added_at.desc(),
        Order.OLDEST: Document.added_at.asc(),
    }[order]
    rows = session.execute(
        select(some.c.document_id, some.c.no, rank, Document.added_at)
        .join(Document, Document.id == some.c.document_id)
        .order_by(first, some.c.document_id, some.c.no)
    )
    return [Found(*row) for row in rows]


def show(session: Session, query: str, found: Sequence[Found]) -> list[Hit]:
    """The pages with their words marked. Only what is shown is read."""
    asked = question(query)
    if asked is None or not found:
        return []
    content = func.translate(func.left(Page.text, SNIPPET_TEXT), MARK_START + MARK_END, "")
    snippet = cast(func.ts_headline(INDONESIAN, content, asked.marked, _SNIPPET), String)
    own = content if asked.numbers else literal("")
    wanted = [(one.document_id, one.page) for one in found]
    rows = session.execute(
        select(Document.id, Page.no, Document.label, Document.media_type, snippet, own)
        .join(Page, Page.document_id == Document.id)
        .where(tuple_(Page.document_id, Page.no).in_(wanted))
    )
    told = {(document_id, no): rest for document_id, no, *rest in rows}
    hits = []
    for one in found:
        if (one.document_id, one.page) not in told:
            continue  # read anew meanwhile, into fewer pages
        label, media_type, marked, text_ = told[one.document_id, one.page]
        excerpt = " ".join((around_numbers(text_, asked.numbers) or marked).split())
        hits.append(
            Hit(one.document_id, one.page, label, media_type, one.added_at, html.escape(excerpt), one.rank)
        )
    return hits
