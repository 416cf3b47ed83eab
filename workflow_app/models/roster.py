"""The duty roster: periods of each function and the members on duty."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from workflow_app.models.base import Base


class DutyPeriod(Base):
    """One period of one function. Its members may change until it is over; the audit log keeps
    earlier entries.
    """

    __tablename__ = "duty_period"
    __table_args__ = (
        CheckConstraint("ends_at > starts_at", name="order"),
        UniqueConstraint("function", "starts_at"),
        Index("ix_duty_period_ends_at", "ends_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    function: Mapped[str]
    """Key of the role that is on duty."""
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    set_at: Mapped[datetime]
    set_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))

    people: Mapped[list["DutyMember"]] = relationship(lazy="selectin", cascade="all, delete-orphan")


class DutyMember(Base):
    """A member on duty in a period."""

    __tablename__ = "duty_member"

    period_id: Mapped[UUID] = mapped_column(ForeignKey("duty_period.id"), primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"), primary_key=True)
