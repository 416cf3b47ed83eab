"""Failed tries, counted so that guessing becomes slow. Shared by all web processes."""

from datetime import datetime

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from workflow_app.models.base import Base


class Attempt(Base):
    """Failures of one account, address or device. The key is a keyed hash: names and addresses are not kept."""

    __tablename__ = "attempt"
    __table_args__ = (Index("ix_attempt_last_at", "last_at"),)

    key: Mapped[bytes] = mapped_column(primary_key=True)
    failures: Mapped[int]
    last_at: Mapped[datetime]
