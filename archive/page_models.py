"""Tables about pages beside what stands on them: what a copy still needs of them, and which look alike."""

from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from archive.base import ArchiveBase
from archive.models import Document


class PageLayer(ArchiveBase):
    """What the copy of a document needs of a page that was read, while others of its pages still are. Who reads on begins
    where these end; gone when the copy is made, and with the document."""

    __tablename__ = "page_layer"
    __table_args__ = (CheckConstraint("no > 0", name="no"),)

    document_id: Mapped[UUID] = mapped_column(ForeignKey(Document.id), primary_key=True)
    no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    layout: Mapped[dict[str, Any]] = mapped_column(JSONB)
    """How the layer lies on the page, in the reader's own words; empty for a page that needs none."""
    layer: Mapped[bytes] = mapped_column(LargeBinary)
    """A PDF of invisible text; empty for a page without."""


class PageAlike(ArchiveBase):
    """Two pages of two documents that may be the same page, noted when the later one was read; each pair once."""

    __tablename__ = "page_alike"
    __table_args__ = (CheckConstraint("one_id < other_id", name="order"), Index(None, "other_id"))

    one_id: Mapped[UUID] = mapped_column(ForeignKey(Document.id), primary_key=True)
    one_page: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    other_id: Mapped[UUID] = mapped_column(ForeignKey(Document.id), primary_key=True)
    other_page: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    distance: Mapped[int]
    """Bits of 64 in which their looks differ."""
