"""Office settings: values with an owner that take effect at an instant, such as targets,
letterhead, signatories, number patterns and labels.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from workflow_app.models.base import Base


class Configuration(Base):
    """One value of one key from one instant on. Older rows remain, so the past keeps its rules."""

    __tablename__ = "configuration"

    key: Mapped[str] = mapped_column(primary_key=True)
    valid_from: Mapped[datetime] = mapped_column(primary_key=True)
    value: Mapped[Any] = mapped_column(JSONB)
    over: Mapped[Any] = mapped_column(JSONB(none_as_null=True), nullable=True)
    """The value that was shown when this one was written; the difference is the intended change
    (decision 0061). None means the value that applies without this row.
    """
    set_at: Mapped[datetime]
    set_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
