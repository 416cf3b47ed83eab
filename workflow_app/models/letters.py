"""Issued letters, their gapless numbers per series and year, and the outbox of messages to citizens
and leaders. A message is stored before it is sent.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from archive.models import Document
from workflow_app.models.base import Base


class Letter(Base):
    """A numbered letter. Its data at issue are frozen, including the signatory (pitfall 28)."""

    __tablename__ = "letter"
    __table_args__ = (
        CheckConstraint("status in ('valid', 'void')", name="status"),
        CheckConstraint("(status = 'void') = (voided_at is not null)", name="voided"),
        Index("ix_letter_case", "case_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("service_case.id"))
    definition_id: Mapped[UUID] = mapped_column(ForeignKey("definition.id"))
    """Version under which it was issued and whose template is used, even if the case is moved to
    another version.
    """
    kind: Mapped[str]
    """Name of the template, e.g. `sktlk`."""
    title: Mapped[str]
    number_id: Mapped[UUID] = mapped_column(ForeignKey("letter_number.id"), unique=True)
    number: Mapped[str]
    status: Mapped[str]
    verify_code: Mapped[str] = mapped_column(unique=True)
    """Random code in the QR code; the number alone gives no access (pitfall 15)."""
    frozen: Mapped[dict[str, Any]]
    """Letterhead, signatory and validity as configured at issue; nothing personal."""
    sealed: Mapped[bytes]
    """Answers in the letter as they were at issue, sealed with the case's key."""
    issued_at: Mapped[datetime]
    issued_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    document_id: Mapped[UUID | None] = mapped_column(ForeignKey(Document.id))
    """Latest rendering; older ones stay linked to the case."""
    voided_at: Mapped[datetime | None]
    voided_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    void_reason: Mapped[str | None]
    """Reason of letters withdrawn before reasons were sealed; later ones are in `case_remark`."""


class NumberSeries(Base):
    """The last number of one series and year, locked by the transaction that takes the next."""

    __tablename__ = "number_series"

    series: Mapped[str] = mapped_column(primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    last: Mapped[int]


class LetterNumber(Base):
    """An issued number. It is never issued again: a voided one keeps its row and reason."""

    __tablename__ = "letter_number"
    __table_args__ = (UniqueConstraint("series", "year", "sequence"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    series: Mapped[str]
    year: Mapped[int]
    """Year in WITA at the instant of issue."""
    sequence: Mapped[int]
    number: Mapped[str] = mapped_column(unique=True)
    given_at: Mapped[datetime]
    voided_at: Mapped[datetime | None]
    voided_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    void_reason: Mapped[str | None]
    """A fixed sentence; the written reason is sealed elsewhere."""


class Message(Base):
    """One message of a case. Recipient and text are sealed with the case's key."""

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
    """Service task that requested it."""
    recipient: Mapped[str]
    """`warga`, or a role; the address is in `sealed`."""
    template: Mapped[str]
    """Key of the text in the settings, without `pesan.`."""
    channel: Mapped[str]
    """`telepon` (SMS or WhatsApp through a gateway), `surel`, or `slip`: printed and
    handed over.
    """
    sealed: Mapped[bytes]
    """Address, title and text as they were when it was written."""
    status: Mapped[str]
    attempts: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str | None]
    """Why the last attempt failed, in a fixed sentence, because a server's answer may repeat the
    address.
    """
    written_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    sent_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    """The user who handed over a slip; None for a message accepted by a server."""
