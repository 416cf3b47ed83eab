"""The event log: which element of which case was entered and left when. Numbers and instants only,
no people.

Totals that no row of the business tells.
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
    """An element or a sequence flow of one version of a process, under a short number that the log
    uses.
    """

    __tablename__ = "model_part"
    __table_args__ = (UniqueConstraint("definition_id", "key"),)

    id: Mapped[int] = mapped_column(Integer, Identity(always=True), primary_key=True)
    definition_id: Mapped[UUID] = mapped_column(ForeignKey("definition.id"))
    key: Mapped[str]
    """Id of the element; of a flow `source>target`: no two flows join the same two elements."""


class CaseStep(Base):
    """One step of the engine: what the case passed at this instant, and which stays ended with it.

    A stay is the time between entering an element that waits and leaving it. Written in the
    transaction of the step.
    """

    __tablename__ = "case_step"
    __table_args__ = (
        Index("ix_case_step_at", "at"),
        Index("ix_case_step_told_afterwards", "at", postgresql_where=text("no < 0")),
    )

    case_id: Mapped[UUID] = mapped_column(ForeignKey("service_case.id"), primary_key=True)
    no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """The revision of the case that the step made; below 0 where task rows told it afterwards."""
    at: Mapped[datetime]
    path: Mapped[list[int]] = mapped_column(ARRAY(Integer))
    """Parts that were completed, in order: elements, then the flows that were taken."""
    stay_parts: Mapped[list[int]] = mapped_column(ARRAY(Integer))
    stay_since: Mapped[list[datetime]] = mapped_column(ARRAY(TIMESTAMP(timezone=True)))
    stay_ends: Mapped[list[int]] = mapped_column(ARRAY(SmallInteger))
    """Three lists of one length: where, since when, and how it ended (`StayEnd`)."""


class StayTally(Base):
    """How many stays of a finished day lasted about so long. Made from `case_step` by a job, and
    only from it.
    """

    __tablename__ = "stay_tally"

    unit: Mapped[str] = mapped_column(primary_key=True)
    part: Mapped[int] = mapped_column(ForeignKey("model_part.id"), primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    """In WITA, of the end of the stay."""
    bucket: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    """Length on a logarithmic scale; see `services.measuring.stay_lengths`."""
    stays: Mapped[int]
    timed: Mapped[int]
    """Of these, how many had a limit."""
    late: Mapped[int]


class TalliedDay(Base):
    """A day whose stays are in `stay_tally`."""

    __tablename__ = "tallied_day"

    day: Mapped[date] = mapped_column(Date, primary_key=True)
    made_at: Mapped[datetime]


class Tally(Base):
    """A total that only grows: pages read, seconds spent reading them."""

    __tablename__ = "tally"

    name: Mapped[str] = mapped_column(primary_key=True)
    total: Mapped[float]
