"""Where the words of a search stand: in the text of a page and on its picture."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from uuid import UUID

from sqlalchemy import String, cast, func, select
from sqlalchemy.orm import Session

from archive import numbers
from archive.excerpts import MARK_END, MARK_START
from archive.models import Page
from archive.queries import INDONESIAN, Question, question

MOST_PAGES = 30
"""Of one document; who looks for words in a book has its PDF."""
MOST_TEXT = 100_000
_EVERYTHING = f"StartSel={MARK_START}, StopSel={MARK_END}, HighlightAll=true"

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Box:
    """A place on the picture, in pixels of the page."""

    left: int
    top: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class PageMarks:
    """What is marked on one page."""

    spans: Sequence[Span]
    """From which character of its text to which."""
    boxes: Sequence[Box]
    width: int
    height: int

    def parts(self, text: str) -> list[tuple[str, bool]]:
        """The text in pieces; true for a found word."""
        pieces, position = [], 0
        for begin, end in self.spans:
            pieces += [(text[position:begin], False), (text[begin:end], True)]
            position = end
        return [piece for piece in [*pieces, (text[position:], False)] if piece[0]]


def of(session: Session, document_id: UUID, query: str, no: int | None = None) -> dict[int, PageMarks]:
    """The marks of the pages that answer the question, or of this one alone, by page."""
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
        in_text, on_picture = _spans(session, [page.text, " ".join(words)], asked)
        found[page.no] = PageMarks(in_text, _boxes(words, boxes, on_picture), page.width, page.height)
    return found


def _spans(session: Session, texts: Sequence[str], asked: Question) -> list[list[Span]]:
    """Words by their stems, as the database knows them, and numbers by their keys."""
    plain = [text[:MOST_TEXT].translate({ord(MARK_START): " ", ord(MARK_END): " "}) for text in texts]
    marked = session.execute(
        select(
            *(cast(func.ts_headline(INDONESIAN, text, asked.marked, _EVERYTHING), String) for text in plain)
        )
    ).one()
    return [
        _joined([*_marked(one, text), *numbers.places(text, asked.numbers)])
        for one, text in zip(marked, plain, strict=True)
    ]


def _marked(marked: str, text: str) -> list[Span]:
    """Where the marks are in the text without them; nothing where the database gave back another text."""
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
    """In order, those that overlap as one."""
    found: list[Span] = []
    for begin, end in sorted(spans):
        if found and begin < found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((begin, end))
    return found


def _boxes(words: Sequence[str], boxes: Sequence[Box], spans: Sequence[Span]) -> list[Box]:
    """One place for the words of a mark that stand side by side in a line."""
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
    """The other goes on to the right, at the height of the one."""
    middle = other.top + other.height / 2
    return one.top <= middle <= one.top + one.height and other.left >= one.left


def _around(one: Box, other: Box) -> Box:
    left, top = min(one.left, other.left), min(one.top, other.top)
    right = max(one.left + one.width, other.left + other.width)
    bottom = max(one.top + one.height, other.top + other.height)
    return Box(left, top, right - left, bottom - top)
