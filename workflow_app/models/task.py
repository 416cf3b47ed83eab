"""The inbox: user tasks as rows, filled by each engine step. A list never loads a workflow."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column

from workflow_app.models.base import Base

OPEN = text("status = 'open'")
UNASSIGNED = text("status = 'open' and assignee_id is null")


class Task(Base):
    """A user task of a case. Its id is the engine's id of the task."""

    __tablename__ = "task"
    __table_args__ = (
        CheckConstraint("status in ('open', 'done', 'cancelled')", name="status"),
        CheckConstraint("(status = 'done') = (done_at is not null)", name="done"),
        CheckConstraint("hand_off in ('held', 'ended')", name="hand_off"),
        Index("ix_task_queue", "unit", "role", "created_at", "id", postgresql_where=OPEN),
        Index("ix_task_unassigned", "unit", "role", "created_at", "id", postgresql_where=UNASSIGNED),
        Index("ix_task_unit", "unit", "created_at", "id", postgresql_where=OPEN),
        Index("ix_task_mine", "assignee_id", "created_at", "id", postgresql_where=OPEN),
        Index("ix_task_case", "case_id", "created_at"),
        Index("ix_task_begun", "begun_by", "created_at", "id", postgresql_where=OPEN),
        Index("ix_task_role", "role", "case_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("service_case.id"))
    element: Mapped[str]
    name: Mapped[str]
    unit: Mapped[str]
    role: Mapped[str]
    hand_off: Mapped[str | None]
    """Of a task that hands the case on to `role`: held, or ended when it was returned or withdrawn."""
    begun_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    """Who began the case, whose lists it is in; None of tasks that were done before this was kept (migration 0040)."""
    assignee_id: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    status: Mapped[str]
    due_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    shown_at: Mapped[datetime | None]
    """When its form was first shown to who does it, of forms that offer that moment."""
    sent_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    """Whose completed step led here."""
    done_at: Mapped[datetime | None]
    done_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))


class Draft(Base):
    """Unfinished answers of one person on one task, sealed with the case's key."""

    __tablename__ = "draft"

    task_id: Mapped[UUID] = mapped_column(ForeignKey("task.id"), primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"), primary_key=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    saved_at: Mapped[datetime]
