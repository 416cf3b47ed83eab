"""By what a search for papers is narrowed: what a paper is called, the process and unit of its cases, its level.

Kept with the paper as codes, of all cases that hold it, so that the index finds them. What somebody may know of them is asked
when they are shown (`paper_search`).
"""

import hashlib
from collections.abc import Collection
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ColumnElement, String, cast, func, literal, select, union
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import Mapped

import archive.facets
from archive.models import Document
from workflow_app.models.case import Case
from workflow_app.models.document import CaseDocument
from workflow_app.services.ground.unit_of_work import UnitOfWork

CODE = 12
"""Characters of the digest that stands for a name of papers: short, and safe in an address."""


_Text = ColumnElement[str] | Mapped[str]


class Facet(StrEnum):
    """What is kept in the index; the year is not, since papers are in the order of time there."""

    KIND = "j"
    PROCESS = "k"
    UNIT = "u"
    LEVEL = "l"


def entry(facet: Facet, code: str) -> str:
    """As it stands in the index."""
    return f"{archive.facets.MARK}{facet}:{code}"


def code_of(label: str) -> str:
    """The code of what a paper is called."""
    return hashlib.sha256(label.encode()).hexdigest()[:CODE]


def renew(work: UnitOfWork, document_ids: Collection[UUID]) -> None:
    """These papers have been linked, or have another level: the search is told."""
    work.session.flush()
    of_paper = union(
        select(_entry(Facet.LEVEL, cast(Document.level, String)).label("entry")).correlate(Document),
        select(_entry(Facet.KIND, _code(Document.label))).correlate(Document),
        *(
            select(_entry(facet, code))
            .select_from(CaseDocument)
            .join(Case, Case.id == CaseDocument.case_id)
            .where(CaseDocument.document_id == Document.id)
            .correlate(Document)
            for facet, code in (
                (Facet.KIND, _code(CaseDocument.label)),
                (Facet.PROCESS, Case.process_key),
                (Facet.UNIT, Case.unit),
            )
        ),
    ).lateral()
    entries = func.array_agg(aggregate_order_by(of_paper.c.entry, of_paper.c.entry))
    archive.facets.give(
        work.session,
        document_ids,
        select(Document.id, entries.label("facets"))
        .join(of_paper, literal(True))
        .where(Document.id.in_(document_ids))
        .group_by(Document.id),
    )


def _entry(facet: Facet, code: _Text) -> ColumnElement[str]:
    return literal(entry(facet, "")) + code


def _code(label: _Text) -> ColumnElement[str]:
    """`code_of` in the database."""
    return func.left(func.encode(func.sha256(func.convert_to(label, "UTF8")), "hex"), CODE)
