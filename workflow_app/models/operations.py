"""Signs of life of the background process."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from workflow_app.models.base import Base


class Heartbeat(Base):
    """When a part of the background process was last seen at work, by the clock of the database."""

    __tablename__ = "heartbeat"

    name: Mapped[str] = mapped_column(primary_key=True)
    """`counter` and `reading` (the queues of the worker), `scheduler` (the periodic jobs); `lock`
    and `fixity`, the last verdicts about the archive.
    """
    at: Mapped[datetime]
    facts: Mapped[dict[str, Any]]
