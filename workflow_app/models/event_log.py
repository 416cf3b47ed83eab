"""The event log: which element of which case was entered and left when. It holds numbers and
instants only, no people. The module also holds totals that cannot be derived from other tables.
"""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    Date,
    ForeignKey,
    Identity,
    Index,
    Integer,
    SmallInteger,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, TIMESTAMP
from sqlalchemy.orm import Mapped, mapped_column

from workflow_app.models.base import Base


class ModelPart(Base):
    """An element or a sequence flow of one version of a process, with the short number that the log
    uses.
    """

    __tablename__ = "model_part"
    __table_args__ = (UniqueConstraint("definition_id", "key"),)

    id: Mapped[int] = mapped_column(Integer, Identity(always=True), primary_key=True)
    definition_id: Mapped[UUID] = mapped_column(ForeignKey("definition.id"))
    key: Mapped[str]
    """Id of the element; for a flow `source>target`, which is unique because no two flows join the
    same elements.
    """


class CaseStep(Base):
    """One step of the engine: the parts that the case passed and the stays that ended.

    A stay is the time between entering a waiting element and leaving it. The row is written in the
    transaction of the step.
    """

    __tablename__ = "case_step"
    __table_args__ = (
        Index("ix_case_step_at", "at"),
        Index("ix_case_step_told_afterwards", "at", postgresql_where=text("no < 0")),
    )

    case_id: Mapped[UUID] = mapped_column(ForeignKey("service_case.id"), primary_key=True)
    no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """Revision of the case that the step made; negative if it was derived from task rows later."""
    at: Mapped[datetime]
    path: Mapped[list[int]] = mapped_column(ARRAY(Integer))
    """Completed parts in order: elements, then the flows taken."""
    stay_parts: Mapped[list[int]] = mapped_column(ARRAY(Integer))
    stay_since: Mapped[list[datetime]] = mapped_column(ARRAY(TIMESTAMP(timezone=True)))
    stay_ends: Mapped[list[int]] = mapped_column(ARRAY(SmallInteger))
    """Three lists of equal length: where, since when, and how the stay ended (`StayEnd`)."""


class StayTally(Base):
    """Number of stays of a finished day with a similar length. A job derives it from `case_step`
    alone.
    """

    __tablename__ = "stay_tally"

    unit: Mapped[str] = mapped_column(primary_key=True)
    part: Mapped[int] = mapped_column(ForeignKey("model_part.id"), primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    """Day in WITA on which the stay ended."""
    bucket: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    """Length on a logarithmic scale; see `services.reporting.stays`."""
    stays: Mapped[int]
    timed: Mapped[int]
    """Number of these stays that had a limit."""
    late: Mapped[int]


class TalliedDay(Base):
    """A day whose stays are in `stay_tally`."""

    __tablename__ = "tallied_day"

    day: Mapped[date] = mapped_column(Date, primary_key=True)
    made_at: Mapped[datetime]


class Tally(Base):
    """A total that only grows: pages read, or seconds spent reading them."""

    __tablename__ = "tally"

    name: Mapped[str] = mapped_column(primary_key=True)
    total: Mapped[float]
