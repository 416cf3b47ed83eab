"""Stacks for the tests, as a feeder gives them: cover sheets, written pages, blank ones; nothing on
them is real.
"""

import io
from dataclasses import dataclass
from uuid import UUID, uuid4

from PIL import Image
from sqlalchemy import select

from archive.models import Document
from tests.unit.ocr import fed
from workflow_app.domain import SYSTEM, Actor
from workflow_app.models import PaperStack, StackPart
from workflow_app.services.core.unit_of_work import UnitOfWork, Works
from workflow_app.services.intake import cover_sheets, stacks
from workflow_app.services.intake.cover_sheets import Cover


def pdf(*pages: Image.Image) -> bytes:
    """The pages as one file, coded without loss: the same page twice is the same picture."""
    target = io.BytesIO()
    ones = [page.point(lambda value: 255 * (value > 128)).convert("1") for page in pages]
    ones[0].save(target, "PDF", save_all=True, append_images=ones[1:], resolution=150)
    return target.getvalue()


@dataclass(frozen=True)
class Desk:
    """A case whose checklist is open, and its task."""

    case_id: UUID
    task_id: UUID


def code_of(works: Works, task_id: UUID, slot: str = "ktp_01") -> str:
    with works.begin(SYSTEM) as work:
        return cover_sheets.code(work, Cover(task_id, slot))


def brought(works: Works, who: Actor, data: bytes) -> UUID:
    with works.begin(who) as work:
        return stacks.bring(work, data).stack_id


def parts_of(works: Works, stack_id: UUID) -> list[tuple[list[int], str, UUID | None, str]]:
    with works.begin(SYSTEM) as work:
        found = work.session.scalars(
            select(StackPart).where(StackPart.stack_id == stack_id).order_by(StackPart.no)
        )
        return [(part.pages, part.status, part.case_id, part.reason) for part in found]


def in_tray(works: Works, who: Actor, words: str) -> UUID:
    """A stack of one page that nobody placed."""
    stack_id = brought(works, who, pdf(fed.sheet(words)))
    stacks.split(works, stack_id)
    return stack_id


def put_into_tray(work: UnitOfWork, document_id: UUID) -> None:
    """The paper waits there as well."""
    whole = select(Document.id).where(Document.id != document_id).limit(1)
    stack = PaperStack(
        kind="scan",
        id=uuid4(),
        unit=work.actor.unit,
        document_id=work.session.scalars(whole).one(),
        brought_by=None,
        brought_at=work.clock(),
        status="split",
        pages=1,
        pages_seen=1,
        reason="",
    )
    work.session.add(stack)
    work.session.flush()
    part = StackPart(
        stack_id=stack.id, no=1, pages=[1], document_id=document_id, status="tray", reason=""
    )
    part.element, part.label, part.settled_at = "", "", work.clock()
    work.session.add(part)
