"""Bags of papers that were asked for in the browser: made by a job, taken out for a day."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, CheckConstraint, ForeignKey, Index, String, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from workflow_app.models.base import Base


class BagOrder(Base):
    """Somebody's wish for a bag of these cases, and how far it is."""

    __tablename__ = "bag_order"
    __table_args__ = (
        CheckConstraint("status in ('waiting', 'making', 'ready', 'failed', 'gone')", name="status"),
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
    """SHA-256 of all that a try may have put into the store, also one that was cut off: the store is to let go of each."""
