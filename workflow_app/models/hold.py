"""Holds by hand: papers that a dispute or an investigation needs, whatever their schedule says."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from archive.models import Document
from workflow_app.models.base import Base


class PaperHold(Base):
    """A paper must be kept until somebody lifts this again."""

    __tablename__ = "paper_hold"
    __table_args__ = (
        CheckConstraint("num_nulls(lifted_at, lifted_reason) in (0, 2)", name="lifted"),
        Index("ix_paper_hold_now", "document_id", unique=True, postgresql_where=text("lifted_at is null")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    document_id: Mapped[UUID] = mapped_column(ForeignKey(Document.id), index=True)
    reason: Mapped[str]
    """One of a list: what is typed could name people."""
    placed_at: Mapped[datetime]
    placed_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    lifted_at: Mapped[datetime | None]
    lifted_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    lifted_reason: Mapped[str | None]
