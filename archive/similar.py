"""Papers that are about the same: they share words and numbers that stand on few others.

Bounded whatever the size of the archive: of a paper some terms are taken that are not among the frequent ones, each is looked up
until it proves to be frequent after all, and the rarest count. A number that both have comes before any words. Decision 0040.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import log
from uuid import UUID

from sqlalchemy import ARRAY, Select, Text, cast, func, join, literal, or_, select, true
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.orm import Session

from archive.models import Page
from archive.page_models import PageAlike
from archive.queries import COMMON, INDONESIAN, OWN_PLAN, is_one_of, quote

PAGES = 5
"""Of a paper, the first ones: what it is about stands there."""
LOOKED_UP, TELLING = 24, 12
"""Terms that are looked up, and the rarest of them that count."""
FREQUENT = 300
"""Pages with a term from which on it tells nothing."""
NUMBERS = 12
"""Of the terms that are looked up, at most so many are numbers."""
NEEDED = 2
"""Words that two papers must share when they share no number."""
MOST_JUDGED, MOST = 200, 5
MOST_TEXT = 20_000
_STEM = re.compile(r"'([^\W\d_]{4,})':([\d,]+)")
"""A word of a tsvector as the database writes it, with its places."""
_NUMBER = re.compile(r"#(?:n(?=[A-Z]*\d)\w{6,}|p\w{5,})")


@dataclass(frozen=True, slots=True)
class Similar:
    """A paper, and whether it is a number that both have, or only words."""

    document_id: UUID
    shares_number: bool


def of(session: Session, document_id: UUID, among: Select[UUID]) -> list[Similar]:
    """The most similar papers among those that the query selects, most similar first. What was noted as scanned twice
    (`archive.likeness`) is not named again.
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
    best = sorted(enough, key=lambda other: (other not in numbers, -scores[other], other))[:MOST_JUDGED]
    known = _known(session, document_id)
    allowed = (
        set(session.scalars(among.where(is_one_of(among.selected_columns[0], best)))) - known
        if best
        else known
    )
    return [Similar(other, other in numbers) for other in best if other in allowed][:MOST]


def _terms(session: Session, document_id: UUID) -> list[str]:
    """What may tell about the paper: its numbers, and the stems of its words, the most frequent on it first."""
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


def _telling(session: Session, document_id: UUID, terms: Sequence[str]) -> list[tuple[str, set[UUID]]]:
    """The terms that stand on few other papers, the rarest first, with those papers."""
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
        (terms[no], set(having) - {document_id}) for no, having in pages.items() if len(having) <= FREQUENT
    ]
    return sorted((one for one in found if one[1]), key=lambda one: (len(one[1]), one[0]))[:TELLING]


def _known(session: Session, document_id: UUID) -> set[UUID]:
    noted = select(PageAlike.one_id, PageAlike.other_id).where(
        or_(PageAlike.one_id == document_id, PageAlike.other_id == document_id)
    )
    return {each for pair in session.execute(noted) for each in pair}
