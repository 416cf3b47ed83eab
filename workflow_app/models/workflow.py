"""The inbox: user tasks as rows, filled by each engine step. A list never loads a workflow.

Answers of completed tasks: what is personal is sealed, the rest is plain.
Service tasks that left the transaction as jobs and have not come back yet.
Running cases that are moved to another version of their process, and back (decision 0048).
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, LargeBinary, text
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
        Index(
            "ix_task_unassigned", "unit", "role", "created_at", "id", postgresql_where=UNASSIGNED
        ),
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
    """Of a task that hands the case on to `role`: held, or ended when it was returned or withdrawn.
    """
    begun_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    """Who began the case, whose lists it is in; None of tasks that were done before this was kept
    (migration 0040).
    """
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


class Submission(Base):
    """The answers with which one task was completed. Append-only: corrections are new submissions
    (R28).
    """

    __tablename__ = "submission"
    __table_args__ = (Index("ix_submission_case", "case_id", "position"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(BigInteger, Identity(always=True))
    """Order of submission; within a case later ones count."""
    task_id: Mapped[UUID] = mapped_column(ForeignKey("task.id"), unique=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("service_case.id"))
    element: Mapped[str]
    token: Mapped[str] = mapped_column(unique=True)
    """Idempotency key of the form that was sent: a double click has one effect."""
    answers: Mapped[dict[str, Any]]
    """Answers that are not personal."""
    submitted_at: Mapped[datetime]
    submitted_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    on_behalf_of: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    """For whom, where a substitute did it. Both count as having done it (four eyes)."""


class SealedAnswers(Base):
    """Personal answers of one submission, one field group, sealed with the case's data key
    (R23).
    """

    __tablename__ = "sealed_answers"

    submission_id: Mapped[UUID] = mapped_column(ForeignKey("submission.id"), primary_key=True)
    field_group: Mapped[str] = mapped_column(primary_key=True)
    sealed: Mapped[bytes]


class PendingEffect(Base):
    """An effect for which a job was written. The engine reports open effects at every step; this
    row says it is under way.
    """

    __tablename__ = "pending_effect"

    task_id: Mapped[UUID] = mapped_column(primary_key=True)
    """Engine task that waits for the result."""
    case_id: Mapped[UUID] = mapped_column(ForeignKey("service_case.id"), index=True)
    element: Mapped[str]
    operation: Mapped[str]
    parameters: Mapped[dict[str, str | int | bool | None]]
    deferred_at: Mapped[datetime]


class MoveOrder(Base):
    """Somebody's order to move cases to a version, or to take back such an order as far as that is
    still possible.
    """

    __tablename__ = "move_order"
    __table_args__ = (Index("ix_move_order_process", "process_key", "ordered_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    token: Mapped[str] = mapped_column(unique=True)
    """Of the page it comes from: sent twice it is one order."""
    process_key: Mapped[str]
    unit: Mapped[str]
    """Of who ordered it: others do not see it."""
    definition_id: Mapped[UUID] = mapped_column(ForeignKey("definition.id"))
    """The version moved to; of an order that takes back, the version moved from again."""
    undoes_id: Mapped[UUID | None] = mapped_column(ForeignKey("move_order.id"))
    """The order that this one takes back."""
    data_key: Mapped[bytes]
    """Key of the reason, wrapped by a key outside the database."""
    sealed: Mapped[bytes]
    """The written reason."""
    ordered_at: Mapped[datetime]
    ordered_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))


class CaseMove(Base):
    """One case of an order."""

    __tablename__ = "case_move"
    __table_args__ = (
        CheckConstraint("status in ('waiting', 'moved', 'refused', 'returned')", name="status"),
        CheckConstraint("(status = 'waiting') = (settled_at is null)", name="settled"),
        CheckConstraint("(status = 'refused') = (sentence <> '')", name="sentence"),
        Index("ix_case_move_case", "case_id"),
        Index(
            "ix_case_move_waiting",
            "order_id",
            "case_id",
            postgresql_where=text("status = 'waiting'"),
        ),
    )

    order_id: Mapped[UUID] = mapped_column(ForeignKey("move_order.id"), primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("service_case.id"), primary_key=True)
    status: Mapped[str]
    """waiting, moved, refused (see `sentence`), returned (moved, and taken back later)."""
    sentence: Mapped[str] = mapped_column(default="")
    former_id: Mapped[UUID | None] = mapped_column(ForeignKey("definition.id"))
    """Version the case had before it was moved."""
    former_state: Mapped[bytes | None]
    """Engine state the case had before, as it was stored."""
    revision: Mapped[int | None]
    """Of the case when it was moved: as long as it has no other one, it has taken no step since."""
    settled_at: Mapped[datetime | None]
