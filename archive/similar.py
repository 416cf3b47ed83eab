"""Documents about the same subject, and pages that were scanned twice.

Similar documents share words and numbers that occur on few others. The effort is bounded: some
terms of a document that are not known as frequent are looked up, each until it proves frequent, and
the rarest of them count. A shared number ranks before any words (decision 0040). Pages scanned
twice look alike and have the same words; they are only pointed out to the user.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import log
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    Integer,
    Select,
    SmallInteger,
    Text,
    cast,
    delete,
    func,
    join,
    literal,
    or_,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY as POSTGRES_ARRAY
from sqlalchemy.dialects.postgresql import BIT, TSQUERY, insert
from sqlalchemy.orm import Session

from archive.models import Page, PageAlike
from archive.queries import COMMON, INDONESIAN, OWN_PLAN, is_one_of, quote

PAGES = 5
"""First pages of a document from which terms are taken; they say what it is about."""
LOOKED_UP, TELLING = 24, 12
"""Terms that are looked up, and the number of the rarest of them that count."""
FREQUENT = 300
"""Pages with a term from which on the term is too frequent to count."""
NUMBERS = 12
"""Largest number of numbers among the terms that are looked up."""
NEEDED = 2
"""Words that two documents must share when they share no number."""
MOST_JUDGED, MOST = 200, 5
MOST_TEXT = 20_000
_STEM = re.compile(r"'([^\W\d_]{4,})':([\d,]+)")
"""A word of a tsvector in the database's notation, with its positions."""
_NUMBER = re.compile(r"#(?:n(?=[A-Z]*\d)\w{6,}|p\w{5,})")


@dataclass(frozen=True, slots=True)
class Similar:
    """A similar document, and whether the two share a number or only words."""

    document_id: UUID
    shares_number: bool


def of(session: Session, document_id: UUID, among: Select[UUID]) -> list[Similar]:
    """Return the most similar documents among those that the query selects, most similar first.

    Documents recorded as scanned twice are left out.
    """
    terms = _terms(session, document_id)
    scores: dict[UUID, float] = {}
    words: dict[UUID, int] = {}
    numbers = set[UUID]()
    for term, having in _telling(session, document_id, terms):
        weight = log(1 + FREQUENT / len(having))
        for other in having:
            scores[other] = scores.get(other, 0) + weight
            words[other] = words.get(other, 0) + 1
            if term.startswith("#"):
                numbers.add(other)
    enough = [other for other in scores if other in numbers or words[other] >= NEEDED]
    best = sorted(enough, key=lambda other: (other not in numbers, -scores[other], other))[
        :MOST_JUDGED
    ]
    known = _known(session, document_id)
    allowed = (
        set(session.scalars(among.where(is_one_of(among.selected_columns[0], best)))) - known
        if best
        else known
    )
    return [Similar(other, other in numbers) for other in best if other in allowed][:MOST]


def _terms(session: Session, document_id: UUID) -> list[str]:
    """Return candidate terms of the document: its numbers, then the stems of its words, the most
    frequent on it first.
    """
    pages = session.execute(
        select(Page.numbers, func.to_tsvector(INDONESIAN, func.left(Page.text, MOST_TEXT)))
        .where(Page.document_id == document_id)
        .order_by(Page.no)
        .limit(PAGES)
    ).all()
    common = set(session.scalars(COMMON))
    numbers = {key for keys, _ in pages for key in keys if _NUMBER.fullmatch(key)} - common
    counts = Counter[str]()
    for _, vector in pages:
        counts.update({word: places.count(",") + 1 for word, places in _STEM.findall(vector)})
    words = sorted(counts.keys() - common, key=lambda word: (-counts[word], -len(word), word))
    longest = sorted(numbers, key=lambda key: (-len(key), key))[:NUMBERS]
    return [*longest, *words][:LOOKED_UP]


def _telling(
    session: Session, document_id: UUID, terms: Sequence[str]
) -> list[tuple[str, set[UUID]]]:
    """Return the terms that occur on few other documents, the rarest first, with
    those documents.
    """
    if not terms:
        return []
    session.execute(OWN_PLAN)
    quoted = literal([quote(term) for term in terms], ARRAY(Text))
    asked = func.unnest(quoted).table_valued("term", with_ordinality="no").render_derived()
    having = (
        select(Page.document_id)
        .where(Page.tsv.op("@@")(cast(asked.c.term, TSQUERY)))
        .limit(FREQUENT + 1)
        .lateral()
    )
    pages: dict[int, list[UUID]] = {}
    query = select(asked.c.no - 1, having.c.document_id).select_from(join(asked, having, true()))
    for no, other in session.execute(query):
        pages.setdefault(no, []).append(other)
    found = [
        (terms[no], set(having) - {document_id})
        for no, having in pages.items()
        if len(having) <= FREQUENT
    ]
    return sorted((one for one in found if one[1]), key=lambda one: (len(one[1]), one[0]))[:TELLING]


