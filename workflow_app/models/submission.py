"""Answers of completed tasks: what is personal is sealed, the rest is plain."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Identity, Index
from sqlalchemy.orm import Mapped, mapped_column

from workflow_app.models.base import Base


class Submission(Base):
    """The answers with which one task was completed. Append-only: corrections are new submissions (R28)."""

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
    """Personal answers of one submission, one field group, sealed with the case's data key (R23)."""

    __tablename__ = "sealed_answers"

    submission_id: Mapped[UUID] = mapped_column(ForeignKey("submission.id"), primary_key=True)
    field_group: Mapped[str] = mapped_column(primary_key=True)
    sealed: Mapped[bytes]
