"""Which paper of the archive belongs to which case and step.

Holds by hand: papers that a dispute or an investigation needs, whatever their schedule says. Papers
whose writing nobody waits for any more: they could not be read, and somebody has said why that may
stay so. Papers that a case proposes to dispose of, and what became of each of them (R37, UU
43/2009). Bags of papers that were asked for in the browser: made by a job, taken out for a day.
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
    """A paper linked to a case. One paper may belong to several cases; its bytes are stored
    once.
    """

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


class PaperHold(Base):
    """A paper must be kept until somebody lifts this again."""

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
    """One of a list: what is typed could name people."""
    placed_at: Mapped[datetime]
    placed_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    lifted_at: Mapped[datetime | None]
    lifted_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    lifted_reason: Mapped[str | None]


class PaperDismissal(Base):
    """An unread paper asks for nobody until this is taken back. The paper itself is as it was."""

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
    """One of a list."""
    data_key: Mapped[bytes | None]
    """Key of the own words, wrapped by a key outside the database."""
    sealed: Mapped[bytes | None]
    """The reason in own words, which may name people; null where the list says it."""
    dismissed_at: Mapped[datetime]
    dismissed_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    returned_at: Mapped[datetime | None]
    returned_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))


class DisposalItem(Base):
    """One paper on the list of a disposal case, as the schedule judged it when it was chosen."""

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
    """Row of the retention schedule, with its words as they stood."""
    row_words: Mapped[str]
    kept_until: Mapped[date]
    """The last day on which the schedule wanted it kept."""
    status: Mapped[str]
    """proposed, taken_out by a person, left_out by the system, erasing (its words are gone, its
    bytes are going), disposed.
    """
    reason: Mapped[str]
    """Why it was taken or left out, in a sentence; empty otherwise."""
    chosen_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    chosen_at: Mapped[datetime]
    settled_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    settled_at: Mapped[datetime | None]


class BagOrder(Base):
    """Somebody's wish for a bag of these cases, and how far it is."""

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
    """Of the page it comes from: sent twice it is one order."""
    ordered_by: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    """Who asked, and the only one who gets it."""
    ordered_at: Mapped[datetime]
    case_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid))
    level: Mapped[int]
    """The highest level of the papers that go along."""
    status: Mapped[str]
    """waiting, making, ready, failed (see `sentence`), gone (the day is over)."""
    papers: Mapped[int] = mapped_column(default=0)
    papers_done: Mapped[int] = mapped_column(default=0)
    left_out: Mapped[int] = mapped_column(default=0)
    """Papers of these cases above the level: the bag does not mention them."""
    sentence: Mapped[str] = mapped_column(default="")
    sha256: Mapped[str | None]
    """Of the file in the object store."""
    size: Mapped[int | None] = mapped_column(BigInteger)
    made_at: Mapped[datetime | None]
    stored: Mapped[list[str]] = mapped_column(ARRAY(String), default=list)
    """SHA-256 of all that a try may have put into the store, also one that was cut off: the store
    is to let go of each.
    """
