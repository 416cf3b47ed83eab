"""What pages show of messages: kind, way, state and why it failed. Neither the address nor the words of one that is sent."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select

from workflow_app.errors import Conflict, NotFound
from workflow_app.models.case import Case
from workflow_app.models.message import Message
from workflow_app.permissions import OUTBOX_KEEPERS, can_hand_over, check_role, has_role
from workflow_app.services.accounts import people
from workflow_app.services.case_file import access
from workflow_app.services.correspondence.messages import CITIZEN, SLIP, opened
from workflow_app.services.ground.unit_of_work import UnitOfWork
from workflow_app.services.office import configuration, message_texts

CHANNELS = {"telepon": "SMS/WhatsApp", "surel": "Surel", SLIP: "Slip"}
Row = tuple[Message, str, str | None, bool]
"""A message, the number of its case, to whom that is confined, and whether the actor sees it."""
MOST_UNSENT = 200
MOST_SENT = 50


@dataclass(frozen=True)
class MessageView:
    """One message; nothing personal."""

    id: UUID
    case_id: UUID
    case_number: str
    title: str
    recipient: str
    channel: str
    """As pages say it."""
    is_slip: bool
    status: str
    attempts: int
    last_error: str | None
    written_at: datetime
    sent_at: datetime | None
    handed_by: str | None
    can_retry: bool
    can_print: bool
    """Does not get through, and the actor may make a slip of it."""
    can_hand_over: bool
    can_open_case: bool
    """Who minds failed steps of cases that he does not see reads the number only."""


@dataclass(frozen=True)
class Outbox:
    """What waits or failed, oldest first, slips after what is sent by itself; and what left last."""

    unsent: list[MessageView]
    unsent_count: int
    sent: list[MessageView]


@dataclass(frozen=True)
class Slip:
    """A message to be printed."""

    message: MessageView
    body: str


def of_case(work: UnitOfWork, case_id: UUID) -> list[MessageView]:
    """The messages of a case, newest first. Raises `NotFound`."""
    case = access.visible_case(work, case_id)
    rows = work.session.scalars(
        select(Message).where(Message.case_id == case.id).order_by(Message.written_at.desc(), Message.id)
    ).all()
    return _views(work, [(row, case.number, case.confined_to, True) for row in rows])


def outbox(work: UnitOfWork) -> Outbox:
    """The outbox of the actor's unit."""
    check_role(work.actor, OUTBOX_KEEPERS)
    mine = access.minds_case(work)
    rows = (
        select(Message, Case.number, Case.confined_to, access.sees_case(work))
        .join(Case, Case.id == Message.case_id)
        .where(mine)
    )
    unsent = rows.where(Message.status != "sent").order_by(
        Message.channel == SLIP, Message.written_at, Message.id
    )
    sent = rows.where(Message.status == "sent").order_by(Message.sent_at.desc(), Message.id)
    count = (
        select(func.count())
        .select_from(Message)
        .join(Case, Case.id == Message.case_id)
        .where(mine, Message.status != "sent")
    )
    return Outbox(
        _views(work, work.session.execute(unsent.limit(MOST_UNSENT)).all()),
        work.session.scalar(count) or 0,
        _views(work, work.session.execute(sent.limit(MOST_SENT)).all()),
    )


def slip(work: UnitOfWork, message_id: UUID) -> Slip:
    """A slip with its words: they name neither the citizen nor the matter. Raises `NotFound` or `Conflict`."""
    message = work.session.get(Message, message_id)
    if message is None:
        raise NotFound()
    case = access.visible_case(work, message.case_id)
    if message.channel != SLIP:
        raise Conflict("Pesan ini tidak dicetak. Muat ulang halaman berkasnya untuk melihat yang terbaru.")
    (view,) = _views(work, [(message, case.number, case.confined_to, True)])
    return Slip(view, opened(work, case, message).body)


def _views(work: UnitOfWork, rows: Sequence[Row]) -> list[MessageView]:
    names = people.names_of(work, [row.sent_by for row, *_ in rows])
    may_retry = has_role(work.actor, OUTBOX_KEEPERS)
    return [
        MessageView(
            row.id,
            row.case_id,
            number,
            configuration.value(work, f"{message_texts.PREFIX}{row.template}", row.written_at)["judul"],
            "Warga" if row.recipient == CITIZEN else configuration.role_label(work, row.recipient),
            CHANNELS[row.channel],
            row.channel == SLIP,
            row.status,
            row.attempts,
            row.last_error,
            row.written_at,
            row.sent_at,
            names.get(row.sent_by) if row.sent_by else None,
            can_retry=may_retry and row.status != "sent" and row.channel != SLIP,
            can_print=row.channel != SLIP
            and row.last_error is not None
            and can_hand_over(work.actor, confined_to),
            can_hand_over=row.channel == SLIP
            and row.status == "waiting"
            and can_hand_over(work.actor, confined_to),
            can_open_case=is_seen,
        )
        for row, number, confined_to, is_seen in rows
    ]
