"""Steps that failed and wait for a person."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from workflow_app.models.base import Base


class Incident(Base):
    """A step of a case that failed and was rolled back; a lead can retry it."""

    __tablename__ = "incident"
    __table_args__ = (
        CheckConstraint(
            "operation in ('complete', 'effect', 'wake', 'reprint', 'message', 'stranded')", name="operation"
        ),
        Index("ix_incident_open", "case_id", postgresql_where=text("resolved_at is null")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("service_case.id"))
    operation: Mapped[str]
    task_id: Mapped[UUID | None]
    """Engine task that failed (a user task for `complete`, a service task for `effect`); for `reprint` the letter, for `message` the message."""
    element: Mapped[str]
    sentence: Mapped[str]
    detail: Mapped[str]
    """For the log and the admin; without personal data."""
    happened_at: Mapped[datetime]
    resolved_at: Mapped[datetime | None]
    resolved_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
