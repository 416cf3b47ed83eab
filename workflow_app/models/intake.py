"""Stacks from the feeder, and what became of each of their parts (R39).

Phones that hand in papers for a desk: the link that was shown, and the pages that came through it
(R39). Complaint boxes: when each was opened, by whom, and which case each sheet became (R19).
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, CheckConstraint, ForeignKey, Index, Integer, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from archive.models import Blob, Document
from workflow_app.models.base import Base


class PaperStack(Base):
    """A file with many papers in it, kept whole as it came: out of the scanner, or as a mail with
    what hangs on it.
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
    """Empty when it was taken out of the scanner's folder or of the mailbox."""
    brought_at: Mapped[datetime]
    status: Mapped[str]
    pages: Mapped[int]
    pages_seen: Mapped[int]
    """How far it has been looked through, while it is split."""
    reason: Mapped[str]
    """Why it failed, in a sentence; empty otherwise."""
    received_at: Mapped[datetime | None]
    """When the mail server received a mail."""
    mark: Mapped[bytes | None] = mapped_column(unique=True)
    """A digest by which the same mail is known again; nothing can be read from it."""
    for_role: Mapped[str | None]
    """Who brought it serves in this role and not at the counter: its papers that no cover sheet
    named a case for are for the role only.
    """


class StackPart(Base):
    """Pages of a stack that belong together: in their case, in the archive, or waiting for a
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
    """Numbers in the stack; blank ones are left out here and stay in the whole."""
    document_id: Mapped[UUID] = mapped_column(ForeignKey(Document.id), index=True)
    status: Mapped[str]
    reason: Mapped[str]
    """Why a person is needed; empty otherwise."""
    case_id: Mapped[UUID | None] = mapped_column(ForeignKey("service_case.id"))
    meant_for: Mapped[UUID | None] = mapped_column(ForeignKey("service_case.id"))
    """The case that a genuine cover sheet named, where it could not land there: who may not read
    that one is shown nothing.
    """
    element: Mapped[str]
    label: Mapped[str]
    settled_at: Mapped[datetime]
    settled_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))


IN_FORCE, UNSENT = text("ended_at is null"), text("document_id is null")


class Capture(Base):
    """A link to one question for papers of one task, shown by one officer. It is worth something
    only while the officer's session, his hold of the task and its time last; that is asked anew
    with each request.
    """

    __tablename__ = "capture"
    __table_args__ = (
        Index("uq_capture_in_force", "task_id", "place", unique=True, postgresql_where=IN_FORCE),
        CheckConstraint("(connected_at is null) = (device_hash is null)", name="connected"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    task_id: Mapped[UUID] = mapped_column(ForeignKey("task.id"))
    place: Mapped[str]
    """Name of the question in the form of the task; of a checklist `<question>.<line>.documents`.
    """
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
    """A page photographed by that phone: waiting there to be sent, or part of a paper of the
    case.
    """

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
    """The photo as it was received."""
    media_type: Mapped[str]
    taken_at: Mapped[datetime]
    dropped_at: Mapped[datetime | None]
    """When it was taken off or replaced: shown to nobody from then on, and erased some days later.
    """
    swept_at: Mapped[datetime | None]
    """When its bytes were given up; the row goes when the store has let go of them."""
    sending: Mapped[UUID | None]
    """Idempotency key of the sending it went with: a double press sends once."""
    document_id: Mapped[UUID | None] = mapped_column(ForeignKey(Document.id), index=True)
    """The paper that it became, alone or with others."""
    joined_at: Mapped[datetime | None]
    """When a form was saved that has the paper; from then on the form alone says whether it belongs
    there.
    """


class BoxOpening(Base):
    """A box was opened by two people, who counted the sheets; a trigger refuses UPDATE and
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
    """Receipt of every sheet in it: when a sheet was put in is not known (pitfall 33)."""
    sheets: Mapped[int]
    first_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    """Who recorded the opening."""
    second_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    """Who confirmed it with his own password."""
    recorded_at: Mapped[datetime]
    token: Mapped[str] = mapped_column(unique=True)
    """Of the page that recorded it: the same page sent twice opens once."""


class BoxSheet(Base):
    """One sheet of an opening and the case that it became."""

    __tablename__ = "box_sheet"

    opening_id: Mapped[UUID] = mapped_column(ForeignKey("box_opening.id"), primary_key=True)
    sheet: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("service_case.id"), unique=True)
