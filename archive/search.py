"""Full-text search over the text of documents.

A frequent word occurs on half a million of a million pages; ranking or sorting all of them would
take seconds. A search therefore asks for the most recently read pages first: each page has the
number of its block in the index, and the newest blocks are asked before all of them. If they hold
enough matches, the best of them are shown; a word with too few matches there is rare, and then all
matches are few (decision 0029).

A search can be narrowed by the date of arrival and by facets (decision 0040). Facets are words of
the caller on a document; the index entries of its pages repeat them, so that narrowing reads no
other documents. Their meaning is the caller's. They may reveal more than a user may know and do not
grant access.
"""

import html
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from math import ceil
from time import monotonic
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CTE,
    ColumnElement,
    Select,
    String,
    cast,
    func,
    join,
    literal,
    outerjoin,
    select,
    true,
    tuple_,
    union_all,
    update,
)
from sqlalchemy.orm import Mapped, Session

from archive.models import BLOCK, Document, Page
from archive.page_content import MARK_END, MARK_START, around_numbers
from archive.queries import (
    COMMON,
    INDONESIAN,
    OWN_PLAN,
    Question,
    TsQuery,
    is_one_of,
    lexemes,
    question,
)

SNIPPET_TEXT = 100_000
_SNIPPET = (
    f"StartSel={MARK_START}, StopSel={MARK_END}, MaxFragments=2, MaxWords=18, MinWords=8, "
    'ShortWord=2, FragmentDelimiter=" … "'
)


@dataclass(frozen=True, slots=True)
class Found:
    """A page that matches the query."""

    document_id: UUID
    page: int
    rank: float
    added_at: datetime
    label: str
    level: int


@dataclass(frozen=True, slots=True)
class Hit:
    """A page that matches the query, with an excerpt."""

    document_id: UUID
    page: int
    label: str
    level: int
    added_at: datetime
    snippet: str
    """HTML-escaped, with `MARK_START` and `MARK_END` around the found words."""
    rank: float


def show(session: Session, query: str, found: Sequence[Found]) -> list[Hit]:
    """Return the pages with their words marked. Only the shown pages are read."""
    asked = question(query)
    if asked is None or not found:
        return []
    content = func.translate(func.left(Page.text, SNIPPET_TEXT), MARK_START + MARK_END, "")
    snippet = cast(func.ts_headline(INDONESIAN, content, asked.marked, _SNIPPET), String)
    own = content if asked.numbers else literal("")
    wanted = [(one.document_id, one.page) for one in found]
    rows = session.execute(
        select(Page.document_id, Page.no, snippet, own).where(
            tuple_(Page.document_id, Page.no).in_(wanted)
        )
    )
    told = {(document_id, no): rest for document_id, no, *rest in rows}
    hits = []
    for one in found:
        if (one.document_id, one.page) not in told:
            continue  # read again in the meantime, into fewer pages
        marked, text_ = told[one.document_id, one.page]
        excerpt = html.escape(" ".join((around_numbers(text_, asked.numbers) or marked).split()))
        hits.append(
            Hit(one.document_id, one.page, one.label, one.level, one.added_at, excerpt, one.rank)
        )
    return hits


@dataclass(frozen=True, slots=True)
class Scope:
    """The set of pages that a search covers."""

    document_ids: Collection[UUID] | Select[UUID] | None = None
    """Documents that the user may see: a list, or a query that selects ids."""
    facets: Sequence[str] = ()
    """Only documents with all of them."""
    since: datetime | None = None
    before: datetime | None = None
    """Only documents that were added from `since` until before `before`."""
    within: Collection[UUID] | None = None
    """A small superset of the documents that the user may see; it is searched instead of the newest
    pages.
    """

    @property
    def is_empty(self) -> bool:
        """Return whether there is nothing to search."""
        some = self.within if self.within is not None else self.document_ids
        return isinstance(some, Collection) and not some

    def conditions(
        self, document_id: ColumnElement[UUID] | Mapped[UUID]
    ) -> list[ColumnElement[bool]]:
        """Return the conditions that the word index does not answer."""
        times = self.times(document_id)
        return times if self.document_ids is None else [document_id.in_(self.document_ids), *times]

    def times(self, document_id: ColumnElement[UUID] | Mapped[UUID]) -> list[ColumnElement[bool]]:
        """Return the condition on the time of arrival alone."""
        if not self.since and not self.before:
            return []
        in_time = select(Document.id)
        if self.since:
            in_time = in_time.where(Document.added_at >= self.since)
        if self.before:
            in_time = in_time.where(Document.added_at < self.before)
        return [document_id.in_(in_time)]


