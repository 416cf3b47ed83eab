"""Papers that are there twice, as far as the actor may read them: the same bytes in another case, the same page scanned again.

What lies behind a wall, in a case of others or above his level is not compared: it could tell what it holds.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

import archive.likeness
import archive.made_of
from archive.models import Document
from workflow_app.models.case import Case
from workflow_app.models.document import CaseDocument
from workflow_app.services.case_file import handoffs
from workflow_app.services.ground.unit_of_work import UnitOfWork
from workflow_app.services.papers import paper_sight


@dataclass(frozen=True)
class Holder:
    """A case that holds a paper."""

    id: UUID
    number: str


@dataclass(frozen=True)
class Alike:
    """Another paper with pages that look and read like pages of this one."""

    document_id: UUID
    label: str
    case: Holder | None
    pages: Sequence[tuple[int, int]]
    """Each page of this one with the page of the other."""


@dataclass(frozen=True)
class Relative:
    """A paper that this one was made of, or that was made of it."""

    document_id: UUID
    label: str
    pages: Sequence[int]
    """Pages of the one that they were taken from."""


@dataclass(frozen=True)
class Kin:
    """What is known of a paper elsewhere."""

    cases: Sequence[Holder] = ()
    """Cases that hold exactly this paper."""
    alike: Sequence[Alike] = ()
    made_of: Sequence[Relative] = ()
    made_from: Sequence[Relative] = ()
    """Papers that pages of this one went into."""


def of(work: UnitOfWork, document_id: UUID) -> Kin:
    """Where else this paper is, for who may read it; nothing for others."""
    paper_sight.readable(work, document_id)
    found = archive.likeness.of(work.session, document_id, paper_sight.all_readable(work))
    others = list(dict.fromkeys(alike.document_id for alike in found))
    holders = holders_of(work, [document_id, *others])
    labels: dict[UUID, str] = dict(
        work.session.execute(select(Document.id, Document.label).where(Document.id.in_(others))).all()
    )
    return Kin(
        cases=[holder for holder, _ in holders.get(document_id, [])],
        alike=[
            Alike(
                other,
                label_of(holders.get(other), labels[other]),
                holders[other][-1][0] if other in holders else None,
                sorted((each.page, each.other_page) for each in found if each.document_id == other),
            )
            for other in others
        ],
        made_of=_relatives(
            work,
            [(row.source_id, row.pages) for row in archive.made_of.sources_of(work.session, document_id)],
        ),
        made_from=_relatives(
            work,
            [(row.document_id, row.pages) for row in archive.made_of.made_from(work.session, document_id)],
        ),
    )


def _relatives(work: UnitOfWork, rows: Sequence[tuple[UUID, Sequence[int]]]) -> list[Relative]:
    """Those that the actor may read, the others are not told of."""
    readable = paper_sight.all_readable(work).where(Document.id.in_([other for other, _ in rows]))
    labels: dict[UUID, str] = dict(
        work.session.execute(select(Document.id, Document.label).where(Document.id.in_(readable))).all()
    )
    holders = holders_of(work, list(labels))
    return [
        Relative(other, label_of(holders.get(other), labels[other]), pages)
        for other, pages in rows
        if other in labels
    ]


def label_of(holders: list[tuple[Holder, str]] | None, of_archive: str) -> str:
    """What a paper is called in the newest case that holds it, or in the archive."""
    return holders[-1][1] if holders else of_archive


def holders_of(work: UnitOfWork, ids: Sequence[UUID]) -> dict[UUID, list[tuple[Holder, str]]]:
    """The cases that hold these papers, with what each is called there, the newest last."""
    query = (
        select(CaseDocument.document_id, Case.id, Case.number, CaseDocument.label)
        .join(Case, Case.id == CaseDocument.case_id)
        .where(CaseDocument.document_id.in_(ids), handoffs.readable_case(work))
        .order_by(CaseDocument.added_at, Case.number)
    )
    found: dict[UUID, list[tuple[Holder, str]]] = {}
    for document_id, case_id, number, label in work.session.execute(query):
        found.setdefault(document_id, []).append((Holder(case_id, number), label))
    return found
