"""Phones that hand in papers for a desk: the link that was shown, and the pages that came through it (R39)."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from archive.models import Blob, Document
from workflow_app.models.base import Base

IN_FORCE, UNSENT = text("ended_at is null"), text("document_id is null")


class Capture(Base):
    """A link to one question for papers of one task, shown by one officer. It is worth something only while the officer's
    session, his hold of the task and its time last; that is asked anew with each request.
    """

    __tablename__ = "capture"
    __table_args__ = (
        Index("uq_capture_in_force", "task_id", "place", unique=True, postgresql_where=IN_FORCE),
        CheckConstraint("(connected_at is null) = (device_hash is null)", name="connected"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    task_id: Mapped[UUID] = mapped_column(ForeignKey("task.id"))
    place: Mapped[str]
    """Name of the question in the form of the task; of a checklist `<question>.<line>.documents`."""
    opened_by: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    session_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("user_session.id", ondelete="SET NULL"), index=True
    )
    """The officer's session; null when that is so long over that its row is gone."""
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    """SHA-256 of what the QR code leads to: who reads the table opens nothing."""
    device_hash: Mapped[bytes | None] = mapped_column(unique=True)
    """SHA-256 of the cookie of the one phone that it belongs to."""
    opened_at: Mapped[datetime]
    connected_at: Mapped[datetime | None]
    used_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    """When it was closed at the desk, or another took its place."""


class CapturePage(Base):
    """A page photographed by that phone: waiting there to be sent, or part of a paper of the case."""

    __tablename__ = "capture_page"
    __table_args__ = (
        UniqueConstraint("capture_id", "blob_sha256"),
        CheckConstraint("(sending is null) = (document_id is null)", name="sent"),
        CheckConstraint(
            "(dropped_at is null or document_id is null) and (swept_at is null or dropped_at is not null)",
            name="dropped",
        ),
        Index("ix_capture_page_unsent", "taken_at", postgresql_where=UNSENT),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    capture_id: Mapped[UUID] = mapped_column(ForeignKey("capture.id"))
    no: Mapped[int]
    """Order of the pages."""
    blob_sha256: Mapped[str] = mapped_column(ForeignKey(Blob.sha256))
    """The photo as it was received."""
    media_type: Mapped[str]
    taken_at: Mapped[datetime]
    dropped_at: Mapped[datetime | None]
    """When it was taken off or replaced: shown to nobody from then on, and erased some days later."""
    swept_at: Mapped[datetime | None]
    """When its bytes were given up; the row goes when the store has let go of them."""
    sending: Mapped[UUID | None]
    """Idempotency key of the sending it went with: a double press sends once."""
    document_id: Mapped[UUID | None] = mapped_column(ForeignKey(Document.id), index=True)
    """The paper that it became, alone or with others."""
    joined_at: Mapped[datetime | None]
    """When a form was saved that has the paper; from then on the form alone says whether it belongs there."""
