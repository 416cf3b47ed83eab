"""Values with an owner that take effect on a date: targets, letterhead, signatories, number
patterns, labels.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from workflow_app.models.base import Base


class Configuration(Base):
    """One value of one key from one instant on. Older rows stay: the past keeps its rules."""

    __tablename__ = "configuration"

    key: Mapped[str] = mapped_column(primary_key=True)
    valid_from: Mapped[datetime] = mapped_column(primary_key=True)
    value: Mapped[Any] = mapped_column(JSONB)
    over: Mapped[Any] = mapped_column(JSONB(none_as_null=True), nullable=True)
    """What it was written over: what it changes is where the two differ (decision 0061). None: what
    holds there without it.
    """
    set_at: Mapped[datetime]
    set_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