def _known(session: Session, document_id: UUID) -> set[UUID]:
    noted = select(PageAlike.one_id, PageAlike.other_id).where(
        or_(PageAlike.one_id == document_id, PageAlike.other_id == document_id)
    )
    return {each for pair in session.execute(noted) for each in pair}


ROWS, BITS = 8, 8
NEAR = 8
"""Bits, of 64, in which two scans of a page may differ when their words agree."""
NEARER = 3
"""The same for pages with hardly any words."""
AGREEING = 0.6
"""Share of words that both pages must have in common. Scans of one page give nearly the same words;
two completed forms of one kind are different pages.
"""
FEW_WORDS = 5
LIKENESS_TELLING = 3
"""Rows with content that a page needs to be compared at all."""
MOST_PAGES = 20
MOST_ALIKE = 20
"""Matches recorded for each page. Empty forms that are scanned by the hundred need no more."""
LOOKED_AT = 5_000


@dataclass(frozen=True, slots=True)
class Alike:
    """A page of another document that may be the same page."""

    page: int
    document_id: UUID
    other_page: int
    distance: int


def tokens(rows: Sequence[int]) -> list[int]:
    """Return the rows of a page's features as numbers that include the row's position, so that an
    index finds pages that share one.
    """
    return [place << BITS | row for place, row in enumerate(rows)]


def note(session: Session, document_id: UUID) -> None:
    """Search the whole archive once, after a document was read, for pages like its own, and record
    them.

    This reads some percent of all features, so it must not run while a user waits.
    """
    session.execute(
        delete(PageAlike).where(
            (PageAlike.one_id == document_id) | (PageAlike.other_id == document_id)
        )
    )
    query = select(Page.no, Page.likeness, func.left(Page.text, LOOKED_AT)).where(
        Page.document_id == document_id, Page.likeness.is_not(None)
    )
    rows = []
    for no, look, text in session.execute(query.order_by(Page.no).limit(MOST_PAGES)).all():
        telling = [token for token in look if token % (1 << BITS)]
        if len(telling) >= LIKENESS_TELLING:
            for alike in _alike(session, document_id, no, look, telling, _words(text)):
                one, other = sorted([(document_id, no), (alike.document_id, alike.other_page)])
                rows.append((*one, *other, alike.distance))
    if rows:
        names = ("one_id", "one_page", "other_id", "other_page", "distance")
        # Both documents may be examined at the same time. Sorting gives both transactions the same
        # order of rows, and the second one finds the pairs present.
        found = [dict(zip(names, row, strict=True)) for row in sorted(rows)]
        session.execute(insert(PageAlike).on_conflict_do_nothing(), found)


def of_likeness(session: Session, document_id: UUID, among: Select[UUID]) -> list[Alike]:
    """Return the recorded matches of a document whose other document the query selects, the most
    likely first.
    """
    mine = select(
        PageAlike.one_page, PageAlike.other_id, PageAlike.other_page, PageAlike.distance
    ).where(PageAlike.one_id == document_id, PageAlike.other_id.in_(among))
    theirs = select(
        PageAlike.other_page, PageAlike.one_id, PageAlike.one_page, PageAlike.distance
    ).where(PageAlike.other_id == document_id, PageAlike.one_id.in_(among))
    found = [Alike(*row) for row in session.execute(mine.union_all(theirs))]
    return sorted(
        found, key=lambda alike: (alike.distance, alike.page, alike.document_id, alike.other_page)
    )


def _alike(
    session: Session,
    document_id: UUID,
    no: int,
    look: list[int],
    telling: list[int],
    words: set[str],
) -> list[Alike]:
    both = (
        func.unnest(Page.likeness, cast(look, POSTGRES_ARRAY(SmallInteger)))
        .table_valued("one", "other")
        .render_derived()
    )
    differing = cast(cast(both.c.one, Integer).op("#")(cast(both.c.other, Integer)), BIT(16))
    distance = select(func.sum(func.bit_count(differing))).scalar_subquery()
    candidates = (
        select(Page.document_id, Page.no, distance, func.left(Page.text, LOOKED_AT))
        .where(
            Page.likeness.op("&&")(cast(telling, POSTGRES_ARRAY(SmallInteger))),
            Page.document_id != document_id,
            distance <= NEAR,
        )
        .order_by(distance, Page.document_id, Page.no)
        .limit(MOST_ALIKE)
    )
    return [
        Alike(no, other, other_no, int(apart))
        for other, other_no, apart, text in session.execute(candidates)
        if _is_same(words, _words(text), int(apart))
    ]


def _is_same(one: set[str], other: set[str], distance: int) -> bool:
    if min(len(one), len(other)) < FEW_WORDS:
        return distance <= NEARER and max(len(one), len(other)) < 2 * FEW_WORDS
    return len(one & other) >= AGREEING * len(one | other)


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w{3,}", text.casefold()))
