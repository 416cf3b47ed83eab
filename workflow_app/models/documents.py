"""Links from documents of the archive to cases and steps, and what was decided about documents.

Holds keep documents for a dispute or an investigation, whatever their schedule says. Dismissals
close unreadable documents. Disposal items are the documents on the list of a disposal case (R37, UU
43/2009). Bag orders are export files that a job makes for one day.
"""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from archive.models import Document
from workflow_app.models.base import Base


class CaseDocument(Base):
    """A document linked to a case. A document may belong to several cases; its bytes are stored
    once.
    """

    __tablename__ = "case_document"
    __table_args__ = (Index("ix_case_document_document", "document_id"),)

    case_id: Mapped[UUID] = mapped_column(ForeignKey("service_case.id"), primary_key=True)
    document_id: Mapped[UUID] = mapped_column(ForeignKey(Document.id), primary_key=True)
    element: Mapped[str]
    """Element of the step at which the document was handed in or produced."""
    label: Mapped[str]
    """What the document is, in words; never a file name, because those carry people's names."""
    added_at: Mapped[datetime]
    added_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))


class PaperHold(Base):
    """A document that must be kept until the hold is lifted."""

    __tablename__ = "paper_hold"
    __table_args__ = (
        CheckConstraint("num_nulls(lifted_at, lifted_reason) in (0, 2)", name="lifted"),
        Index(
            "ix_paper_hold_now",
            "document_id",
            unique=True,
            postgresql_where=text("lifted_at is null"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    document_id: Mapped[UUID] = mapped_column(ForeignKey(Document.id), index=True)
    reason: Mapped[str]
    """Key from a list; free text could name people."""
    placed_at: Mapped[datetime]
    placed_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    lifted_at: Mapped[datetime | None]
    lifted_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    lifted_reason: Mapped[str | None]


class PaperDismissal(Base):
    """An unread document that needs no further attention until this is revoked. The document is
    unchanged.
    """

    __tablename__ = "paper_dismissal"
    __table_args__ = (
        CheckConstraint("num_nulls(data_key, sealed) in (0, 2)", name="sealed"),
        Index(
            "ix_paper_dismissal_now",
            "document_id",
            unique=True,
            postgresql_where=text("returned_at is null"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    document_id: Mapped[UUID] = mapped_column(ForeignKey(Document.id), index=True)
    reason: Mapped[str]
    """Key from a list."""
    data_key: Mapped[bytes | None]
    """Key of the written reason, wrapped by a key outside the database."""
    sealed: Mapped[bytes | None]
    """The written reason, which may name people; null when the list says enough."""
    dismissed_at: Mapped[datetime]
    dismissed_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    returned_at: Mapped[datetime | None]
    returned_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))


class DisposalItem(Base):
    """One document on the list of a disposal case, as the schedule judged it at selection."""

    __tablename__ = "disposal_item"
    __table_args__ = (
        CheckConstraint(
            "status in ('proposed', 'taken_out', 'left_out', 'erasing', 'disposed')", name="status"
        ),
        CheckConstraint("(status = 'proposed') = (settled_at is null)", name="settled"),
        CheckConstraint("(status in ('taken_out', 'left_out')) = (reason <> '')", name="reason"),
        UniqueConstraint("case_id", "document_id"),
        Index("ix_disposal_item_document", "document_id"),
        Index(
            "ix_disposal_item_waiting",
            "case_id",
            postgresql_where=text("status in ('proposed', 'erasing')"),
        ),
    )

    case_id: Mapped[UUID] = mapped_column(ForeignKey("service_case.id"), primary_key=True)
    no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    document_id: Mapped[UUID] = mapped_column(ForeignKey(Document.id))
    row_code: Mapped[str]
    """Row of the retention schedule, with its wording at that time."""
    row_words: Mapped[str]
    kept_until: Mapped[date]
    """The last day of the retention period."""
    status: Mapped[str]
    """proposed, taken_out by a person, left_out by the system, erasing (the text is deleted, the
    bytes are being deleted), disposed.
    """
    reason: Mapped[str]
    """Why it was taken or left out, in a sentence; empty otherwise."""
    chosen_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    chosen_at: Mapped[datetime]
    settled_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    settled_at: Mapped[datetime | None]


class BagOrder(Base):
    """A request for a bag of these cases, with its progress."""

    __tablename__ = "bag_order"
    __table_args__ = (
        CheckConstraint(
            "status in ('waiting', 'making', 'ready', 'failed', 'gone')", name="status"
        ),
        CheckConstraint("(status = 'failed') = (sentence <> '')", name="sentence"),
        CheckConstraint("(status in ('ready', 'gone')) = (made_at is not null)", name="made"),
        CheckConstraint("num_nulls(sha256, size, made_at) in (0, 3)", name="file"),
        Index("ix_bag_order_by", "ordered_by", "ordered_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    token: Mapped[str] = mapped_column(unique=True)
    """Token of the page; the same page sent twice makes one order."""
    ordered_by: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    """The requester, who alone may download it."""
    ordered_at: Mapped[datetime]
    case_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid))
    level: Mapped[int]
    """Highest access level of the included documents."""
    status: Mapped[str]
    """waiting, making, ready, failed (see `sentence`), gone (the day is over)."""
    papers: Mapped[int] = mapped_column(default=0)
    papers_done: Mapped[int] = mapped_column(default=0)
    left_out: Mapped[int] = mapped_column(default=0)
    """Number of documents of these cases above the level; the bag does not mention them."""
    sentence: Mapped[str] = mapped_column(default="")
    sha256: Mapped[str | None]
    """SHA-256 of the file in the object store."""
    size: Mapped[int | None] = mapped_column(BigInteger)
    made_at: Mapped[datetime | None]
    stored: Mapped[list[str]] = mapped_column(ARRAY(String), default=list)
    """SHA-256 of all objects that an attempt, also an interrupted one, may have stored; all are to
    be deleted.
    """
