"""Service tasks that left the transaction as jobs and have not come back yet."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from workflow_app.models.base import Base


class PendingEffect(Base):
    """An effect for which a job was written. The engine reports open effects at every step; this row says it is under way."""

    __tablename__ = "pending_effect"

    task_id: Mapped[UUID] = mapped_column(primary_key=True)
    """Engine task that waits for the result."""
    case_id: Mapped[UUID] = mapped_column(ForeignKey("service_case.id"), index=True)
    element: Mapped[str]
    operation: Mapped[str]
    parameters: Mapped[dict[str, str | int | bool | None]]
    deferred_at: Mapped[datetime]
