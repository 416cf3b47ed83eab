"""Intake of documents: stacks from the feeder and their parts (R39), pages captured with a phone
(R39), and openings of complaint boxes with their sheets (R19).
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, CheckConstraint, ForeignKey, Index, Integer, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from archive.models import Blob, Document
from workflow_app.models.base import Base


class PaperStack(Base):
    """A file with many documents, kept whole as it came: from the scanner, or a mail with its
    attachments.
    """

    __tablename__ = "paper_stack"
    __table_args__ = (
        CheckConstraint("status in ('waiting', 'splitting', 'split', 'failed')", name="status"),
        CheckConstraint("kind in ('scan', 'mail')", name="kind"),
        CheckConstraint(
            "(kind = 'mail') = (received_at is not null) and (kind = 'mail') = (mark is not null)",
            name="mail",
        ),
        Index("ix_paper_stack_unit", "unit", "brought_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    unit: Mapped[str]
    kind: Mapped[str]
    document_id: Mapped[UUID] = mapped_column(ForeignKey(Document.id), unique=True)
    brought_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    """The user who added it; null when it came from the scanner's folder or the mailbox."""
    brought_at: Mapped[datetime]
    status: Mapped[str]
    pages: Mapped[int]
    pages_seen: Mapped[int]
    """Number of examined pages while it is being split."""
    reason: Mapped[str]
    """Why it failed, in a sentence; empty otherwise."""
    received_at: Mapped[datetime | None]
    """When the mail server received the mail."""
    mark: Mapped[bytes | None] = mapped_column(unique=True)
    """Digest that identifies a mail received twice; its content cannot be derived from it."""
    for_role: Mapped[str | None]
    """Role of a user outside the counter who added it; documents without a cover sheet are for this
    role only.
    """


class StackPart(Base):
    """Pages of a stack that belong together: filed in a case or the archive, or waiting for a
    person.
    """

    __tablename__ = "stack_part"
    __table_args__ = (
        CheckConstraint("status in ('landed', 'known', 'tray', 'archived')", name="status"),
        CheckConstraint("(status = 'landed') = (case_id is not null)", name="landed"),
        Index("ix_stack_part_tray", "stack_id", postgresql_where=text("status = 'tray'")),
        Index("ix_stack_part_case", "case_id", "element"),
    )

    stack_id: Mapped[UUID] = mapped_column(ForeignKey("paper_stack.id"), primary_key=True)
    no: Mapped[int] = mapped_column(primary_key=True)
    pages: Mapped[list[int]] = mapped_column(ARRAY(Integer))
    """Page numbers in the stack; blank pages are left out here and remain in the whole."""
    document_id: Mapped[UUID] = mapped_column(ForeignKey(Document.id), index=True)
    status: Mapped[str]
    reason: Mapped[str]
    """Why a person is needed; empty otherwise."""
    case_id: Mapped[UUID | None] = mapped_column(ForeignKey("service_case.id"))
    meant_for: Mapped[UUID | None] = mapped_column(ForeignKey("service_case.id"))
    """The case named by a genuine cover sheet that could not receive the part. Users who may not
    read that case see nothing of the part.
    """
    element: Mapped[str]
    label: Mapped[str]
    settled_at: Mapped[datetime]
    settled_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))


IN_FORCE, UNSENT = text("ended_at is null"), text("document_id is null")


class Capture(Base):
    """A link by which a phone adds documents to one question of a task, shown by one officer.

    It is valid only during the officer's session, claim of the task and its own period; every
    request checks this.
    """

    __tablename__ = "capture"
    __table_args__ = (
        Index("uq_capture_in_force", "task_id", "place", unique=True, postgresql_where=IN_FORCE),
        CheckConstraint("(connected_at is null) = (device_hash is null)", name="connected"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    task_id: Mapped[UUID] = mapped_column(ForeignKey("task.id"))
    place: Mapped[str]
    """Name of the question in the form of the task; for a checklist
    `<question>.<line>.documents`.
    """
    opened_by: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    session_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("user_session.id", ondelete="SET NULL"), index=True
    )
    """The officer's session; null after the row of the ended session was deleted."""
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    """SHA-256 of the token in the QR code, so that reading the table opens nothing."""
    device_hash: Mapped[bytes | None] = mapped_column(unique=True)
    """SHA-256 of the cookie of the only phone that may use the link."""
    opened_at: Mapped[datetime]
    connected_at: Mapped[datetime | None]
    used_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    """When it was closed at the desk or replaced by another link."""


class CapturePage(Base):
    """A page photographed by that phone: waiting to be sent, or part of a document of the case."""

    __tablename__ = "capture_page"
    __table_args__ = (
        UniqueConstraint("capture_id", "blob_sha256"),
        CheckConstraint("(sending is null) = (document_id is null)", name="sent"),
        CheckConstraint(
            (
                "(dropped_at is null or document_id is null) and (swept_at is null or dropped_at "
                "is not null)"
            ),
            name="dropped",
        ),
        Index("ix_capture_page_unsent", "taken_at", postgresql_where=UNSENT),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    capture_id: Mapped[UUID] = mapped_column(ForeignKey("capture.id"))
    no: Mapped[int]
    """Order of the pages."""
    blob_sha256: Mapped[str] = mapped_column(ForeignKey(Blob.sha256))
    """The photo as received."""
    media_type: Mapped[str]
    taken_at: Mapped[datetime]
    dropped_at: Mapped[datetime | None]
    """When it was removed or replaced; it is hidden from then on and erased some days later."""
    swept_at: Mapped[datetime | None]
    """When its bytes were given up; the row is deleted after the store has deleted them."""
    sending: Mapped[UUID | None]
    """Idempotency key of the submission that included it, so that a double press sends once."""
    document_id: Mapped[UUID | None] = mapped_column(ForeignKey(Document.id), index=True)
    """The document that contains this page."""
    joined_at: Mapped[datetime | None]
    """When a form with the document was saved; from then on the form alone decides whether the
    document belongs there.
    """


class BoxOpening(Base):
    """The opening of a box by two people who counted the sheets; a trigger refuses UPDATE and
    DELETE.
    """

    __tablename__ = "box_opening"
    __table_args__ = (
        CheckConstraint("first_id <> second_id", name="two_people"),
        CheckConstraint("sheets >= 0", name="sheets"),
        Index("ix_box_opening_last", "unit", "box", "opened_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    unit: Mapped[str]
    box: Mapped[str]
    opened_at: Mapped[datetime]
    """Time of receipt of every sheet, because the time of posting is unknown (pitfall 33)."""
    sheets: Mapped[int]
    first_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    """The user who recorded the opening."""
    second_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    """The user who confirmed it with his own password."""
    recorded_at: Mapped[datetime]
    token: Mapped[str] = mapped_column(unique=True)
    """Token of the page; the same page sent twice records one opening."""


class BoxSheet(Base):
    """One sheet of an opening, and the case made from it."""

    __tablename__ = "box_sheet"

    opening_id: Mapped[UUID] = mapped_column(ForeignKey("box_opening.id"), primary_key=True)
    sheet: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("service_case.id"), unique=True)
