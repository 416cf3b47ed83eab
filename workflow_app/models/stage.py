"""Corrections of the times at which stages of a case were reached. What was recorded first is never changed."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Identity
from sqlalchemy.orm import Mapped, mapped_column

from workflow_app.models.base import Base


class TimeCorrection(Base):
    """Somebody says when a stage really was, and why. Append-only; the newest one of a stage counts."""

    __tablename__ = "time_correction"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(BigInteger, Identity(always=True))
    case_id: Mapped[UUID] = mapped_column(ForeignKey("service_case.id"), index=True)
    element: Mapped[str]
    at: Mapped[datetime]
    offered_at: Mapped[datetime | None]
    """What the form had offered, of a time that was told otherwise when it was recorded."""
    sealed: Mapped[bytes]
    """The written reason, sealed with the case's key: it may name people."""
    made_at: Mapped[datetime]
    made_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