NEWEST_BLOCKS, NEAREST_BLOCKS, FREQUENT_BLOCKS = 4, 2, 8
"""Newest blocks that are asked, how many of them come first, and how many are asked for a frequent
word of which the user may see few matches.
"""
CANDIDATES = 400
"""Matches of which the best are shown; ranking reads each of them."""
WIDE = 3000
"""The same when the user may see too few matches in the newest blocks; access is
checked for each.
"""
ENOUGH = 120
"""Matches in the newest blocks that end the search. A word with fewer of them is rare, or rare for
this user.
"""
MOST_BLOCKS = 32
"""Largest number of blocks asked for a less frequent word. Beyond it, fetching all matches costs
less than intersecting with the blocks.
"""
MARGIN = 1.5
"""Factor on the expected number of candidates, because documents arrive in batches."""
_OPENING = OWN_PLAN.add_columns(select(func.max(Page.seq)).scalar_subquery())

_BY_WORDS_TOO, _AS_USUAL = (
    select(func.set_config("enable_indexscan", value, literal(True))) for value in ("off", "on")
)
"""Planner setting that forces the use of both indexes. Without it the planner would scan a range of
pages in order and examine the words of each.
"""


class Order(StrEnum):
    """Order of the results."""

    BEST = "best"
    NEWEST = "newest"
    OLDEST = "oldest"


@dataclass(frozen=True, slots=True)
class Finds:
    """Matching pages in order."""

    found: list[Found]
    is_all: bool
    """False when there may be more pages than were examined."""


def search(
    session: Session,
    query: str,
    *,
    document_ids: Collection[UUID] | Select[UUID] | None = None,
    limit: int = 50,
    offset: int = 0,
) -> list[Hit]:
    """Return the pages that hold the words, best first, without the first `offset`: `find` and
    `show` in one call.
    """
    found = find(session, query, Scope(document_ids)).found
    return show(session, query, found[offset : offset + limit])


def find(session: Session, query: str, scope: Scope, order: Order = Order.BEST) -> Finds:
    """Return the pages that hold the words.

    The query takes words, "a phrase", `or`, -without, as in web search, and `nomor:` before
    numbers. Words are found by their stem (`kehilangan` finds `hilang`), names as written, numbers
    in any notation.
    """
    look = _look(session, query, scope, order)
    return _finds(look) if look else Finds([], is_all=True)


def onward(
    session: Session, query: str, scope: Scope, order: Order = Order.BEST, *, seconds: float
) -> Iterator[Finds]:
    """Yield older matches for a user who may see none of those of `find`, for at most `seconds`.

    Each item holds the visible matches of the next range of blocks that has any; all candidates of
    a range are examined.
    """
    look = _look(session, query, scope, order)
    if look is None:
        return
    until = monotonic() + seconds
    begin = _begin(session, scope, order, look.last)
    ahead = (look.last - begin if order is Order.OLDEST else begin) // BLOCK + 1
    for first in range(0, ahead, NEWEST_BLOCKS):
        some = range(first, first + NEWEST_BLOCKS)
        found, _ = _sifted(look, _in_blocks(look, begin, some, NEWEST_BLOCKS * BLOCK).cte("found"))
        if found:
            yield Finds(found, is_all=False)
        if monotonic() > until:
            return


def _look(session: Session, query: str, scope: Scope, order: Order) -> "_Look | None":
    """Return the prepared search; None when there is nothing to search."""
    asked = question(query)
    if asked is None or scope.is_empty:
        return None
    last = session.execute(_OPENING).one()[-1] or 0
    wanted = asked.wanted.op("&&")(lexemes(scope.facets, " & ")) if scope.facets else asked.wanted
    return _Look(session, asked, wanted, scope, order, last)


