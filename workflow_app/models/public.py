"""Published counts, and the secret codes with which citizens follow their cases."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from workflow_app.models.base import Base


class Publication(Base):
    """The counts published on one day (R40), without small numbers. A trigger refuses UPDATE and
    DELETE.
    """

    __tablename__ = "publication"
    __table_args__ = (Index("ix_publication_newest", "process_key", "made_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    process_key: Mapped[str]
    made_at: Mapped[datetime]
    figures: Mapped[dict[str, Any]]


class TrackingCode(Base):
    """A code that was handed out with a letter (R36). It is shown once; only a digest is stored."""

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
    """Digest keyed with the data key of the case."""
    issued_at: Mapped[datetime]
    issued_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    ended_at: Mapped[datetime | None]
    """When a new code replaced it."""
