"""What a search shows of the pages that it found: the words in their place, marked."""

import html
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import String, cast, func, literal, select, tuple_
from sqlalchemy.orm import Session

from archive.excerpts import MARK_END, MARK_START, around_numbers
from archive.models import Page
from archive.queries import INDONESIAN, question

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
        select(Page.document_id, Page.no, snippet, own).where(tuple_(Page.document_id, Page.no).in_(wanted))
    )
    told = {(document_id, no): rest for document_id, no, *rest in rows}
    hits = []
    for one in found:
        if (one.document_id, one.page) not in told:
            continue  # read anew meanwhile, into fewer pages
        marked, text_ = told[one.document_id, one.page]
        excerpt = html.escape(" ".join((around_numbers(text_, asked.numbers) or marked).split()))
        hits.append(Hit(one.document_id, one.page, one.label, one.level, one.added_at, excerpt, one.rank))
    return hits
