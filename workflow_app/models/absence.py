"""Absences of members, each with who stands in meanwhile."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from workflow_app.models.base import Base


class Absence(Base):
    """A member is absent for a period, and another works for him. It begins and ends by its instants, no job moves it."""

    __tablename__ = "absence"
    __table_args__ = (
        CheckConstraint("ends_at > starts_at", name="order"),
        CheckConstraint("user_id <> substitute_id", name="another"),
        Index("ix_absence_user", "user_id", "ends_at"),
        Index("ix_absence_substitute", "substitute_id", "ends_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    substitute_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    entered_at: Mapped[datetime]
    entered_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    ended_at: Mapped[datetime | None]
    """When it was ended early, or withdrawn before it began."""
    ended_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
