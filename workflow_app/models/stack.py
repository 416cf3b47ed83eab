"""Stacks from the feeder, and what became of each of their parts (R39)."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, CheckConstraint, ForeignKey, Index, Integer, text
from sqlalchemy.orm import Mapped, mapped_column

from archive.models import Document
from workflow_app.models.base import Base


class PaperStack(Base):
    """A file with many papers in it, kept whole as it came: out of the scanner, or as a mail with what hangs on it."""

    __tablename__ = "paper_stack"
    __table_args__ = (
        CheckConstraint("status in ('waiting', 'splitting', 'split', 'failed')", name="status"),
        CheckConstraint("kind in ('scan', 'mail')", name="kind"),
        CheckConstraint(
            "(kind = 'mail') = (received_at is not null) and (kind = 'mail') = (mark is not null)",
            name="mail",
        ),
        Index("ix_paper_stack_unit", "unit", "brought_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    unit: Mapped[str]
    kind: Mapped[str]
    document_id: Mapped[UUID] = mapped_column(ForeignKey(Document.id), unique=True)
    brought_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    """Empty when it was taken out of the scanner's folder or of the mailbox."""
    brought_at: Mapped[datetime]
    status: Mapped[str]
    pages: Mapped[int]
    pages_seen: Mapped[int]
    """How far it has been looked through, while it is split."""
    reason: Mapped[str]
    """Why it failed, in a sentence; empty otherwise."""
    received_at: Mapped[datetime | None]
    """When the mail server received a mail."""
    mark: Mapped[bytes | None] = mapped_column(unique=True)
    """A digest by which the same mail is known again; nothing can be read from it."""
    for_role: Mapped[str | None]
    """Who brought it serves in this role and not at the counter: its papers that no cover sheet named a case for are for the role only."""


class StackPart(Base):
    """Pages of a stack that belong together: in their case, in the archive, or waiting for a person."""

    __tablename__ = "stack_part"
    __table_args__ = (
        CheckConstraint("status in ('landed', 'known', 'tray', 'archived')", name="status"),
        CheckConstraint("(status = 'landed') = (case_id is not null)", name="landed"),
        Index("ix_stack_part_tray", "stack_id", postgresql_where=text("status = 'tray'")),
        Index("ix_stack_part_case", "case_id", "element"),
    )

    stack_id: Mapped[UUID] = mapped_column(ForeignKey("paper_stack.id"), primary_key=True)
    no: Mapped[int] = mapped_column(primary_key=True)
    pages: Mapped[list[int]] = mapped_column(ARRAY(Integer))
    """Numbers in the stack; blank ones are left out here and stay in the whole."""
    document_id: Mapped[UUID] = mapped_column(ForeignKey(Document.id), index=True)
    status: Mapped[str]
    reason: Mapped[str]
    """Why a person is needed; empty otherwise."""
    case_id: Mapped[UUID | None] = mapped_column(ForeignKey("service_case.id"))
    meant_for: Mapped[UUID | None] = mapped_column(ForeignKey("service_case.id"))
    """The case that a genuine cover sheet named, where it could not land there: who may not read that one is shown nothing."""
    element: Mapped[str]
    label: Mapped[str]
    settled_at: Mapped[datetime]
    settled_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
