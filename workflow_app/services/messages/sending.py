"""Sends what waits in the outbox, as a job: never inside a transaction, because a server may take
its time.

A worker that dies after the server took a message sends it once more, under the same id.
"""

from uuid import UUID

from workflow_app.domain import (
    SYSTEM,
    Away,
    Busy,
    NotDelivered,
    SentraError,
    Unavailable,
    Undeliverable,
)
from workflow_app.models import Case, Message
from workflow_app.services.cases import access, incidents
from workflow_app.services.core.jobs import MESSAGE_QUEUES, PATIENT, Running, job
from workflow_app.services.core.unit_of_work import UnitOfWork, Works
from workflow_app.services.messages.messages import SLIP, opened, tell
from workflow_app.services.messages.transports import Parcel, Transports

NOT_SET_UP = {
    "surel": (
        "Pengiriman surel belum diatur di server. Minta admin mengisi SMTP_HOST, lalu coba lagi."
    ),
    "telepon": (
        "Gerbang SMS/WhatsApp belum diatur di server. Minta admin mengisi GATEWAY_URL, lalu coba "
        "lagi."
    ),
}


def send(works: Works, transports: Transports, message_id: UUID) -> None:
    """Send a message that waits; one that was sent or became a slip is left alone.

    The outbox shows why a try failed. What no further try will mend is an incident.
    """
    try:
        with works.begin(SYSTEM) as work:
            parcel = _take(work, message_id)
        if parcel is None:
            return
        if parcel.channel not in transports:
            raise Undeliverable(
                NOT_SET_UP[parcel.channel], detail=f"{parcel.channel} is not set up"
            )
        transports[parcel.channel].send(parcel)
    except Exception as error:
        if not isinstance(error, Away | Busy):
            is_over = not isinstance(error, Unavailable)
            _note_failure(works, message_id, error, is_over=is_over)
        raise
    with works.begin(SYSTEM) as work:
        _note_success(work, parcel)


def give_up(works: Works, error: Exception, message_id: UUID) -> None:
    """Give the sending of a message up: it becomes an incident."""
    _note_failure(works, message_id, error, is_over=True)


@job(
    "send_message",
    label="Mengirim pesan",
    queue=MESSAGE_QUEUES["surel"],
    queues=tuple(MESSAGE_QUEUES.values()),
    retry=PATIENT,
    on_give_up=give_up,
    incident="message",
)
def send_message_job(running: Running, message_id: UUID) -> None:
    """Send one message."""
    send(running.works, running.transports, message_id)


def _take(work: UnitOfWork, message_id: UUID) -> Parcel | None:
    message = work.session.get(Message, message_id, with_for_update=True)
    if message is None or message.status == "sent" or message.channel == SLIP:
        return None
    message.attempts += 1
    message.status = "waiting"
    return opened(work, work.session.get_one(Case, message.case_id), message)


def _note_success(work: UnitOfWork, parcel: Parcel) -> None:
    message = work.session.get_one(Message, parcel.id)
    case = access.lock_case(work, message.case_id)
    work.session.refresh(message)
    if message.status == "sent":
        return
    message.channel, message.status, message.last_error = parcel.channel, "sent", None
    message.sent_at = work.clock()
    tell(work, message, "message.sent")
    incidents.resolve(work, case, message.id)


def _note_failure(works: Works, message_id: UUID, error: Exception, *, is_over: bool) -> None:
    with works.begin(SYSTEM) as work:
        message = work.session.get(Message, message_id)
        if message is None:
            return
        access.lock_case(work, message.case_id)
        work.session.refresh(message)
        if message.status == "sent" or message.channel == SLIP:
            return
        message.last_error = (
            error.sentence if isinstance(error, SentraError) else SentraError.sentence
        )
        if not is_over:
            return
        if message.status != "failed":
            message.status = "failed"
            tell(work, message, "message.failed")
        work.session.flush()
        told = NotDelivered(
            f"Kabar tidak terkirim. {message.last_error} Kirim lagi dari Kotak keluar, atau "
            "tekan “Jadikan slip” di halaman "
            "berkas dan serahkan slipnya.",
            detail=getattr(error, "detail", "") or type(error).__name__,
        )
        incidents.record(work, message.case_id, "message", message.id, message.element, told)
