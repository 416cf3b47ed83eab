"""Deployed versions of processes, with all their files."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from workflow_app.models.base import Base


class Definition(Base):
    """One process folder at one content hash. Running cases keep the version under which they
    began.
    """

    __tablename__ = "definition"
    __table_args__ = (
        UniqueConstraint("process_key", "version"),
        UniqueConstraint("process_key", "content_hash"),
        Index(
            "uq_definition_current", "process_key", unique=True, postgresql_where=text("is_current")
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    process_key: Mapped[str]
    version: Mapped[int]
    name: Mapped[str]
    content_hash: Mapped[str]
    is_current: Mapped[bool]
    """New cases start under the current version; there is exactly one per process."""
    deployed_at: Mapped[datetime]
    deployed_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))


class DefinitionFile(Base):
    """One file of a definition: model, decision, form, letter, scenario."""

    __tablename__ = "definition_file"

    definition_id: Mapped[UUID] = mapped_column(ForeignKey("definition.id"), primary_key=True)
    path: Mapped[str] = mapped_column(primary_key=True)
    content: Mapped[bytes]
