"""Which paper of the archive belongs to which case and step."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from archive.models import Document
from workflow_app.models.base import Base


class CaseDocument(Base):
    """A paper linked to a case. One paper may belong to several cases; its bytes are stored once."""

    __tablename__ = "case_document"
    __table_args__ = (Index("ix_case_document_document", "document_id"),)

    case_id: Mapped[UUID] = mapped_column(ForeignKey("service_case.id"), primary_key=True)
    document_id: Mapped[UUID] = mapped_column(ForeignKey(Document.id), primary_key=True)
    element: Mapped[str]
    """Element of the step at which it was handed in or produced."""
    label: Mapped[str]
    """What the paper is, in words; never a file name (those carry people's names)."""
    added_at: Mapped[datetime]
    added_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
