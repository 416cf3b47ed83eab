"""Cases: the business record, engine state, clocks, waivers and remarks, with the records around
them.

Time corrections never change what was recorded first. Kinship says which case continues which.
Walls hide a case from members whom it concerns. Marks are keyed digests that connect cases of one
citizen. Incidents are failed steps that wait for a person.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Identity,
    Index,
    LargeBinary,
    literal_column,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from workflow_app.models.base import Base


class Case(Base):
    """One service to one citizen, from arrival to outcome (R8: no case without an outcome)."""

    __tablename__ = "service_case"
    __table_args__ = (
        CheckConstraint("status in ('running', 'done', 'cancelled', 'stopped')", name="status"),
        CheckConstraint("(status in ('running', 'stopped')) = (closed_at is null)", name="closed"),
        CheckConstraint("closed_at is null or outcome is not null", name="outcome"),
        Index(
            "ix_service_case_wake",
            "next_wake_at",
            postgresql_where=text("next_wake_at is not null"),
        ),
        Index(
            "ix_service_case_confined",
            "confined_to",
            "id",
            postgresql_where=text("confined_to is not null"),
        ),
        Index("ix_service_case_opened", "unit", "opened_at"),
        Index(
            "ix_service_case_running",
            "unit",
            "definition_id",
            postgresql_include=["id", "opened_at", "confined_to", "process_key"],
            postgresql_where=text("closed_at is null"),
        ),
        Index("ix_service_case_unlogged", "id", postgresql_where=text("not is_logged")),
        Index(
            "ix_service_case_closed",
            "unit",
            "closed_at",
            postgresql_include=["id", "process_key", "status", "confined_to"],
            postgresql_where=text("closed_at is not null"),
        ),
        Index(
            "ix_service_case_number_begins", "number", postgresql_ops={"number": "text_pattern_ops"}
        ),
        Index(
            "ix_service_case_number_ends",
            literal_column("reverse(number)").label("reversed"),
            postgresql_ops={"reversed": "text_pattern_ops"},
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)
    start_token: Mapped[str | None] = mapped_column(unique=True)
    """Token of the page that started the case; the same page sent twice starts one case."""
    process_key: Mapped[str]
    definition_id: Mapped[UUID] = mapped_column(ForeignKey("definition.id"))
    unit: Mapped[str]
    status: Mapped[str]
    """running, done, cancelled, or stopped (an incident waits for a person)."""
    outcome: Mapped[str | None]
    state: Mapped[bytes]
    """Engine state: compressed, in insertion order, without specification and personal data."""
    revision: Mapped[int] = mapped_column(default=0)
    passed: Mapped[list[str]] = mapped_column(default=list)
    """Elements of the model that were completed at least once, for the diagram."""
    standing: Mapped[dict[str, Any] | None]
    """The waiting tasks: engine id of each task, with the number of its model part and the instant
    since when it waits.

    None in cases older than the event log, until it was filled in. The column must not be indexed,
    because every step changes it.
    """
    is_logged: Mapped[bool] = mapped_column(default=True, server_default=text("true"))
    """False in cases older than the event log, until it was filled in."""
    next_wake_at: Mapped[datetime | None]
    opened_at: Mapped[datetime]
    opened_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    closed_at: Mapped[datetime | None]
    confined_to: Mapped[str | None]
    """The only role that sees the case, besides the overseers of confined cases (R79)."""
    data_key: Mapped[bytes]
    """Key of this case's sealed answers, wrapped by a key outside the database."""


class CaseClock(Base):
    """A measured time span of a case: `kedatangan`, `berkas_lengkap` (R57). Its target is in
    minutes or in working days (R34). Most clocks measure once per case; those of a hand-over
    measure each round.
    """

    __tablename__ = "case_clock"
    __table_args__ = (
        CheckConstraint("target_minutes is null or target_working_days is null", name="target"),
        CheckConstraint(
            "num_nulls(target_working_days, calendar, calendar_valid_from) in (0, 3)",
            name="calendar",
        ),
        CheckConstraint("round > 0", name="round"),
        Index(
            "ix_case_clock_running",
            "due_at",
            "case_id",
            postgresql_where=text("stopped_at is null"),
        ),
        Index(
            "ix_case_clock_breached",
            "due_at",
            postgresql_where=text("stopped_at is null or stopped_at > due_at"),
        ),
        Index(
            "ix_case_clock_stopped",
            "name",
            "stopped_at",
            postgresql_include=["case_id", "started_at", "due_at"],
            postgresql_where=text("stopped_at is not null"),
        ),
    )

    case_id: Mapped[UUID] = mapped_column(ForeignKey("service_case.id"), primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    round: Mapped[int] = mapped_column(primary_key=True, default=1)
    started_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    target_minutes: Mapped[int | None]
    """Target in force at the start of the clock; a clock without a target is only measured."""
    target_working_days: Mapped[int | None]
    calendar: Mapped[str | None]
    """Calendar and version by which working days are counted. A later version moves no running
    clock, except when it confirms a year within its span (decision 0063).
    """
    calendar_valid_from: Mapped[datetime | None]
    stopped_at: Mapped[datetime | None]


class ClockEdge(Base):
    """An event from which a clock may count or at which it may stop, with its time. The chosen
    event and the others are stored.
    """

    __tablename__ = "clock_edge"

    case_id: Mapped[UUID] = mapped_column(ForeignKey("service_case.id"), primary_key=True)
    clock: Mapped[str] = mapped_column(primary_key=True)
    operation: Mapped[str] = mapped_column(primary_key=True)
    """Operation of the service task: `start_clock`, `stop_clock`."""
    edge: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]


