"""Full-text search over what was read.

A word on every second page stands on half a million of a million pages. Nobody reads so many, and
ranking or sorting them would take seconds, so a search looks at the pages that were read last
first: each page has the number of its block in the index, and the newest blocks are asked before
all of them. When they hold enough, the best of the newest finds are shown; a word that is not there
often enough is rare, and then all finds are few. Decision 0029. A search can be narrowed by the
facets of papers, which stand in the index too, and by the time they came. Decision 0040.

What a search shows of the pages that it found: the words in their place, marked. Among which pages
is searched: the papers somebody may see, those with some facets, those of a time. By what a search
can be narrowed: words of the caller on a document, repeated in the index entries of its pages.

They stand in the index beside the words of the page, so that narrowing a search costs no look at
the papers it leaves out. What they mean is the caller's to say; they may be more than somebody may
know, and are no permission.
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
    """A page that answers the question."""

    document_id: UUID
    page: int
    rank: float
    added_at: datetime
    label: str
    level: int


@dataclass(frozen=True, slots=True)
class Hit:
    """One page on which the words were found."""

    document_id: UUID
    page: int
    label: str
    level: int
    added_at: datetime
    snippet: str
    """HTML-escaped, with `MARK_START` and `MARK_END` around the found words."""
    rank: float


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
        select(Page.document_id, Page.no, snippet, own).where(
            tuple_(Page.document_id, Page.no).in_(wanted)
        )
    )
    told = {(document_id, no): rest for document_id, no, *rest in rows}
    hits = []
    for one in found:
        if (one.document_id, one.page) not in told:
            continue  # read anew meanwhile, into fewer pages
        marked, text_ = told[one.document_id, one.page]
        excerpt = html.escape(" ".join((around_numbers(text_, asked.numbers) or marked).split()))
        hits.append(
            Hit(one.document_id, one.page, one.label, one.level, one.added_at, excerpt, one.rank)
        )
    return hits


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
    """What the person may see is among these, where they are few: then they are looked through
    instead of the newest pages.
    """

    @property
    def is_empty(self) -> bool:
        """Is there nothing to search?"""
        some = self.within if self.within is not None else self.document_ids
        return isinstance(some, Collection) and not some

    def conditions(
        self, document_id: ColumnElement[UUID] | Mapped[UUID]
    ) -> list[ColumnElement[bool]]:
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


NEWEST_BLOCKS, NEAREST_BLOCKS, FREQUENT_BLOCKS = 4, 2, 8
"""So many of the newest blocks are asked, so many first, and so many for a frequent word of which
the person may see little.
"""
CANDIDATES = 400
"""Finds of which the best are shown: ranking reads each of them."""
WIDE = 3000
"""The same where the newest blocks held too few that the person may see: his rights are asked about
each of them.
"""
ENOUGH = 120
"""Finds in the newest blocks that make it needless to look further. A word with fewer of them is
rare, or rare for this person.
"""
MOST_BLOCKS = 32
"""Of a word that is rarer than that, fewer pages are fetched in all than it takes to tell which are
in the blocks.
"""
MARGIN = 1.5
"""As many candidates more than it should take: papers come in bundles."""
_OPENING = OWN_PLAN.add_columns(select(func.max(Page.seq)).scalar_subquery())

_BY_WORDS_TOO, _AS_USUAL = (
    select(func.set_config("enable_indexscan", value, literal(True))) for value in ("off", "on")
)
"""The planner would read a stretch of pages in order and look at the words of each: now it must ask
both indexes.
"""


class Order(StrEnum):
    """What comes first."""

    BEST = "best"
    NEWEST = "newest"
    OLDEST = "oldest"


@dataclass(frozen=True, slots=True)
class Finds:
    """Pages in their order."""

    found: list[Found]
    is_all: bool
    """False when there are more than were looked at."""


def search(
    session: Session,
    query: str,
    *,
    document_ids: Collection[UUID] | Select[UUID] | None = None,
    limit: int = 50,
    offset: int = 0,
) -> list[Hit]:
    """Pages that hold the words, best first, without the first `offset` of them: `find` and `show`
    in one.
    """
    found = find(session, query, Scope(document_ids)).found
    return show(session, query, found[offset : offset + limit])


def find(session: Session, query: str, scope: Scope, order: Order = Order.BEST) -> Finds:
    """Pages that hold the words.

    The query takes words, "a phrase", `or`, -without, as people know it from web search, and
    `nomor:` before numbers. Word forms are found by their stem (`kehilangan` finds `hilang`); names
    as they are written; numbers however they are written.
    """
    look = _look(session, query, scope, order)
    return _finds(look) if look else Finds([], is_all=True)


def onward(
    session: Session, query: str, scope: Scope, order: Order = Order.BEST, *, seconds: float
) -> Iterator[Finds]:
    """Older finds, for who may see none of those of `find`: of one stretch of blocks after the
    other in which the person may see any, all candidates of them looked at; for so many `seconds`,
    or until he has what he wants.
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
    """None where there is nothing to look for."""
    asked = question(query)
    if asked is None or scope.is_empty:
        return None
    last = session.execute(_OPENING).one()[-1] or 0
    wanted = asked.wanted.op("&&")(lexemes(scope.facets, " & ")) if scope.facets else asked.wanted
    return _Look(session, asked, wanted, scope, order, last)


