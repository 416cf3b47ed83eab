"""Sending what waits in the outbox (a job): never inside a transaction, because a server may take its time.

A worker that dies after the server took a message sends it once more, under the same id.
"""

from uuid import UUID

from workflow_app.errors import Away, Busy, NotDelivered, SentraError, Unavailable, Undeliverable
from workflow_app.models.case import Case
from workflow_app.models.message import Message
from workflow_app.services.case_file import access, incidents
from workflow_app.services.correspondence import messages
from workflow_app.services.correspondence.messages import SLIP
from workflow_app.services.correspondence.transports import Parcel, Transports
from workflow_app.services.ground.unit_of_work import UnitOfWork, Works
from workflow_app.types import SYSTEM

NOT_SET_UP = {
    "surel": "Pengiriman surel belum diatur di server. Minta admin mengisi SMTP_HOST, lalu coba lagi.",
    "telepon": "Gerbang SMS/WhatsApp belum diatur di server. Minta admin mengisi GATEWAY_URL, lalu coba lagi.",
}


def send(works: Works, transports: Transports, message_id: UUID, *, is_last_try: bool = True) -> None:
    """Send a message that waits; one that was sent or became a slip is left alone.

    What no further try will mend, or is not mended at the last one, is an incident.
    """
    try:
        with works.begin(SYSTEM) as work:
            parcel = _take(work, message_id)
        if parcel is None:
            return
        if parcel.channel not in transports:
            raise Undeliverable(NOT_SET_UP[parcel.channel], detail=f"{parcel.channel} is not set up")
        transports[parcel.channel].send(parcel)
    except Exception as error:
        if not isinstance(error, Away | Busy):
            is_over = is_last_try or not isinstance(error, Unavailable)
            _note_failure(works, message_id, error, is_over=is_over)
        raise
    with works.begin(SYSTEM) as work:
        _note_success(work, parcel)


def give_up(works: Works, message_id: UUID, error: Exception) -> None:
    """Nobody will try again by himself."""
    _note_failure(works, message_id, error, is_over=True)


def _take(work: UnitOfWork, message_id: UUID) -> Parcel | None:
    message = work.session.get(Message, message_id, with_for_update=True)
    if message is None or message.status == "sent" or message.channel == SLIP:
        return None
    message.attempts += 1
    message.status = "waiting"
    return messages.opened(work, work.session.get_one(Case, message.case_id), message)


def _note_success(work: UnitOfWork, parcel: Parcel) -> None:
    message = work.session.get_one(Message, parcel.id)
    case = access.lock_case(work, message.case_id)
    work.session.refresh(message)
    if message.status == "sent":
        return
    message.channel, message.status, message.last_error = parcel.channel, "sent", None
    message.sent_at = work.clock()
    messages.tell(work, message, "message.sent")
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
        message.last_error = error.sentence if isinstance(error, SentraError) else SentraError.sentence
        if not is_over:
            return
        if message.status != "failed":
            message.status = "failed"
            messages.tell(work, message, "message.failed")
        work.session.flush()
        told = NotDelivered(
            f"Kabar tidak terkirim. {message.last_error} Kirim lagi dari Kotak keluar, atau tekan “Jadikan slip” di halaman "
            "berkas dan serahkan slipnya.",
            detail=getattr(error, "detail", "") or type(error).__name__,
        )
        incidents.record(work, message.case_id, "message", message.id, message.element, told)
