"""The content of one page: its text and words, corrections of words, its table rows, and the marks
of a search.

Most functions are pure. Excerpts around numbers are marked here, because the database marks words
by their stems and does not recognise a number in another notation. For a viewed page, the module
finds the words of a search in its text and on its picture.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import accumulate, pairwise
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, String, cast, func, select
from sqlalchemy.orm import Session

from archive import queries
from archive.models import Document, Page
from archive.queries import INDONESIAN, Question, question


@dataclass(frozen=True, slots=True)
class PageText:
    """What was read on one page (see `archive.models.Page`)."""

    no: int
    text: str
    confidence: float | None
    words: Sequence[tuple[str, float, int, int, int, int]]
    width: int
    height: int
    source: str
    reason: str = ""
    likeness: Sequence[int] | None = None
    corrected: Sequence[int] = ()
    codes: Sequence[str] = ()


DOUBTFUL = 70.0
"""Confidence below which a word is shown to a person for checking. In clean print about one word in
a hundred is below.
"""
CERTAIN = 100.0
LONGEST = 200
"""Longest word, in characters."""

Word = tuple[str, float, int, int, int, int]


def doubtful(page: PageText) -> list[int]:
    """Return the positions of the uncertain words, in reading order."""
    known = set(page.corrected)
    return [
        place for place, word in enumerate(page.words) if word[1] < DOUBTFUL and place not in known
    ]


def doubts_of(page: PageText) -> int:
    """Return the number of uncertain words."""
    return len(doubtful(page))


def corrected(page: PageText, right: Mapping[int, str]) -> PageText:
    """Return the page with these words replaced, by their positions.

    The same word confirms it, an empty text removes it. Raises `IndexError` for a position without
    a word.
    """
    words = list(page.words)
    if any(not 0 <= place < len(words) for place in right):
        raise IndexError
    text = page.text
    spans = _spans(text, [word[0] for word in words])
    for place in sorted(right, reverse=True):
        new, span = _tidy(right[place]), spans[place]
        if span is not None:
            text = _without_gap(text, *span) if not new else text[: span[0]] + new + text[span[1] :]
        elif new and new != words[place][0]:
            # A word whose position is not found is still found by a search.
            text = f"{text}\n{new}"
        _, _, left, top, width, height = words[place]
        words[place] = (new, CERTAIN, left, top, width, height)
    sure = {*page.corrected, *right}
    kept = [place for place, word in enumerate(words) if word[0]]
    return replace(
        page,
        text=text,
        words=[words[place] for place in kept],
        confidence=_mean([words[place] for place in kept]),
        corrected=[position for position, place in enumerate(kept) if place in sure],
    )


def _spans(text: str, words: Sequence[str]) -> list[tuple[int, int] | None]:
    """Return the position of each word in the text; both are in reading order."""
    found: list[tuple[int, int] | None] = []
    after = 0
    for word in words:
        at = text.find(word, after) if word else -1
        if at < 0:
            found.append(None)
        else:
            after = at + len(word)
            found.append((at, after))
    return found


def _without_gap(text: str, start: int, end: int) -> str:
    """Return the text without a removed word and one of the spaces around it."""
    if text[end : end + 1] == " ":
        end += 1
    elif start and text[start - 1] == " ":
        start -= 1
    return text[:start] + text[end:]


def _tidy(word: str) -> str:
    printable = "".join(letter if letter.isprintable() else " " for letter in word)
    return " ".join(printable.split())[:LONGEST]


def _mean(words: Sequence[Word]) -> float | None:
    letters = sum(len(word[0]) for word in words)
    return round(sum(word[1] * len(word[0]) for word in words) / letters, 1) if letters else None


_FIELDS = [name for name in PageText.__slots__ if name != "no"]


def row_of(document: Document, page: PageText) -> dict[str, Any]:
    """Return the row of a page, with the facets of its document."""
    return {
        "document_id": document.id,
        "facets": list(document.facets),
        "no": page.no,
        "text": (text := _storable(page.text)),
        "numbers": queries.keys_of(text),
        "confidence": page.confidence,
        "words": [[_storable(text), *rest] for text, *rest in page.words],
        "width": page.width,
        "height": page.height,
        "source": page.source,
        "reason": page.reason,
        "codes": [_storable(code) for code in page.codes],
        "likeness": None if page.likeness is None else list(page.likeness),
        "corrected": list(page.corrected),
        "doubts": doubts_of(page),
    }


def content_of(page: PageText) -> dict[str, Any]:
    """Return the page as JSON, without its number."""
    content = asdict(page)
    del content["no"]
    return content


def text_of(no: int, content: Mapping[str, Any]) -> PageText:
    """Return the page from the JSON of `content_of`."""
    words = [tuple(word) for word in content["words"]]
    return PageText(
        no, **{**{name: content[name] for name in _FIELDS if name in content}, "words": words}
    )


def of_document(document_id: UUID) -> Select[Any]:
    """Select the pages of the newest version, for `page_of`."""
    columns = [getattr(Page, name) for name in ("no", *_FIELDS)]
    return select(*columns).where(Page.document_id == document_id).order_by(Page.no)


def page_of(row: Row[Any]) -> PageText:
    """Return the page in a row of `of_document`."""
    content = dict(row._mapping)
    return text_of(content.pop("no"), content)


def _storable(text: str) -> str:
    """Return the text without NUL and lone surrogates, which PostgreSQL cannot store."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")


