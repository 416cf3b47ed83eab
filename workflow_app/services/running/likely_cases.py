"""The cases to which papers may belong, by the numbers that were read on them."""

import re
from collections.abc import Collection, Iterator
from uuid import UUID

from sqlalchemy import func, select

from archive.models import Page
from workflow_app.services.case_file import numbered_cases
from workflow_app.services.case_file.numbered_cases import CaseHit
from workflow_app.services.ground.unit_of_work import UnitOfWork

MOST_LIKELY = 3
PAGES, LETTERS, NUMBERS = 3, 5_000, 20
"""What is looked at of each paper: letters name their number on the first page."""
_NUMBER = re.compile(r"\b[A-Z][A-Z0-9]{0,9}[-/][A-Z0-9][A-Z0-9/. -]{2,60}\d")


def of_papers(work: UnitOfWork, ids: Collection[UUID]) -> dict[UUID, list[CaseHit]]:
    """For each paper the likeliest cases among those that the actor may see; the first found, the likeliest. Two queries."""
    query = (
        select(Page.document_id, func.upper(func.left(Page.text, LETTERS)))
        .where(Page.document_id.in_(ids), Page.no <= PAGES)
        .order_by(Page.document_id, Page.no)
    )
    written: dict[UUID, list[str]] = {}
    for document_id, text in work.session.execute(query):
        found = written.setdefault(document_id, [])
        found += [number for number in dict.fromkeys(_numbers(text)) if number not in found]
        del found[NUMBERS:]
    known = numbered_cases.by_numbers(work, {number for found in written.values() for number in found})
    likely = {}
    for document_id, found in written.items():
        hits = {hit.id: hit for number in found for hit in known.get(number, ())}
        likely[document_id] = list(hits.values())[:MOST_LIKELY]
    return likely


def _numbers(text: str) -> Iterator[str]:
    """What looks like a number of ours, with and without what stands behind it in the line."""
    for line in _NUMBER.findall(text):
        yield line
        first = line.split(" ")[0].rstrip(".-/")
        if first != line and len(first) > 5:
            yield first
