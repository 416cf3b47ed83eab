"""Cases: the business record, its engine state, its clocks, its waivers.

Corrections of the times at which stages of a case were reached. What was recorded first is never
changed. Cases that beget cases: which case continues which. Whom a case concerns, so that he may
not see it. Marks of cases: keyed digests of what a citizen is reached and known by, so that two
cases of one person are found. Steps that failed and wait for a person.
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
    """Of the page that asked for the case: the same page asked twice starts one case."""
    process_key: Mapped[str]
    definition_id: Mapped[UUID] = mapped_column(ForeignKey("definition.id"))
    unit: Mapped[str]
    status: Mapped[str]
    """running, done, cancelled, or stopped (an incident waits for a person)."""
    outcome: Mapped[str | None]
    state: Mapped[bytes]
    """Engine state: compressed, order preserving, without specification and without personal data.
    """
    revision: Mapped[int] = mapped_column(default=0)
    passed: Mapped[list[str]] = mapped_column(default=list)
    """Elements of the model that were completed at least once, for the drawing."""
    standing: Mapped[dict[str, Any] | None]
    """Where the case stands now: the engine's id of each task that waits, to the number of its part
    and since when. None in cases of before the event log, until it was filled in. No index may ask
    for it: every step changes it.
    """
    is_logged: Mapped[bool] = mapped_column(default=True, server_default=text("true"))
    """False in cases of before the event log, until it was filled in."""
    next_wake_at: Mapped[datetime | None]
    opened_at: Mapped[datetime]
    opened_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    closed_at: Mapped[datetime | None]
    confined_to: Mapped[str | None]
    """The one role that still sees the case, beside those who watch over confined ones (R79)."""
    data_key: Mapped[bytes]
    """Key of this case's sealed answers, wrapped by a key outside the database."""


class CaseClock(Base):
    """A measured span of a case: `kedatangan`, `berkas_lengkap` (R57). Its target is in minutes, or
    in working days (R34).

    Most measure once per case; those of a hand-off anew in each round.
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
    """Target in force when the clock started; a clock without any target is only measured."""
    target_working_days: Mapped[int | None]
    calendar: Mapped[str | None]
    """The calendar by which the working days were counted, and which version of it: a later one
    moves no running clock, except by confirming a year on its way (decision 0063).
    """
    calendar_valid_from: Mapped[datetime | None]
    stopped_at: Mapped[datetime | None]


class ClockEdge(Base):
    """An event from which a clock may count or at which it may stop, and when it was: of the chosen
    one, and of the others.
    """

    __tablename__ = "clock_edge"

    case_id: Mapped[UUID] = mapped_column(ForeignKey("service_case.id"), primary_key=True)
    clock: Mapped[str] = mapped_column(primary_key=True)
    operation: Mapped[str] = mapped_column(primary_key=True)
    """Of the service task: `start_clock`, `stop_clock`."""
    edge: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]


class CaseWaiver(Base):
    """A requirement line on which Ka SPKT decided: waived for this case, or refused to waive
    (pitfall 21).
    """

    __tablename__ = "case_waiver"

    case_id: Mapped[UUID] = mapped_column(ForeignKey("service_case.id"), primary_key=True)
    line: Mapped[str] = mapped_column(primary_key=True)
    granted: Mapped[bool]
    submission_id: Mapped[UUID] = mapped_column(ForeignKey("submission.id"))
    """The answers that decided it, with the written reason."""
    decided_at: Mapped[datetime]
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))


class CaseRemark(Base):
    """A written reason that belongs to a case but to no task, sealed: why it was cancelled, why a
    letter was withdrawn, what the identity was opened for.
    """

    __tablename__ = "case_remark"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("service_case.id"), index=True)
    kind: Mapped[str]
    sealed: Mapped[bytes]
    made_at: Mapped[datetime]
    made_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))


class TimeCorrection(Base):
    """Somebody says when a stage really was, and why. Append-only; the newest one of a stage
    counts.
    """

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


class CaseKinship(Base):
    """A case that a step of another case began. A case has at most one parent; a trigger refuses
    UPDATE and DELETE.
    """

    __tablename__ = "case_kinship"
    __table_args__ = (CheckConstraint("parent_id <> child_id", name="others"),)

    child_id: Mapped[UUID] = mapped_column(ForeignKey("service_case.id"), primary_key=True)
    parent_id: Mapped[UUID] = mapped_column(ForeignKey("service_case.id"), index=True)
    reason: Mapped[str]
    """Words of the model for the pages, the same for every such case; never personal."""
    created_at: Mapped[datetime]


class CaseWall(Base):
    """A member who does not see a case any more, whatever his roles are (R79). Walls are raised and
    never taken down.
    """

    __tablename__ = "case_wall"

    case_id: Mapped[UUID] = mapped_column(ForeignKey("service_case.id"), primary_key=True)
    user_id: Mapped[UUID] = mapped_column(
        ForeignKey("user_account.id"), primary_key=True, index=True
    )
    since: Mapped[datetime]
    reason_key: Mapped[str]
    """The answer that names him, as `<element>.<field>`."""


class CaseMark(Base):
    """The newest answers of one element bear this mark. Nobody reads a number from it who has not
    the key of the office.
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
    """Engine task that failed (a user task for `complete`, a service task for `effect`); for
    `reprint` the letter, for `message` the message, for `release` the member."""
    element: Mapped[str]
    sentence: Mapped[str]
    detail: Mapped[str]
    """For the log and the admin; without personal data."""
    happened_at: Mapped[datetime]
    resolved_at: Mapped[datetime | None]
    resolved_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
