"""Counts as they were published.

Secret codes with which citizens follow their cases.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from workflow_app.models.base import Base


class Publication(Base):
    """What the public was told on one day (R40), small numbers already left out. A trigger refuses
    UPDATE and DELETE.
    """

    __tablename__ = "publication"
    __table_args__ = (Index("ix_publication_newest", "process_key", "made_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    process_key: Mapped[str]
    made_at: Mapped[datetime]
    figures: Mapped[dict[str, Any]]


class TrackingCode(Base):
    """A code that was handed out with a letter (R36). It is shown once; what is kept cannot be
    turned back into it.
    """

    __tablename__ = "tracking_code"
    __table_args__ = (
        Index(
            "uq_tracking_code_in_force",
            "letter_id",
            unique=True,
            postgresql_where=text("ended_at is null"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    letter_id: Mapped[UUID] = mapped_column(ForeignKey("letter.id"), index=True)
    digest: Mapped[bytes]
    """Keyed with the data key of the case."""
    issued_at: Mapped[datetime]
    issued_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    ended_at: Mapped[datetime | None]
    """When a new code took its place."""
