"""The same page scanned twice: pages that look alike and say alike. Pointed out, never decided."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Integer, Select, SmallInteger, cast, delete, func, select
from sqlalchemy.dialects.postgresql import ARRAY, BIT, insert
from sqlalchemy.orm import Session

from archive.models import Page
from archive.page_models import PageAlike

ROWS, BITS = 8, 8
NEAR = 8
"""Of 64 bits, in which two scans of a page may differ when their words agree."""
NEARER = 3
"""The same for pages with hardly a word."""
AGREEING = 0.6
"""Share of words that both pages have. Scans of one page are read alike; two filled forms of a kind are not the same page."""
FEW_WORDS = 5
TELLING = 3
"""Rows with anything on them that a page needs to be compared at all."""
MOST_PAGES = 20
MOST_ALIKE = 20
"""Of each page. Empty forms that somebody scans by the hundred are not each other's news."""
LOOKED_AT = 5_000


@dataclass(frozen=True, slots=True)
class Alike:
    """A page of another document that may be the same page."""

    page: int
    document_id: UUID
    other_page: int
    distance: int


def tokens(rows: Sequence[int]) -> list[int]:
    """The rows of a look as numbers that tell where each row is, so that pages sharing one are found by an index."""
    return [place << BITS | row for place, row in enumerate(rows)]


def note(session: Session, document_id: UUID) -> None:
    """Look once, after a document was read, for pages alike to its own in the whole archive, and keep what was found.

    It reads some percent of all looks, so it is no work for a page that somebody waits for.
    """
    session.execute(
        delete(PageAlike).where((PageAlike.one_id == document_id) | (PageAlike.other_id == document_id))
    )
    query = select(Page.no, Page.likeness, func.left(Page.text, LOOKED_AT)).where(
        Page.document_id == document_id, Page.likeness.is_not(None)
    )
    rows = []
    for no, look, text in session.execute(query.order_by(Page.no).limit(MOST_PAGES)).all():
        telling = [token for token in look if token % (1 << BITS)]
        if len(telling) >= TELLING:
            for alike in _alike(session, document_id, no, look, telling, _words(text)):
                one, other = sorted([(document_id, no), (alike.document_id, alike.other_page)])
                rows.append((*one, *other, alike.distance))
    if rows:
        names = ("one_id", "one_page", "other_id", "other_page", "distance")
        # The other paper may be looked at in the same moment: who comes second finds the pairs there, in one order for both.
        found = [dict(zip(names, row, strict=True)) for row in sorted(rows)]
        session.execute(insert(PageAlike).on_conflict_do_nothing(), found)


def of(session: Session, document_id: UUID, among: Select[UUID]) -> list[Alike]:
    """What was noted of a document, as far as the other one is among those that the query selects; the likeliest first."""
    mine = select(PageAlike.one_page, PageAlike.other_id, PageAlike.other_page, PageAlike.distance).where(
        PageAlike.one_id == document_id, PageAlike.other_id.in_(among)
    )
    theirs = select(PageAlike.other_page, PageAlike.one_id, PageAlike.one_page, PageAlike.distance).where(
        PageAlike.other_id == document_id, PageAlike.one_id.in_(among)
    )
    found = [Alike(*row) for row in session.execute(mine.union_all(theirs))]
    return sorted(found, key=lambda alike: (alike.distance, alike.page, alike.document_id, alike.other_page))


def _alike(
    session: Session,
    document_id: UUID,
    no: int,
    look: list[int],
    telling: list[int],
    words: set[str],
) -> list[Alike]:
    both = (
        func.unnest(Page.likeness, cast(look, ARRAY(SmallInteger)))
        .table_valued("one", "other")
        .render_derived()
    )
    differing = cast(cast(both.c.one, Integer).op("#")(cast(both.c.other, Integer)), BIT(16))
    distance = select(func.sum(func.bit_count(differing))).scalar_subquery()
    candidates = (
        select(Page.document_id, Page.no, distance, func.left(Page.text, LOOKED_AT))
        .where(
            Page.likeness.op("&&")(cast(telling, ARRAY(SmallInteger))),
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
