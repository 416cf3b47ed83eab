"""Whom a case concerns, so that he may not see it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from workflow_app.models.base import Base


class CaseWall(Base):
    """A member who does not see a case any more, whatever his roles are (R79). Walls are raised and never taken down."""

    __tablename__ = "case_wall"

    case_id: Mapped[UUID] = mapped_column(ForeignKey("service_case.id"), primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"), primary_key=True, index=True)
    since: Mapped[datetime]
    reason_key: Mapped[str]
    """The answer that names him, as `<element>.<field>`."""
