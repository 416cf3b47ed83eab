"""What is told of a disposal afterwards: the list as the minutes state it, and the minutes of a paper that is gone (R37)."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from archive.models import Blob, Document, MadeOf
from workflow_app.models.case import Case
from workflow_app.models.disposal import DisposalItem
from workflow_app.models.letter import Letter
from workflow_app.models.stack import PaperStack, StackPart
from workflow_app.services.case_file import access
from workflow_app.services.ground.unit_of_work import UnitOfWork
from workflow_app.services.keeping import retention
from workflow_app.services.keeping.disposals import STATUS_WORDS
from workflow_app.services.office import readable
from workflow_app.services.papers import intake


@dataclass(frozen=True)
class Minutes:
    """Under what a paper was disposed of."""

    case_id: UUID
    number: str
    """Of the case."""
    letter: str
    """Number of the minutes; empty while there are none."""
    can_open: bool


def minutes_of(work: UnitOfWork, document_id: UUID) -> Minutes | None:
    """The case under which a paper was disposed of, with its minutes; None when it was by none."""
    query = (
        select(Case.id, Case.number, func.coalesce(func.max(Letter.number), ""))
        .join(DisposalItem, DisposalItem.case_id == Case.id)
        .outerjoin(Letter, (Letter.case_id == Case.id) & (Letter.status == "valid"))
        .where(DisposalItem.document_id == document_id, DisposalItem.status.in_(("erasing", "disposed")))
        .group_by(Case.id, Case.number)
    )
    row = work.session.execute(query).first()
    if row is None:
        return None
    can_open = access.still_sees(work, work.session.get_one(Case, row[0]))
    return Minutes(row[0], row[1], row[2], can_open)


def highest_level(work: UnitOfWork, case_id: UUID) -> int:
    """The highest level among the papers that the case is about; 0 when it is about none."""
    query = select(func.max(Document.level)).join(DisposalItem, DisposalItem.document_id == Document.id)
    return work.session.scalar(query.where(DisposalItem.case_id == case_id)) or 0


def stated(work: UnitOfWork, case_id: UUID) -> list[dict[str, Any]]:
    """The list as minutes state it: every paper with what became of it. For the letter; no access check."""
    query = (
        select(DisposalItem, Document, Blob.size)
        .join(Document, Document.id == DisposalItem.document_id)
        .join(Blob, Blob.sha256 == Document.blob_sha256)
        .where(DisposalItem.case_id == case_id)
        .order_by(DisposalItem.no)
    )
    rows = work.session.execute(query).all()
    judged = retention.standings(work, [document.id for _, document, _ in rows], proposal=case_id)
    in_others = _in_others_that_stay(work, [document.id for _, document, _ in rows])
    in_stacks = _in_stacks_that_stay(work, [document.id for _, document, _ in rows])
    return [
        {
            "no": item.no,
            "dokumen": judged[document.id].label,
            "berkas": ", ".join(judged[document.id].case_numbers) or "tanpa berkas",
            "baris": f"{item.row_code} {item.row_words}",
            "disimpan_sampai": readable.day(item.kept_until),
            "halaman": document.pages,
            "banyaknya": judged[document.id].extent,
            "ukuran": size,
            "sha256": document.blob_sha256,
            "hasil": STATUS_WORDS[item.status].lower(),
            "musnah": item.status == "disposed",
            "alasan": item.reason,
            "tumpukan": document.id in in_stacks,
            "dokumen_lain": document.id in in_others,
        }
        for item, document, size in rows
    ]


def _in_stacks_that_stay(work: UnitOfWork, ids: Collection[UUID]) -> set[UUID]:
    """Papers whose pages a stack still holds that came out of the scanner with other papers."""
    whole = select(Document.id).where(
        Document.id == PaperStack.document_id,
        Document.disposed_at.is_(None),
        Document.origin == intake.STACK,
    )
    query = select(StackPart.document_id).join(PaperStack, PaperStack.id == StackPart.stack_id)
    return set(work.session.scalars(query.where(StackPart.document_id.in_(ids), whole.exists())))


def _in_others_that_stay(work: UnitOfWork, ids: Collection[UUID]) -> set[UUID]:
    """Papers whose pages, or some of them, are kept in one that they were cut from or merged into, over however many steps."""
    begun = select(Document.id.label("root"), Document.id.label("id")).where(Document.id.in_(ids))
    up, down = begun.cte("up", recursive=True), begun.cte("down", recursive=True)
    up = up.union(select(up.c.root, MadeOf.source_id).join(MadeOf, MadeOf.document_id == up.c.id))
    down = down.union(select(down.c.root, MadeOf.document_id).join(MadeOf, MadeOf.source_id == down.c.id))
    found = set()
    for kin in (up, down):
        query = select(kin.c.root).join(Document, Document.id == kin.c.id)
        found |= set(
            work.session.scalars(query.where(kin.c.id != kin.c.root, Document.disposed_at.is_(None)))
        )
    return found
