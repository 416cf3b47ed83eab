"""Cases that beget cases: which case continues which."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from workflow_app.models.base import Base


class CaseKinship(Base):
    """A case that a step of another case began. A case has at most one parent; a trigger refuses UPDATE and DELETE."""

    __tablename__ = "case_kinship"
    __table_args__ = (CheckConstraint("parent_id <> child_id", name="others"),)

    child_id: Mapped[UUID] = mapped_column(ForeignKey("service_case.id"), primary_key=True)
    parent_id: Mapped[UUID] = mapped_column(ForeignKey("service_case.id"), index=True)
    reason: Mapped[str]
    """Words of the model for the pages, the same for every such case; never personal."""
    created_at: Mapped[datetime]
