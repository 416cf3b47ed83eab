"""Messages to citizens and leaders: written in the transaction of the step that asks for them, sent
afterwards by a job.

The citizen's own contact is used, never the helper's (pitfall 29). Where there is none, or the
office has not opened a way out, the message is a slip that an officer prints and hands over.

Pages show the kind of a message, its way, its state and why it failed; never the address, nor the
words of one that is sent.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import func, select

from workflow_app.domain import (
    Conflict,
    NotFound,
    ProcessFault,
)
from workflow_app.models import Case, Letter, Message
from workflow_app.permissions import (
    OUTBOX_KEEPERS,
    ROLES,
    can_hand_over,
    check_hand_over,
    check_role,
    has_role,
)
from workflow_app.services.accounts import users
from workflow_app.services.cases import access, answers, clocks, incidents, related_cases, walls
from workflow_app.services.core import formatting, jobs, personal_numbers, unit_of_work
from workflow_app.services.core.jobs import MESSAGE_QUEUES
from workflow_app.services.core.unit_of_work import UnitOfWork
from workflow_app.services.messages.transports import Parcel
from workflow_app.services.office_settings import configuration, message_texts
from workflow_app.services.office_settings.message_texts import Text
from workflow_app.services.processes.definitions import definition_of

CITIZEN = "warga"
SLIP = "slip"
SENT_ONLY = "kirim"
NOT_SENT = "tidak"
"""What `write` answers when there is no message: only sent and it cannot be, or for an office that
must not hear of the case.
"""
IDENTITY = "identitas"
"""Element that asks for the citizen's contact when a step names no other."""


@dataclass(frozen=True)
class Wish:
    """What a service task asks for."""

    element: str
    template: str
    recipient: str = CITIZEN
    contact: tuple[str, ...] = (IDENTITY,)
    """Elements in which the citizen's contact was asked for; the first that was answered counts."""
    step: str = ""
    result: str = ""
    """What came of it, in words that the process keeps ready; never what somebody typed."""
    letters: tuple[str, ...] = ()
    """Letters whose number the citizen may know the case by; none: the number of the case."""
    clock: tuple[str, ...] = ()
    """Clocks whose end may be named: the first that runs to one counts, or where all have stopped
    the first.
    """
    channel: str = ""
    """`slip`: printed whatever the contact; `kirim`: sent or not at all, for what was also told or
    printed at the step itself; empty: as the office and the contact allow.
    """


def write(work: UnitOfWork, case: Case, wish: Wish) -> str:
    """Put a message into the outbox and, unless it is printed, write the job that sends it. Returns
    its channel (`tidak`: none).
    """
    if wish.template not in message_texts.KEYS or not (
        wish.recipient == CITIZEN or wish.recipient in ROLES
    ):
        raise ProcessFault(
            wish.element, f"unknown message {wish.template} or recipient {wish.recipient}"
        )
    if wish.recipient != CITIZEN and not walls.may_hear_of(work, case, wish.recipient):
        return NOT_SENT
    channel, address = _way(work, case, wish)
    if channel == SLIP and wish.channel == SENT_ONLY:
        return NOT_SENT
    text = _text(work, case, wish)
    message_id = uuid4()
    content = {"alamat": address, "judul": text.title, "isi": text.body}
    work.session.add(
        Message(
            id=message_id,
            case_id=case.id,
            element=wish.element,
            recipient=wish.recipient,
            template=wish.template,
            channel=channel,
            sealed=work.vault.seal(case.data_key, dict(content), _context(message_id)),
            status="waiting",
            written_at=work.clock(),
        )
    )
    work.session.flush()
    facts = {"message_id": str(message_id), "template": wish.template, "channel": channel}
    unit_of_work.record_case(
        work, case.id, "message.written", wish.element, recipient=wish.recipient, **facts
    )
    if channel != SLIP:
        _send(work, message_id, channel)
    return channel


def opened(work: UnitOfWork, case: Case, message: Message) -> Parcel:
    """A message in plain. The caller answers for the right to read it."""
    content = work.vault.open(case.data_key, message.sealed, _context(message.id))
    return Parcel(
        message.id,
        message.channel,
        str(content["alamat"]),
        str(content["judul"]),
        str(content["isi"]),
    )


def hand_over(work: UnitOfWork, message_id: UUID) -> UUID:
    """An officer has handed the slip over. Returns the case."""
    message = _find(work, message_id)
    case = access.visible_case(work, message.case_id, lock=True)
    check_hand_over(work.actor, case.confined_to)
    work.session.refresh(message)
    if message.channel != SLIP:
        raise Conflict("Pesan ini bukan slip. Muat ulang halaman untuk melihat yang terbaru.")
    if message.status == "waiting":
        message.status, message.sent_at, message.sent_by = "sent", work.clock(), work.actor.user_id
        tell(work, message, "message.sent")
    return case.id


def print_instead(work: UnitOfWork, message_id: UUID) -> UUID:
    """A message that does not get through becomes a slip. Returns the case."""
    message = _find(work, message_id)
    case = access.visible_case(work, message.case_id, lock=True)
    check_hand_over(work.actor, case.confined_to)
    work.session.refresh(message)
    if message.status == "sent":
        raise Conflict("Pesan ini sudah terkirim, jadi tidak perlu dicetak.")
    if message.channel != SLIP:
        message.channel, message.status, message.last_error = SLIP, "waiting", None
        tell(work, message, "message.printed")
        incidents.resolve(work, case, message.id)
    return case.id