class CaseWaiver(Base):
    """A requirement line decided by Ka SPKT: waived for this case, or refused (pitfall 21)."""

    __tablename__ = "case_waiver"

    case_id: Mapped[UUID] = mapped_column(ForeignKey("service_case.id"), primary_key=True)
    line: Mapped[str] = mapped_column(primary_key=True)
    granted: Mapped[bool]
    submission_id: Mapped[UUID] = mapped_column(ForeignKey("submission.id"))
    """The answers with the decision and its written reason."""
    decided_at: Mapped[datetime]
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))


class CaseRemark(Base):
    """A sealed written reason that belongs to a case but to no task: for a cancellation, a
    withdrawn letter, or opening the identity.
    """

    __tablename__ = "case_remark"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("service_case.id"), index=True)
    kind: Mapped[str]
    sealed: Mapped[bytes]
    made_at: Mapped[datetime]
    made_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))


class TimeCorrection(Base):
    """A corrected time of a stage with its reason. Append-only; the latest one of a
    stage counts.
    """

    __tablename__ = "time_correction"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(BigInteger, Identity(always=True))
    case_id: Mapped[UUID] = mapped_column(ForeignKey("service_case.id"), index=True)
    element: Mapped[str]
    at: Mapped[datetime]
    offered_at: Mapped[datetime | None]
    """The time offered by the form, if another one was entered."""
    sealed: Mapped[bytes]
    """The written reason, sealed with the case's key because it may name people."""
    made_at: Mapped[datetime]
    made_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))


class CaseKinship(Base):
    """A case that was started by a step of another case. A case has at most one parent; a trigger
    refuses UPDATE and DELETE.
    """

    __tablename__ = "case_kinship"
    __table_args__ = (CheckConstraint("parent_id <> child_id", name="others"),)

    child_id: Mapped[UUID] = mapped_column(ForeignKey("service_case.id"), primary_key=True)
    parent_id: Mapped[UUID] = mapped_column(ForeignKey("service_case.id"), index=True)
    reason: Mapped[str]
    """Reason from the model, the same for every such case; never personal."""
    created_at: Mapped[datetime]


class CaseWall(Base):
    """A member who no longer sees a case, whatever his roles (R79). Walls are never removed."""

    __tablename__ = "case_wall"

    case_id: Mapped[UUID] = mapped_column(ForeignKey("service_case.id"), primary_key=True)
    user_id: Mapped[UUID] = mapped_column(
        ForeignKey("user_account.id"), primary_key=True, index=True
    )
    since: Mapped[datetime]
    reason_key: Mapped[str]
    """The answer that names the member, as `<element>.<field>`."""


class CaseMark(Base):
    """A keyed digest of the latest answers of one element. Without the office's key no number can
    be derived from it.
    """

    __tablename__ = "case_mark"
    __table_args__ = (Index("ix_case_mark_mark", "mark"),)

    case_id: Mapped[UUID] = mapped_column(ForeignKey("service_case.id"), primary_key=True)
    element: Mapped[str] = mapped_column(primary_key=True)
    mark: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)


class Incident(Base):
    """A step of a case that failed and was rolled back; a lead can retry it."""

    __tablename__ = "incident"
    __table_args__ = (
        CheckConstraint(
            "operation in"
            " ('complete', 'effect', 'wake', 'reprint', 'message', 'stranded', 'release')",
            name="operation",
        ),
        Index("ix_incident_open", "case_id", postgresql_where=text("resolved_at is null")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("service_case.id"))
    operation: Mapped[str]
    task_id: Mapped[UUID | None]
    """Engine task that failed (a user task for `complete`, a service task for `effect`); the letter
    for `reprint`, the message for `message`, the member for `release`.
    """
    element: Mapped[str]
    sentence: Mapped[str]
    detail: Mapped[str]
    """Text for the log and the administrator, without personal data."""
    happened_at: Mapped[datetime]
    resolved_at: Mapped[datetime | None]
    resolved_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