@dataclass(frozen=True, slots=True)
class _Look:
    """What is asked, of which pages, in which order."""

    session: Session
    asked: Question
    wanted: TsQuery
    """With the facets."""
    scope: Scope
    order: Order
    last: int
    """Number of the page that was read last."""

    def first(self, wanted: TsQuery, most: int = CANDIDATES) -> Select[Any]:
        """The newest pages that answer the question, or the oldest. They are found by their words:
        the index of the order would have the words of every page on its way looked at.
        """
        age = (Page.seq + 0).label("age")
        found = select(Page.document_id, Page.no, age, Page.tsv).where(Page.tsv.op("@@")(wanted))
        return found.order_by(self.by_age(age)).limit(most)

    def by_age(self, age: ColumnElement[int]) -> ColumnElement[int]:
        """The order in which candidates are taken."""
        return age.asc() if self.order is Order.OLDEST else age.desc()


def _finds(look: _Look) -> Finds:
    """What a search looks at that must be quick."""
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
    """Is a number asked for that stands on few pages? To look for it in some blocks first takes
    longer than to find all of them.
    """
    keys = frozenset[str]().union(*look.asked.numbers)
    return bool(keys) and not keys <= set(look.session.scalars(COMMON))


def _nearest(look: _Look, begin: int) -> tuple[list[Found], int]:
    """What is found in the newest blocks, or the oldest, and among how many candidates."""
    # The others are asked only when the nearest ones do not hold all candidates already.
    nearest = (
        _in_blocks(look, begin, range(NEAREST_BLOCKS)).cte("nearest").prefix_with("materialized")
    )
    is_short = select(func.count()).select_from(nearest).scalar_subquery() < CANDIDATES
    others = _in_blocks(look, begin, range(NEAREST_BLOCKS, NEWEST_BLOCKS)).where(is_short)
    both = union_all(select(nearest), others).subquery()
    first = select(both).order_by(look.by_age(both.c.age)).limit(CANDIDATES)
    return _sifted(look, first.cte("found"))


def _is_enough(look: _Look, found: Sequence[Found], looked_at: int) -> bool:
    """Need no other pages be asked? Those of another time do not count as looked at: some of this
    time were read anew later.
    """
    return len(found) >= ENOUGH or (looked_at > WIDE and not look.scope.times(Page.document_id))


def _needed(found: int, looked_at: int, blocks: int) -> int:
    """In how many blocks there should be all candidates when so many held these; 0 when that is not
    known.
    """
    wanted = min(WIDE, MARGIN * CANDIDATES * looked_at / found) if found else WIDE
    return ceil(blocks * wanted / looked_at) if looked_at else 0


def _in_between(look: _Look, begin: int, blocks: int) -> tuple[list[Found], int]:
    """What is found in so many blocks, and among how many candidates. Their numbers would not help
    here: the index takes the longer for each entry the more entries are asked for.
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
    """The first finds in some of the blocks that follow one another from the first page on."""
    is_up = look.order is Order.OLDEST
    blocks = [begin // BLOCK + (each if is_up else -each) for each in which]
    entries = lexemes([f"~{block}" for block in blocks], " | ")
    ahead = Page.seq + 0 >= begin if is_up else Page.seq + 0 <= begin
    return look.first(entries.op("&&")(look.wanted), most).where(ahead)


def _farther(look: _Look) -> tuple[list[Found], bool]:
    """The newest finds of all, or the oldest, and whether there are no more of them: they too are
    found first and sifted then, so that a frequent word costs somebody who may see little of it no
    more than others.
    """
    first = look.first(look.wanted, WIDE + 1).where(*look.scope.times(Page.document_id))
    every, looked_at = _sifted(look, first.cte("found"))
    return every, not every or (len(every) < CANDIDATES and looked_at <= WIDE)


def _begin(session: Session, scope: Scope, order: Order, last: int) -> int:
    """The number of the first page in this order and time: what was added first was mostly read
    first.
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
    """The best of the candidates that are within the scope, and how many candidates there were."""
    # Found first and then sifted: the rules of access are asked about these few, in their order,
    # however much the person may see.
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
"""Before each of them in the index: no word begins with it."""


def give(session: Session, ids: Collection[UUID], wanted: Select[UUID, Sequence[str]]) -> None:
    """These documents have these facets from now on, and so have their pages. `wanted` selects ids
    and facets, sorted; what is as wanted already is not written. The rows of the documents are
    locked first, in order, as saving pages locks them; what is wanted is asked only then, so that
    of two who give at once the second one knows what the first one did.
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
