"""Full-text search over what was read."""

import html
import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, String, cast, func, literal, select
from sqlalchemy.dialects.postgresql import REGCONFIG
from sqlalchemy.orm import Session

from archive.models import Document, Page

MARK_START = "\ue000"
MARK_END = "\ue001"
"""Around a found word in `Hit.snippet`: characters of the private area, which text in the archive never
shows. A page replaces them by `<mark>` and `</mark>` after everything else was escaped."""

CANDIDATES = 1000
"""Ranking reads every candidate page, so a word on a third of all pages must not rank them all."""
QUERY_LENGTH = 200
LOOKED_AT = 10_000
_DASHES = re.compile(r"-[-\s]*-")
SNIPPET_TEXT = 100_000
_SNIPPET = (
    f"StartSel={MARK_START}, StopSel={MARK_END}, MaxFragments=2, MaxWords=18, MinWords=8, "
    'ShortWord=2, FragmentDelimiter=" … "'
)


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
) -> list[Hit]:
    """Pages that hold the words, best first.

    The query takes words, "a phrase", `or` and -without, as people know it from web search. `document_ids`
    restricts to what the person may see: a list, or a query that selects ids. Word forms are found by their
    stem (`kehilangan` finds `hilang`); names and numbers as they are written.
    """
    words = _clean(query)
    if not words or (isinstance(document_ids, Collection) and not document_ids):
        return []
    indonesian, simple = (cast(literal(name), REGCONFIG) for name in ("indonesian", "simple"))
    wanted = func.websearch_to_tsquery(indonesian, words).op("||")(func.websearch_to_tsquery(simple, words))
    candidates = select(Page.document_id, Page.no, func.ts_rank(Page.tsv, wanted).label("rank")).where(
        Page.tsv.op("@@")(wanted)
    )
    if document_ids is not None:
        candidates = candidates.where(Page.document_id.in_(document_ids))
    bounded = candidates.limit(CANDIDATES).subquery()
    best = (
        select(bounded)
        .order_by(bounded.c.rank.desc(), bounded.c.document_id, bounded.c.no)
        .limit(limit)
        .subquery()
    )
    unmarked = func.translate(func.left(Page.text, SNIPPET_TEXT), MARK_START + MARK_END, "")
    snippet = cast(func.ts_headline(indonesian, unmarked, wanted, _SNIPPET), String)
    found = session.execute(
        select(
            Document.id, Page.no, Document.label, Document.media_type, Document.added_at, snippet, best.c.rank
        )
        .select_from(best)
        .join(Page, (Page.document_id == best.c.document_id) & (Page.no == best.c.no))
        .join(Document, Document.id == best.c.document_id)
        .order_by(best.c.rank.desc(), best.c.document_id, best.c.no)
    )
    return [
        Hit(document_id, no, label, media_type, added_at, html.escape(" ".join(text.split())), rank)
        for document_id, no, label, media_type, added_at, text, rank in found
    ]


def _clean(query: str) -> str:
    printable = "".join(character if character.isprintable() else " " for character in query[:LOOKED_AT])
    # Each dash negates what follows; the database cannot nest so many as somebody can type.
    words = " ".join(_DASHES.sub("-", printable).split())
    if len(words) <= QUERY_LENGTH:
        return words
    # Cut between words: half a word would be searched as a word of its own.
    return words[:QUERY_LENGTH].rpartition(" ")[0] or words[:QUERY_LENGTH]
