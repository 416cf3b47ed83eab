"""Papers that a case proposes to dispose of, and what became of each of them (R37, UU 43/2009)."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from archive.models import Document
from workflow_app.models.base import Base


class DisposalItem(Base):
    """One paper on the list of a disposal case, as the schedule judged it when it was chosen."""

    __tablename__ = "disposal_item"
    __table_args__ = (
        CheckConstraint(
            "status in ('proposed', 'taken_out', 'left_out', 'erasing', 'disposed')", name="status"
        ),
        CheckConstraint("(status = 'proposed') = (settled_at is null)", name="settled"),
        CheckConstraint("(status in ('taken_out', 'left_out')) = (reason <> '')", name="reason"),
        UniqueConstraint("case_id", "document_id"),
        Index("ix_disposal_item_document", "document_id"),
        Index(
            "ix_disposal_item_waiting", "case_id", postgresql_where=text("status in ('proposed', 'erasing')")
        ),
    )

    case_id: Mapped[UUID] = mapped_column(ForeignKey("service_case.id"), primary_key=True)
    no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    document_id: Mapped[UUID] = mapped_column(ForeignKey(Document.id))
    row_code: Mapped[str]
    """Row of the retention schedule, with its words as they stood."""
    row_words: Mapped[str]
    kept_until: Mapped[date]
    """The last day on which the schedule wanted it kept."""
    status: Mapped[str]
    """proposed, taken_out by a person, left_out by the system, erasing (its words are gone, its bytes are going), disposed."""
    reason: Mapped[str]
    """Why it was taken or left out, in a sentence; empty otherwise."""
    chosen_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    chosen_at: Mapped[datetime]
    settled_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    settled_at: Mapped[datetime | None]
