"""Messages to citizens and leaders: written in the transaction of the step that asks for them, sent afterwards by a job.

The citizen's own contact is used, never the helper's (pitfall 29). Where there is none, or the office has not opened a way
out, the message is a slip that an officer prints and hands over.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID, uuid4

from sqlalchemy import select

from workflow_app.errors import Conflict, NotFound, ProcessFault
from workflow_app.models.case import Case
from workflow_app.models.letter import Letter
from workflow_app.models.message import Message
from workflow_app.permissions import OUTBOX_KEEPERS, check_hand_over, check_role
from workflow_app.roles import ROLES
from workflow_app.services.case_file import access, clocks, contacts, identities, incidents, kinship, walls
from workflow_app.services.correspondence.transports import Parcel
from workflow_app.services.ground import audit, jobs
from workflow_app.services.ground.unit_of_work import UnitOfWork
from workflow_app.services.office import configuration, message_texts, phones, readable
from workflow_app.services.office.message_texts import Text
from workflow_app.services.sop.processes import definition_of

CITIZEN = "warga"
SLIP = "slip"
SENT_ONLY = "kirim"
NOT_SENT = "tidak"
"""What `write` answers when there is no message: only sent and it cannot be, or for an office that must not hear of the case."""
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
    """Clocks whose end may be named: the first that runs to one counts, or where all have stopped the first."""
    channel: str = ""
    """`slip`: printed whatever the contact; `kirim`: sent or not at all, for what was also told or printed at the step itself;
    empty: as the office and the contact allow."""


def write(work: UnitOfWork, case: Case, wish: Wish) -> str:
    """Put a message into the outbox and, unless it is printed, write the job that sends it. Returns its channel (`tidak`: none)."""
    if wish.template not in message_texts.KEYS or not (wish.recipient == CITIZEN or wish.recipient in ROLES):
        raise ProcessFault(wish.element, f"unknown message {wish.template} or recipient {wish.recipient}")
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
    audit.record_case(work, case.id, "message.written", wish.element, recipient=wish.recipient, **facts)
    if channel != SLIP:
        _send(work, message_id, channel)
    return channel


def opened(work: UnitOfWork, case: Case, message: Message) -> Parcel:
    """A message in plain. The caller answers for the right to read it."""
    content = work.vault.open(case.data_key, message.sealed, _context(message.id))
    return Parcel(
        message.id, message.channel, str(content["alamat"]), str(content["judul"]), str(content["isi"])
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
    audit.record_case(
        work,
        message.case_id,
        action,
        message.element,
        message_id=str(message.id),
        template=message.template,
        channel=message.channel,
    )


def _send(work: UnitOfWork, message_id: UUID, channel: str) -> None:
    jobs.defer(work, "send_message", queue=jobs.LANES[channel], message_id=str(message_id))


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
    """Channel and address of who can be reached like this: the first way out that the office uses, else a slip."""
    for channel in configuration.value(work, "saluran_pesan"):
        if contact.get(channel):
            return channel, contact[channel]
    return SLIP, ""


def _own_contact(work: UnitOfWork, case: Case, wish: Wish) -> Mapping[str, str]:
    """The citizen's phone, as it is dialled, and mail address. Who was helped counts as reachable only when the contact is
    said to be his own.
    """
    for element in wish.contact:
        given = identities.read_answers(work, case, element=element).get(element)
        if given is None:
            continue
        phone, mail = (str(given.get(name) or "") for name in ("telepon", "surel"))
        return {"telepon": phones.dialled(phone), "surel": mail} if contacts.is_own(given) else {}
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
        "batas_waktu": readable.moment(due) if due else "",
    }
    return filled(work, wish.template, facts)


def filled(work: UnitOfWork, template: str, facts: Mapping[str, str]) -> Text:
    """A text of the office in force now, with its facts."""
    told = {**facts, "telepon_unit": configuration.value(work, "telepon_unit")}
    return message_texts.fill(configuration.value(work, f"{message_texts.PREFIX}{template}"), told)


def _number(work: UnitOfWork, case: Case, wish: Wish) -> str:
    """The number on the newest valid letter of the wished kinds, of the case or of the nearest one that it continues."""
    case_id: UUID | None = case.id if wish.letters else None
    while case_id is not None:
        query = select(Letter.number).where(
            Letter.case_id == case_id, Letter.kind.in_(wish.letters), Letter.status == "valid"
        )
        number = work.session.scalars(query.order_by(Letter.issued_at.desc()).limit(1)).first()
        if number is not None:
            return number
        case_id = kinship.parent_of(work, case_id)
    return case.number


def _context(message_id: UUID) -> str:
    return f"message:{message_id}"
