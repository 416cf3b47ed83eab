"""A bad scan in a case, read once, for the tests of what people do about it; nothing on it is
real.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pypdfium2
from sqlalchemy import select

from archive.models import Document
from workflow_app.domain import SYSTEM, Actor
from workflow_app.models import AuditEvent
from workflow_app.services.core.unit_of_work import Works
from workflow_app.services.documents import quality_check, versions


@dataclass(frozen=True)
class Paper:
    """A scan of three pages in a case of Budi's: read once, two worn words, one page upside down,
    one blank.
    """

    id: UUID
    case_id: UUID
    original: bytes


def words_of(pdf: bytes) -> list[str]:
    with pypdfium2.PdfDocument(pdf) as document:
        return [" ".join(page.get_textpage().get_text_bounded().split()) for page in document]


def events(works: Works, action: str) -> list[AuditEvent]:
    with works.begin(SYSTEM) as work:
        found = work.session.scalars(
            select(AuditEvent).where(AuditEvent.action == action).order_by(AuditEvent.id)
        ).all()
        work.session.expunge_all()
        return list(found)


def put_right(works: Works, who: Actor, paper: Paper, word: str = "Zamrudkuning") -> None:
    """The first doubtful word."""
    with works.begin(who) as work:
        doubtful = quality_check.sheet(work, paper.id, 1).doubtful
        versions.correct(
            work, paper.id, newest_of(work.session, paper.id), 1, {doubtful[0].place: word}
        )


def newest_of(session: Any, paper: UUID) -> int:
    return session.get(Document, paper, populate_existing=True).version
