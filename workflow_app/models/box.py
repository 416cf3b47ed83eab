"""Complaint boxes: when each was opened, by whom, and which case each sheet became (R19)."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from workflow_app.models.base import Base


class BoxOpening(Base):
    """A box was opened by two people, who counted the sheets; a trigger refuses UPDATE and DELETE."""

    __tablename__ = "box_opening"
    __table_args__ = (
        CheckConstraint("first_id <> second_id", name="two_people"),
        CheckConstraint("sheets >= 0", name="sheets"),
        Index("ix_box_opening_last", "unit", "box", "opened_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    unit: Mapped[str]
    box: Mapped[str]
    opened_at: Mapped[datetime]
    """Receipt of every sheet in it: when a sheet was put in is not known (pitfall 33)."""
    sheets: Mapped[int]
    first_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    """Who recorded the opening."""
    second_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    """Who confirmed it with his own password."""
    recorded_at: Mapped[datetime]
    token: Mapped[str] = mapped_column(unique=True)
    """Of the page that recorded it: the same page sent twice opens once."""


class BoxSheet(Base):
    """One sheet of an opening and the case that it became."""

    __tablename__ = "box_sheet"

    opening_id: Mapped[UUID] = mapped_column(ForeignKey("box_opening.id"), primary_key=True)
    sheet: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("service_case.id"), unique=True)