def retry(work: UnitOfWork, message_id: UUID) -> None:
    """Have a message sent now: one that failed, or one whose next try is still to come."""
    check_role(work.actor, OUTBOX_KEEPERS)
    message = _find(work, message_id)
    access.check_minds(work, access.lock_case(work, message.case_id))
    work.session.refresh(message)
    if message.status == "sent" or message.channel == SLIP:
        raise Conflict("Pesan ini sudah terkirim atau sudah dijadikan slip.")
    if jobs.is_waiting(work, "send_message", "message_id", str(message_id)):
        raise Conflict("Pesan ini sedang dikirim. Muat ulang halaman dalam beberapa detik.")
    message.status = "waiting"
    tell(work, message, "message.retried")
    _send(work, message_id, message.channel)


def tell(work: UnitOfWork, message: Message, action: str) -> None:
    """Put on record what became of a message: ids and kinds only."""
    unit_of_work.record_case(
        work,
        message.case_id,
        action,
        message.element,
        message_id=str(message.id),
        template=message.template,
        channel=message.channel,
    )


def _send(work: UnitOfWork, message_id: UUID, channel: str) -> None:
    jobs.defer(work, "send_message", queue=MESSAGE_QUEUES[channel], message_id=str(message_id))


def _find(work: UnitOfWork, message_id: UUID) -> Message:
    message = work.session.get(Message, message_id)
    if message is None:
        raise NotFound()
    return message


def _way(work: UnitOfWork, case: Case, wish: Wish) -> tuple[str, str]:
    """Channel and address: the first way out that the office uses and the recipient has."""
    if wish.channel == SLIP:
        return SLIP, ""
    if wish.recipient == CITIZEN:
        contact = _own_contact(work, case, wish)
    else:
        contact = configuration.value(work, "kontak_peran").get(wish.recipient, {})
    return first_way(work, contact)


def first_way(work: UnitOfWork, contact: Mapping[str, str]) -> tuple[str, str]:
    """Channel and address of who can be reached like this: the first way out that the office uses,
    else a slip.
    """
    for channel in configuration.value(work, "saluran_pesan"):
        if contact.get(channel):
            return channel, contact[channel]
    return SLIP, ""


def _own_contact(work: UnitOfWork, case: Case, wish: Wish) -> Mapping[str, str]:
    """The citizen's phone, as it is dialled, and mail address. Who was helped counts as reachable
    only when the contact is said to be his own.
    """
    for element in wish.contact:
        given = answers.read_answers(work, case, element=element).get(element)
        if given is None:
            continue
        phone, mail = (str(given.get(name) or "") for name in ("telepon", "surel"))
        return (
            {"telepon": personal_numbers.dialled(phone), "surel": mail}
            if answers.is_own(given)
            else {}
        )
    return {}


def _text(work: UnitOfWork, case: Case, wish: Wish) -> Text:
    known = clocks.named(work, case.id)
    ends = [known[name] for name in wish.clock if name in known and known[name].due_at]
    clock = next((clock for clock in ends if clock.stopped_at is None), ends[0] if ends else None)
    due = clock.due_at if clock else None
    facts = {
        "nomor": _number(work, case, wish),
        "layanan": definition_of(work, case.definition_id).name,
        "langkah": wish.step,
        "hasil": wish.result,
        "batas_waktu": formatting.moment(due) if due else "",
    }
    return filled(work, wish.template, facts)


def filled(work: UnitOfWork, template: str, facts: Mapping[str, str]) -> Text:
    """A text of the office in force now, with its facts."""
    told = {**facts, "telepon_unit": configuration.value(work, "telepon_unit")}
    return message_texts.fill(configuration.value(work, f"{message_texts.PREFIX}{template}"), told)


def _number(work: UnitOfWork, case: Case, wish: Wish) -> str:
    """The number on the newest valid letter of the wished kinds, of the case or of the nearest one
    that it continues.
    """
    case_id: UUID | None = case.id if wish.letters else None
    while case_id is not None:
        query = select(Letter.number).where(
            Letter.case_id == case_id, Letter.kind.in_(wish.letters), Letter.status == "valid"
        )
        number = work.session.scalars(query.order_by(Letter.issued_at.desc()).limit(1)).first()
        if number is not None:
            return number
        case_id = related_cases.parent_of(work, case_id)
    return case.number


def _context(message_id: UUID) -> str:
    return f"message:{message_id}"


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
    """What waits or failed, oldest first, slips after what is sent by itself; and what left
    last.
    """

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
        select(Message)
        .where(Message.case_id == case.id)
        .order_by(Message.written_at.desc(), Message.id)
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
    """A slip with its words: they name neither the citizen nor the matter. Raises `NotFound` or
    `Conflict`.
    """
    message = work.session.get(Message, message_id)
    if message is None:
        raise NotFound()
    case = access.visible_case(work, message.case_id)
    if message.channel != SLIP:
        raise Conflict(
            "Pesan ini tidak dicetak. Muat ulang halaman berkasnya untuk melihat yang terbaru."
        )
    (view,) = _views(work, [(message, case.number, case.confined_to, True)])
    return Slip(view, opened(work, case, message).body)


def _views(work: UnitOfWork, rows: Sequence[Row]) -> list[MessageView]:
    names = users.names_of(work, [row.sent_by for row, *_ in rows])
    may_retry = has_role(work.actor, OUTBOX_KEEPERS)
    return [
        MessageView(
            row.id,
            row.case_id,
            number,
            configuration.value(work, f"{message_texts.PREFIX}{row.template}", row.written_at)[
                "judul"
            ],
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