@dataclass(frozen=True, slots=True)
class _Look:
    """A prepared search: query, scope and order."""

    session: Session
    asked: Question
    wanted: TsQuery
    """Query with the facets."""
    scope: Scope
    order: Order
    last: int
    """Number of the page that was read last."""

    def first(self, wanted: TsQuery, most: int = CANDIDATES) -> Select[Any]:
        """Select the first matching pages in this order.

        The added zero prevents the use of the index on the order, which would examine the words of
        every page on its way.
        """
        age = (Page.seq + 0).label("age")
        found = select(Page.document_id, Page.no, age, Page.tsv).where(Page.tsv.op("@@")(wanted))
        return found.order_by(self.by_age(age)).limit(most)

    def by_age(self, age: ColumnElement[int]) -> ColumnElement[int]:
        """Return the sort order of candidates."""
        return age.asc() if self.order is Order.OLDEST else age.desc()


def _finds(look: _Look) -> Finds:
    """Return the matches within the bounded effort described above."""
    session, wanted, scope, order = look.session, look.wanted, look.scope, look.order
    if scope.within is not None:
        few = look.first(wanted).where(is_one_of(Page.document_id, scope.within))
        found, _ = _sifted(look, few.where(*scope.conditions(Page.document_id)).cte("found"))
        return Finds(found, is_all=len(found) < CANDIDATES)
    last = look.last
    if last // BLOCK >= NEWEST_BLOCKS and not _is_rare(look):
        begin = _begin(session, scope, order, last)
        found, looked_at = _nearest(look, begin)
        asked_of = NEWEST_BLOCKS
        if looked_at == CANDIDATES and not _is_enough(look, found, looked_at):
            asked_of = FREQUENT_BLOCKS
            first = _in_blocks(look, begin, range(asked_of), WIDE + 1)
            found, looked_at = _sifted(look, first.cte("found"))
        blocks = _needed(len(found), looked_at, asked_of)
        if 0 < blocks <= min(MOST_BLOCKS, last // BLOCK // 2) and not _is_enough(
            look, found, looked_at
        ):
            found, looked_at = _in_between(look, begin, blocks)
        if _is_enough(look, found, looked_at):
            return Finds(found, is_all=not found)
    found, is_all = _farther(look)
    return Finds(found, is_all)


def _is_rare(look: _Look) -> bool:
    """Return whether the query has a number that is not frequent. Searching some blocks first would
    then take longer than finding all matches.
    """
    keys = frozenset[str]().union(*look.asked.numbers)
    return bool(keys) and not keys <= set(look.session.scalars(COMMON))


def _nearest(look: _Look, begin: int) -> tuple[list[Found], int]:
    """Return the visible matches in the first blocks of the order, and the number of candidates
    examined.
    """
    # The other blocks are asked only when the nearest ones do not hold all candidates.
    nearest = (
        _in_blocks(look, begin, range(NEAREST_BLOCKS)).cte("nearest").prefix_with("materialized")
    )
    is_short = select(func.count()).select_from(nearest).scalar_subquery() < CANDIDATES
    others = _in_blocks(look, begin, range(NEAREST_BLOCKS, NEWEST_BLOCKS)).where(is_short)
    both = union_all(select(nearest), others).subquery()
    first = select(both).order_by(look.by_age(both.c.age)).limit(CANDIDATES)
    return _sifted(look, first.cte("found"))


def _is_enough(look: _Look, found: Sequence[Found], looked_at: int) -> bool:
    """Return whether no further pages need to be asked. With a time in the scope, examined
    candidates do not count, because some documents of that time were read again later.
    """
    return len(found) >= ENOUGH or (looked_at > WIDE and not look.scope.times(Page.document_id))


def _needed(found: int, looked_at: int, blocks: int) -> int:
    """Return the number of blocks that should hold all candidates, extrapolated from these; 0 when
    unknown.
    """
    wanted = min(WIDE, MARGIN * CANDIDATES * looked_at / found) if found else WIDE
    return ceil(blocks * wanted / looked_at) if looked_at else 0


def _in_between(look: _Look, begin: int, blocks: int) -> tuple[list[Found], int]:
    """Return the visible matches in this many blocks, and the number of candidates examined.

    The blocks are given as a range of pages instead of block numbers, because the index takes
    longer per entry the more entries are asked for.
    """
    end = begin + (blocks if look.order is Order.OLDEST else -blocks) * BLOCK
    within = Page.seq.between(min(begin, end), max(begin, end))
    look.session.execute(_BY_WORDS_TOO)
    found = _sifted(look, look.first(look.wanted, WIDE + 1).where(within).cte("found"))
    look.session.execute(_AS_USUAL)
    return found


