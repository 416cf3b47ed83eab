"""Changes of a member's roles and unit that are still to come, or were made on their day."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from workflow_app.models.base import Base


class RoleChange(Base):
    """From an instant on a member gains and loses roles, as whoever entered it saw them, or works in another unit."""

    __tablename__ = "role_change"
    __table_args__ = (
        CheckConstraint("status in ('to_come', 'made', 'withdrawn', 'refused')", name="status"),
        Index("ix_role_change_due", "valid_from", postgresql_where=text("status = 'to_come'")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    valid_from: Mapped[datetime]
    before: Mapped[list[str]] = mapped_column(ARRAY(Text))
    """The roles that were held when it was entered: what others give or take until then is not undone."""
    roles: Mapped[list[str]] = mapped_column(ARRAY(Text))
    unit: Mapped[str]
    status: Mapped[str]
    entered_at: Mapped[datetime]
    entered_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
