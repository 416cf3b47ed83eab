"""Heartbeats of the background process."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from workflow_app.models.base import Base


class Heartbeat(Base):
    """When a part of the background process last worked, by the clock of the database."""

    __tablename__ = "heartbeat"

    name: Mapped[str] = mapped_column(primary_key=True)
    """`counter` and `reading` (queues of the worker), `scheduler` (periodic jobs); `lock` and
    `fixity` hold the latest verdicts on the archive.
    """
    at: Mapped[datetime]
    facts: Mapped[dict[str, Any]]