def _in_blocks(
    look: _Look, begin: int, which: Sequence[int], most: int = CANDIDATES
) -> Select[Any]:
    """Select the first matches in the given blocks, counted from the first page of the order."""
    is_up = look.order is Order.OLDEST
    blocks = [begin // BLOCK + (each if is_up else -each) for each in which]
    entries = lexemes([f"~{block}" for block in blocks], " | ")
    ahead = Page.seq + 0 >= begin if is_up else Page.seq + 0 <= begin
    return look.first(entries.op("&&")(look.wanted), most).where(ahead)


def _farther(look: _Look) -> tuple[list[Found], bool]:
    """Return the first matches of all pages, and whether these are all.

    Access is checked after the matches were found, so that a frequent word costs a user who may see
    little no more than others.
    """
    first = look.first(look.wanted, WIDE + 1).where(*look.scope.times(Page.document_id))
    every, looked_at = _sifted(look, first.cte("found"))
    return every, not every or (len(every) < CANDIDATES and looked_at <= WIDE)


def _begin(session: Session, scope: Scope, order: Order, last: int) -> int:
    """Return the number of the first page in this order and time; documents are mostly read in the
    order of their arrival.
    """
    added = select(Page.seq).join(Document, Document.id == Page.document_id).limit(1)
    if order is Order.OLDEST:
        if scope.since is None:
            return session.scalar(select(func.min(Page.seq))) or 0
        added = added.where(Document.added_at >= scope.since).order_by(
            Document.added_at, Document.id, Page.no
        )
    else:
        if scope.before is None:
            return last
        added = added.where(Document.added_at < scope.before).order_by(
            Document.added_at.desc(), Document.id.desc(), Page.no.desc()
        )
    return session.scalar(added) or 0


def _sifted(look: _Look, candidates: CTE) -> tuple[list[Found], int]:
    """Return the best of the candidates that are within the scope, and the number of candidates."""
    # Access rules are applied after the match, to these few candidates in their order, however much
    # the user may see.
    candidates = candidates.prefix_with("materialized")
    looked_at = select(func.count().label("pages")).select_from(candidates).subquery()
    conditions = look.scope.conditions(candidates.c.document_id)
    within = select(candidates).where(*conditions).order_by(look.by_age(candidates.c.age))
    some = within.limit(CANDIDATES).subquery()
    rank = func.ts_rank(some.c.tsv, look.asked.wanted) if look.order is Order.BEST else literal(0.0)
    first = {
        Order.BEST: rank.desc(),
        Order.NEWEST: Document.added_at.desc(),
        Order.OLDEST: Document.added_at.asc(),
    }[look.order]
    found = join(some, Document, Document.id == some.c.document_id)
    rows = look.session.execute(
        select(
            looked_at.c.pages,
            some.c.document_id,
            some.c.no,
            rank,
            Document.added_at,
            Document.label,
            Document.level,
        )
        .select_from(outerjoin(looked_at, found, true()))
        .order_by(first, some.c.document_id, some.c.no)
    ).all()
    return [Found(*row[1:]) for row in rows if row.document_id is not None], rows[0].pages


MARK = "="
"""Prefix of facets in the index; no word begins with it."""


def give(session: Session, ids: Collection[UUID], wanted: Select[UUID, Sequence[str]]) -> None:
    """Set the facets of these documents and of their pages. `wanted` selects ids and sorted facets;
    unchanged rows are not written.

    The documents are locked first, in order, as saving pages locks them. `wanted` is evaluated only
    after that, so that the second of two concurrent calls sees the result of the first.
    """
    rows = select(Document.id).where(Document.id.in_(ids)).order_by(Document.id)
    session.execute(rows.with_for_update(key_share=True)).all()
    asked = wanted.subquery()
    id_, facets = asked.columns
    differing = (
        select(Document.id, facets)
        .join(asked, id_ == Document.id)
        .where(Document.facets != facets)
        .order_by(Document.id)
    )
    for document_id, given in session.execute(differing).all():
        session.execute(
            update(Document)
            .where(Document.id == document_id)
            .values(facets=given)
            .execution_options(synchronize_session=False)
        )
        session.execute(
            update(Page)
            .where(Page.document_id == document_id, Page.facets != given)
            .values(facets=given)
            .execution_options(synchronize_session=False)
        )
