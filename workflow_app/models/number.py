"""Gapless numbers per series and year."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from workflow_app.models.base import Base


class NumberSeries(Base):
    """The last number given in one series and year; locked by whoever takes the next."""

    __tablename__ = "number_series"

    series: Mapped[str] = mapped_column(primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    last: Mapped[int]


class LetterNumber(Base):
    """A number that was given. It is never given again: a void keeps its row and its reason."""

    __tablename__ = "letter_number"
    __table_args__ = (UniqueConstraint("series", "year", "sequence"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    series: Mapped[str]
    year: Mapped[int]
    """Year in WITA at the instant of issue."""
    sequence: Mapped[int]
    number: Mapped[str] = mapped_column(unique=True)
    given_at: Mapped[datetime]
    voided_at: Mapped[datetime | None]
    voided_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    void_reason: Mapped[str | None]
    """A sentence of ours; what somebody wrote about the letter is sealed elsewhere."""
