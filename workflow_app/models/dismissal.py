"""Papers whose writing nobody waits for any more: they could not be read, and somebody has said why that may stay so."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from archive.models import Document
from workflow_app.models.base import Base


class PaperDismissal(Base):
    """An unread paper asks for nobody until this is taken back. The paper itself is as it was."""

    __tablename__ = "paper_dismissal"
    __table_args__ = (
        CheckConstraint("num_nulls(data_key, sealed) in (0, 2)", name="sealed"),
        Index(
            "ix_paper_dismissal_now", "document_id", unique=True, postgresql_where=text("returned_at is null")
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    document_id: Mapped[UUID] = mapped_column(ForeignKey(Document.id), index=True)
    reason: Mapped[str]
    """One of a list."""
    data_key: Mapped[bytes | None]
    """Key of the own words, wrapped by a key outside the database."""
    sealed: Mapped[bytes | None]
    """The reason in own words, which may name people; null where the list says it."""
    dismissed_at: Mapped[datetime]
    dismissed_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    returned_at: Mapped[datetime | None]
    returned_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
