"""Workflow records: open tasks, drafts, submitted answers, pending effects, and moves of cases to
other versions (decision 0048).

Each engine step writes user tasks as rows, so that a list never loads a workflow. Personal answers
are sealed, the others are plain. A pending effect is a service task that runs as a job.
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
    """A user task of a case. Its id is the engine's task id."""

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
    """For a task that hands the case over to `role`: held, or ended by a return or withdrawal."""
    begun_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    """The user who started the case, whose lists contain it; None for tasks completed before
    migration 0040.
    """
    assignee_id: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    status: Mapped[str]
    due_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    shown_at: Mapped[datetime | None]
    """When its form was first shown to the officer who does it, for forms that offer
    that moment.
    """
    sent_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    """The user whose completed step led here."""
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
    """The answers of one completed task. Append-only: corrections are new submissions (R28)."""

    __tablename__ = "submission"
    __table_args__ = (Index("ix_submission_case", "case_id", "position"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(BigInteger, Identity(always=True))
    """Order of submission; within a case later ones take precedence."""
    task_id: Mapped[UUID] = mapped_column(ForeignKey("task.id"), unique=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("service_case.id"))
    element: Mapped[str]
    token: Mapped[str] = mapped_column(unique=True)
    """Idempotency key of the submitted form: a double click has one effect."""
    answers: Mapped[dict[str, Any]]
    """Answers that are not personal."""
    submitted_at: Mapped[datetime]
    submitted_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    on_behalf_of: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    """The absent member for whom a substitute did it. Both count as having done it (four-eyes
    principle).
    """


class SealedAnswers(Base):
    """Personal answers of one submission in one field group, sealed with the case's
    data key (R23).
    """

    __tablename__ = "sealed_answers"

    submission_id: Mapped[UUID] = mapped_column(ForeignKey("submission.id"), primary_key=True)
    field_group: Mapped[str] = mapped_column(primary_key=True)
    sealed: Mapped[bytes]


class PendingEffect(Base):
    """An effect for which a job exists. The engine reports open effects at every step; this row
    says that the effect is being performed.
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
    """An order to move cases to a version, or to revert such an order as far as possible."""

    __tablename__ = "move_order"
    __table_args__ = (Index("ix_move_order_process", "process_key", "ordered_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    token: Mapped[str] = mapped_column(unique=True)
    """Token of the page; the same page sent twice makes one order."""
    process_key: Mapped[str]
    unit: Mapped[str]
    """Unit of the user who gave the order; other units do not see it."""
    definition_id: Mapped[UUID] = mapped_column(ForeignKey("definition.id"))
    """Target version; for a reverting order, the version from which cases return."""
    undoes_id: Mapped[UUID | None] = mapped_column(ForeignKey("move_order.id"))
    """The order that this one reverts."""
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
    """waiting, moved, refused (see `sentence`), returned (moved, and reverted later)."""
    sentence: Mapped[str] = mapped_column(default="")
    former_id: Mapped[UUID | None] = mapped_column(ForeignKey("definition.id"))
    """Version of the case before the move."""
    former_state: Mapped[bytes | None]
    """Engine state before the move, as it was stored."""
    revision: Mapped[int | None]
    """Revision of the case at the move; while it is unchanged, the case has taken no
    further step.
    """
    settled_at: Mapped[datetime | None]
