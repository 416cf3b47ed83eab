"""Issued letters."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from archive.models import Document
from workflow_app.models.base import Base


class Letter(Base):
    """A numbered letter. What it was issued with is frozen, signatory included (pitfall 28)."""

    __tablename__ = "letter"
    __table_args__ = (
        CheckConstraint("status in ('valid', 'void')", name="status"),
        CheckConstraint("(status = 'void') = (voided_at is not null)", name="voided"),
        Index("ix_letter_case", "case_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("service_case.id"))
    definition_id: Mapped[UUID] = mapped_column(ForeignKey("definition.id"))
    """Version under which it was issued, whose template it is printed from, whatever version the case is moved to."""
    kind: Mapped[str]
    """Name of the template, e.g. `sktlk`."""
    title: Mapped[str]
    number_id: Mapped[UUID] = mapped_column(ForeignKey("letter_number.id"), unique=True)
    number: Mapped[str]
    status: Mapped[str]
    verify_code: Mapped[str] = mapped_column(unique=True)
    """Random code in the QR; the number alone opens nothing (pitfall 15)."""
    frozen: Mapped[dict[str, Any]]
    """Letterhead, signatory, validity as configured at issue; nothing personal."""
    sealed: Mapped[bytes]
    """Answers the letter is printed from, as they were at issue, sealed with the case's key."""
    issued_at: Mapped[datetime]
    issued_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    document_id: Mapped[UUID | None] = mapped_column(ForeignKey(Document.id))
    """Newest rendering; older ones stay linked to the case."""
    voided_at: Mapped[datetime | None]
    voided_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    void_reason: Mapped[str | None]
    """Of letters withdrawn before reasons were sealed; those of later ones are in `case_remark`."""
