"""Marks of cases: keyed digests of what a citizen is reached and known by, so that two cases of one person are found."""

from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from workflow_app.models.base import Base


class CaseMark(Base):
    """The newest answers of one element bear this mark. Nobody reads a number from it who has not the key of the office."""

    __tablename__ = "case_mark"
    __table_args__ = (Index("ix_case_mark_mark", "mark"),)

    case_id: Mapped[UUID] = mapped_column(ForeignKey("service_case.id"), primary_key=True)
    element: Mapped[str] = mapped_column(primary_key=True)
    mark: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