MARK_START = "\ue000"
MARK_END = "\ue001"
"""End of a found word in `Hit.snippet`. Both marks are private-use characters that never occur in
archived text; a page replaces them by `<mark>` and `</mark>` after escaping everything else.
"""

AROUND = 90
"""Characters shown before and after the first number."""


def around_numbers(text: str, asked: Iterable[frozenset[str]]) -> str:
    """Return the text around the first number of the query, with each such number marked; empty
    when there is none.
    """
    found = queries.places(text, asked)
    if not found:
        return ""
    begin, end = _bounds(text, *found[0])
    pieces, position = [], begin
    for first, last in found:
        if position <= first and last <= end:
            pieces += [text[position:first], MARK_START, text[first:last], MARK_END]
            position = last
    excerpt = "".join([*pieces, text[position:end]])
    return f"{'… ' if begin else ''}{excerpt}{' …' if end < len(text) else ''}"


def _bounds(text: str, first: int, last: int) -> tuple[int, int]:
    """Return begin and end of the excerpt, at gaps between words."""
    begin, end = max(first - AROUND, 0), min(last + AROUND, len(text))
    if begin:
        begin = text.find(" ", begin, first) + 1 or first
    if end < len(text):
        end = max(text.rfind(" ", last, end), last)
    return begin, end


MOST_PAGES = 30
"""Pages of one document with marks; for longer documents the PDF has its own search."""
MOST_TEXT = 100_000
_EVERYTHING = f"StartSel={MARK_START}, StopSel={MARK_END}, HighlightAll=true"

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on the picture, in pixels of the page."""

    left: int
    top: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class PageMarks:
    """The marks on one page."""

    spans: Sequence[Span]
    """Begin and end of each mark in the text, in characters."""
    boxes: Sequence[Box]
    width: int
    height: int

    def parts(self, text: str) -> list[tuple[str, bool]]:
        """Return the text in pieces, with True for a found word."""
        pieces, position = [], 0
        for begin, end in self.spans:
            pieces += [(text[position:begin], False), (text[begin:end], True)]
            position = end
        return [piece for piece in [*pieces, (text[position:], False)] if piece[0]]


def of(
    session: Session, document_id: UUID, query: str, no: int | None = None
) -> dict[int, PageMarks]:
    """Return the marks of the pages that match the query, or of this page alone, by page number."""
    asked = question(query)
    if asked is None:
        return {}
    answering = select(Page).where(Page.document_id == document_id, Page.tsv.op("@@")(asked.wanted))
    if no is not None:
        answering = answering.where(Page.no == no)
    pages = session.scalars(answering.order_by(Page.no).limit(MOST_PAGES)).all()
    found = {}
    for page in pages:
        words = [str(word[0]) for word in page.words]
        boxes = [Box(*word[2:6]) for word in page.words]
        in_text, on_picture = _spans_mark(session, [page.text, " ".join(words)], asked)
        found[page.no] = PageMarks(
            in_text, _boxes(words, boxes, on_picture), page.width, page.height
        )
    return found


def _spans_mark(session: Session, texts: Sequence[str], asked: Question) -> list[list[Span]]:
    """Return the spans of words, by the database's stems, and of numbers, by their keys."""
    plain = [
        text[:MOST_TEXT].translate({ord(MARK_START): " ", ord(MARK_END): " "}) for text in texts
    ]
    marked = session.execute(
        select(
            *(
                cast(func.ts_headline(INDONESIAN, text, asked.marked, _EVERYTHING), String)
                for text in plain
            )
        )
    ).one()
    return [
        _joined([*_marked(one, text), *queries.places(text, asked.numbers)])
        for one, text in zip(marked, plain, strict=True)
    ]


def _marked(marked: str, text: str) -> list[Span]:
    """Return the positions of the marks in the text without them; empty if the database returned
    another text.
    """
    spans, position, begin = [], 0, 0
    for character in marked:
        if character == MARK_START:
            begin = position
        elif character == MARK_END:
            spans.append((begin, position))
        else:
            position += 1
    is_same = marked.replace(MARK_START, "").replace(MARK_END, "") == text
    return spans if is_same else []


def _joined(spans: list[Span]) -> list[Span]:
    """Return the spans in order, with overlapping ones merged."""
    found: list[Span] = []
    for begin, end in sorted(spans):
        if found and begin < found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((begin, end))
    return found


def _boxes(words: Sequence[str], boxes: Sequence[Box], spans: Sequence[Span]) -> list[Box]:
    """Return one box for the words of a mark that are adjacent in a line."""
    ends = list(accumulate((len(word) + 1 for word in words), initial=0))
    found: list[Box] = []
    for begin, end in spans:
        touched = [
            box
            for (first, after), box in zip(pairwise(ends), boxes, strict=True)
            if first < end and begin < after - 1
        ]
        lines: list[Box] = []
        for box in touched:
            if lines and _are_side_by_side(lines[-1], box):
                lines[-1] = _around(lines[-1], box)
            else:
                lines.append(box)
        found += lines
    return found


def _are_side_by_side(one: Box, other: Box) -> bool:
    """Return whether the other box continues this one to the right at the same height."""
    middle = other.top + other.height / 2
    return one.top <= middle <= one.top + one.height and other.left >= one.left


def _around(one: Box, other: Box) -> Box:
    left, top = min(one.left, other.left), min(one.top, other.top)
    right = max(one.left + one.width, other.left + other.width)
    bottom = max(one.top + one.height, other.top + other.height)
    return Box(left, top, right - left, bottom - top)
