"""Counts as they were published."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from workflow_app.models.base import Base


class Publication(Base):
    """What the public was told on one day (R40), small numbers already left out. A trigger refuses UPDATE and DELETE."""

    __tablename__ = "publication"
    __table_args__ = (Index("ix_publication_newest", "process_key", "made_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    process_key: Mapped[str]
    made_at: Mapped[datetime]
    figures: Mapped[dict[str, Any]]
