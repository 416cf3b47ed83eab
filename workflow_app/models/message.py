"""The outbox: messages to citizens and leaders, kept before anything leaves the house."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from workflow_app.models.base import Base


class Message(Base):
    """One message of a case. To whom it goes and what it says are sealed with the case's key."""

    __tablename__ = "message"
    __table_args__ = (
        CheckConstraint("channel in ('telepon', 'surel', 'slip')", name="channel"),
        CheckConstraint("status in ('waiting', 'sent', 'failed')", name="status"),
        CheckConstraint("(status = 'sent') = (sent_at is not null)", name="sent"),
        CheckConstraint("channel <> 'slip' or status <> 'failed'", name="slip"),
        Index("ix_message_case", "case_id"),
        Index("ix_message_unsent", "written_at", postgresql_where=text("status <> 'sent'")),
        Index("ix_message_sent", "sent_at", postgresql_where=text("status = 'sent'")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("service_case.id"))
    element: Mapped[str]
    """Service task that asked for it."""
    recipient: Mapped[str]
    """`warga`, or the role it goes to; the address is in `sealed`."""
    template: Mapped[str]
    """Key of the text in the configuration, without `pesan.`."""
    channel: Mapped[str]
    """`telepon` (SMS or WhatsApp through a gateway), `surel`, or `slip`: printed and handed over."""
    sealed: Mapped[bytes]
    """Address, title and words, as they were when it was written."""
    status: Mapped[str]
    attempts: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str | None]
    """Why the last try failed, in a sentence of ours: what a server answers may repeat the address."""
    written_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    sent_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    """Who handed a slip over; None for what a server took."""
