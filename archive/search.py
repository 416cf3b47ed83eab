"""Full-text search over what was read.

A word on every second page stands on half a million of a million pages. Nobody reads so many, and ranking or sorting them would
take seconds, so a search looks at the pages that were read last first: each page has the number of its block in the index, and
the newest blocks are asked before all of them. When they hold enough, the best of the newest finds are shown; a word that is
not there often enough is rare, and then all finds are few. Decision 0029.
"""

import html
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, String, cast, func, literal, select, text, tuple_
from sqlalchemy.orm import Session

from archive.excerpts import MARK_END, MARK_START, around_numbers
from archive.models import BLOCK, Document, Page
from archive.queries import INDONESIAN, Question, TsQuery, lexemes, question

NEWEST_BLOCKS = 4
CANDIDATES = 600
"""Finds of which the best are shown: ranking reads each of them."""
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
    """Pages that hold the words, best first, without the first `offset` of them.

    The query takes words, "a phrase", `or` and -without, as people know it from web search. `document_ids`
    restricts to what the person may see: a list, or a query that selects ids. Word forms are found by their
    stem (`kehilangan` finds `hilang`); names as they are written; numbers however they are written.
    """
    asked = question(query)
    if asked is None or (isinstance(document_ids, Collection) and not document_ids):
        return []
    session.execute(_OWN_PLAN)
    found = _newest(session, asked, document_ids)
    if len(found) < ENOUGH:
        found = _ranked(session, _all_with(asked.wanted, document_ids), asked)
    return _shown(session, asked, found[offset : offset + limit])


Found = tuple[UUID, int, float]


def _newest(
    session: Session, asked: Question, document_ids: Collection[UUID] | Select[UUID] | None
) -> list[Found]:
    """What is found in the newest blocks; nothing in an archive that has no others."""
    last = (session.scalar(select(func.max(Page.seq))) or 0) // BLOCK
    if last < NEWEST_BLOCKS:
        return []
    blocks = lexemes([f"~{last - earlier}" for earlier in range(NEWEST_BLOCKS)], " | ")
    # Found first and then sifted: the rules of access are asked about these few, however much the person may see.
    found = _all_with(blocks.op("&&")(asked.wanted), None).cte("found").prefix_with("materialized")
    sifted = select(found)
    if document_ids is not None:
        sifted = sifted.where(found.c.document_id.in_(document_ids))
    return _ranked(session, sifted, asked)


def _all_with(wanted: TsQuery, document_ids: Collection[UUID] | Select[UUID] | None) -> Select[Any]:
    """The newest pages that answer the question."""
    found = select(Page.document_id, Page.no, Page.seq, Page.tsv).where(Page.tsv.op("@@")(wanted))
    if document_ids is not None:
        found = found.where(Page.document_id.in_(document_ids))
    return found.order_by(Page.seq.desc()).limit(CANDIDATES)


def _ranked(session: Session, candidates: Select[Any], asked: Question) -> list[Found]:
    """Best first."""
    some = candidates.subquery()
    rank = func.ts_rank(some.c.tsv, asked.wanted)
    ranked = select(some.c.document_id, some.c.no, rank).order_by(rank.desc(), some.c.document_id, some.c.no)
    return [(document_id, no, rank) for document_id, no, rank in session.execute(ranked)]


def _shown(session: Session, asked: Question, found: list[Found]) -> list[Hit]:
    """Only what is shown is read and marked."""
    if not found:
        return []
    content = func.translate(func.left(Page.text, SNIPPET_TEXT), MARK_START + MARK_END, "")
    snippet = cast(func.ts_headline(INDONESIAN, content, asked.marked, _SNIPPET), String)
    ranks = {(document_id, no): rank for document_id, no, rank in found}
    own = content if asked.numbers else literal("")
    rows = session.execute(
        select(Document.id, Page.no, Document.label, Document.media_type, Document.added_at, snippet, own)
        .join(Page, Page.document_id == Document.id)
        .where(tuple_(Page.document_id, Page.no).in_(list(ranks)))
    )
    hits = {
        (document_id, no): Hit(
            document_id,
            no,
            label,
            media_type,
            added_at,
            html.escape(" ".join((around_numbers(own_text, asked.numbers) or marked).split())),
            ranks[document_id, no],
        )
        for document_id, no, label, media_type, added_at, marked, own_text in rows
    }
    return [hits[place] for place in ranks]
