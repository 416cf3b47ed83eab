"""A phone as the scanner of a desk: the link to one question for papers of one task, and whether it
still holds (R39, decision 0038).

The officer shows the link as a QR code; the first phone that takes it up keeps it
(`held_captures`).

A link in the hand of a phone: who holds it acts with the rights that the officer who showed it has
at that moment, and can do nothing but hand in pages there (R39, decision 0038).
"""

import base64
import hashlib
import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, delete, func, select, update

from workflow_app.domain import Conflict, InvalidInput, NotFound
from workflow_app.models import Capture, CapturePage, Case, Task
from workflow_app.services.accounts import sessions, users
from workflow_app.services.cases import access, task_rights
from workflow_app.services.core import unit_of_work
from workflow_app.services.core.unit_of_work import UnitOfWork
from workflow_app.services.documents import classification
from workflow_app.services.office_settings import configuration
from workflow_app.services.processes.definitions import definition_of

IDLE = timedelta(minutes=15)
"""After the last use, a link is over."""
LONGEST = timedelta(hours=2)
"""However much it is used."""
FORGOTTEN = timedelta(days=1)
"""After which a link without pages is forgotten."""
NO_PLACE = "Langkah ini tidak meminta dokumen di sini. Muat ulang halaman."
KEPT = "foto_ponsel.hari_simpan"
_KIND = "tautan ponsel"


@dataclass(frozen=True)
class CaptureView:
    """A link as the desk sees it."""

    id: UUID
    place: str
    state: Literal["waiting", "connected", "over"]
    minutes_left: int
    token: str
    """What the QR code leads to; empty once a phone has it."""
    unsent: int
    """Pages on the phone."""
    sent: int
    kept_days: int
    """For so long photos stay that become no paper."""


def open_link(work: UnitOfWork, task_id: UUID, place: str, session_id: UUID) -> None:
    """Show a link for this question, to who has the task. Pressed twice it is the same one; pages
    that were photographed through an earlier one of the same officer and not sent go over to it.
    """
    task = access.visible_task(work, task_id)
    case = access.visible_case(work, task.case_id)
    if task.status != "open":
        raise task_rights.ended(work, task)
    task_rights.check_may_work(work, case, task)
    user_id = work.actor.user_id
    if user_id is None or not task_rights.has_in_hand(work, case, task):
        raise task_rights.moved(work, task)
    if (label := label_of(work, case, task, place)) is None:
        raise InvalidInput(NO_PLACE)
    key = func.hashtextextended(f"capture:{task_id}:{place}", 0)
    work.session.execute(select(func.pg_advisory_xact_lock(key)))
    before = _in_force(work, task_id, place)
    if before is not None:
        if before.session_id == session_id and is_in_time(work, before):
            return
        before.ended_at = work.clock()
        work.session.flush()
    capture = Capture(
        id=uuid4(),
        task_id=task_id,
        place=place,
        opened_by=user_id,
        session_id=session_id,
        token_hash=b"",
        opened_at=work.clock(),
        used_at=work.clock(),
    )
    capture.token_hash = hash_of(_token(work, capture.id))
    work.session.add(capture)
    work.session.flush()
    earlier = select(Capture.id).where(
        Capture.task_id == task_id, Capture.place == place, Capture.opened_by == user_id
    )
    unsent = CapturePage.capture_id.in_(earlier) & CapturePage.document_id.is_(None)
    unsent &= CapturePage.dropped_at.is_(None)
    work.session.execute(update(CapturePage).where(unsent).values(capture_id=capture.id))
    record(work, case, task, capture, "capture.opened", label)


def close(work: UnitOfWork, task_id: UUID, place: str) -> None:
    """End the link of a question, if there is one: the phone can do nothing from now on."""
    task = access.visible_task(work, task_id)
    case = access.visible_case(work, task.case_id)
    task_rights.check_may_work(work, case, task)
    capture = _in_force(work, task_id, place)
    if capture is None:
        return
    capture.ended_at = work.clock()
    work.session.flush()
    record(work, case, task, capture, "capture.closed", label_of(work, case, task, place) or "")


def of_task(work: UnitOfWork, task_id: UUID, session_id: UUID) -> dict[str, CaptureView]:
    """The links that the actor has shown at this task and not closed, by their place. The caller
    has checked that he sees it.
    """
    query = (
        select(Capture, func.count(CapturePage.id), func.count(CapturePage.document_id))
        .outerjoin(
            CapturePage, (CapturePage.capture_id == Capture.id) & CapturePage.dropped_at.is_(None)
        )
        .where(
            Capture.task_id == task_id,
            Capture.opened_by == work.actor.user_id,
            Capture.ended_at.is_(None),
        )
        .group_by(Capture.id)
    )
    return {
        capture.place: _view(work, capture, session_id, pages - sent, sent)
        for capture, pages, sent in work.session.execute(query)
    }


def arrived(work: UnitOfWork, task_id: UUID) -> list[tuple[str, UUID]]:
    """Place and paper of what phones brought to this task, by whatever link, as far as no form was
    saved with it yet.
    """
    query = (
        select(Capture.place, CapturePage.document_id)
        .join(CapturePage, CapturePage.capture_id == Capture.id)
        .where(Capture.task_id == task_id, CapturePage.joined_at.is_(None))
        .order_by(CapturePage.taken_at, CapturePage.no)
    )
    rows = work.session.execute(query).all()
    return list(dict.fromkeys((place, paper) for place, paper in rows if paper is not None))


def kept_days(work: UnitOfWork) -> int:
    """For how many days photos stay that become no paper."""
    return int(configuration.value(work, KEPT))


def is_in_time(work: UnitOfWork, capture: Capture) -> bool:
    return work.clock() < _ends_at(capture)


def label_of(work: UnitOfWork, case: Case, task: Task, place: str) -> str | None:
    form = definition_of(work, case.definition_id).form(task.element)
    return classification.of_place(work, case, form, place)


def hash_of(secret: str) -> bytes:
    return hashlib.sha256(secret.encode(errors="replace")).digest()


def record(
    work: UnitOfWork,
    case: Case,
    task: Task,
    capture: Capture,
    action: str,
    label: str,
    **details: str | int,
) -> None:
    unit_of_work.record_case(
        work, case.id, action, task.element, label=label, capture=str(capture.id), **details
    )


def sweep(work: UnitOfWork) -> None:
    """Forget links without pages; photos that nobody wanted are `stray_photos`."""
    old = Capture.opened_at < work.clock() - FORGOTTEN
    has_pages = select(CapturePage.id).where(CapturePage.capture_id == Capture.id).exists()
    work.session.execute(delete(Capture).where(old, ~has_pages))


def _in_force(work: UnitOfWork, task_id: UUID, place: str) -> Capture | None:
    query = select(Capture).where(
        Capture.task_id == task_id, Capture.place == place, Capture.ended_at.is_(None)
    )
    return work.session.scalars(query.with_for_update()).first()


def _ends_at(capture: Capture) -> datetime:
    return min(capture.used_at + IDLE, capture.opened_at + LONGEST)


def _view(
    work: UnitOfWork,
    capture: Capture,
    session_id: UUID,
    unsent: int,
    sent: int,
) -> CaptureView:
    left = _ends_at(capture) - work.clock()
    is_over = capture.session_id != session_id or left <= timedelta()
    is_waiting = capture.device_hash is None
    return CaptureView(
        id=capture.id,
        place=capture.place,
        state="over" if is_over else "waiting" if is_waiting else "connected",
        minutes_left=max(0, -(-left // timedelta(minutes=1))),
        token=_token(work, capture.id) if is_waiting and not is_over else "",
        unsent=unsent,
        sent=sent,
        kept_days=kept_days(work),
    )


def _token(work: UnitOfWork, capture_id: UUID) -> str:
    """Not stored, and told again to who shows the code again: made from the id with a key that is
    not in the database.
    """
    return base64.b32encode(work.vault.mark(_KIND, str(capture_id))[:20]).decode().lower()


OVER = (
    "Kode ini tidak berlaku lagi. Minta petugas menampilkan kode baru di layarnya, lalu pindai "
    "kode itu."
)
TAKEN = (
    "Kode ini sudah dipakai ponsel lain. Minta petugas menutupnya dan menampilkan kode baru, lalu "
    "pindai kode itu."
)


@dataclass(frozen=True)
class Held:
    """A link that holds, in the hand of a phone. `work` acts as the officer who showed it."""

    work: UnitOfWork
    capture: Capture
    case: Case
    task: Task
    process: str
    label: str


def by_token(work: UnitOfWork, token: str, idle: timedelta, *, lock: bool = False) -> Held:
    """The link that a QR code leads to, whether or not a phone has it. Raises `NotFound` when it
    does not hold.
    """
    return _held(work, Capture.token_hash == hash_of(token), idle, lock=lock)


def by_device(work: UnitOfWork, device: str, idle: timedelta, *, lock: bool = False) -> Held:
    """The link that a phone has, with `lock` until commit: for whoever changes something. Raises
    `NotFound` when the phone has none, or it does not hold any more.
    """
    return _held(work, Capture.device_hash == hash_of(device), idle, lock=lock)


def is_free(held: Held, device: str) -> bool:
    """May this phone take the link up, or has it done so already?"""
    return held.capture.device_hash in (None, hash_of(device))


def connect(held: Held, device: str) -> str:
    """Give the link to a phone and return its secret; `device` is the one that the phone has from
    before. Raises `Conflict` when another phone has the link.
    """
    if not is_free(held, device):
        raise Conflict(TAKEN)
    if held.capture.device_hash is not None:
        return device
    own = secrets.token_urlsafe(32)
    held.capture.device_hash, held.capture.connected_at = hash_of(own), held.work.clock()
    touch(held)
    record_held_capture(held, "capture.connected")
    return own


def touch(held: Held) -> None:
    """It was used just now."""
    held.capture.used_at = held.work.clock()
    held.work.session.flush()


def record_held_capture(held: Held, action: str, **details: str | int) -> None:
    """An event of the case, by the officer whose link it is."""
    record(held.work, held.case, held.task, held.capture, action, held.label, **details)


def _held(work: UnitOfWork, which: ColumnElement[bool], idle: timedelta, *, lock: bool) -> Held:
    """Everything that may end a link is asked anew: time, the desk, the officer's session and
    account, his right to the case and the task, the question itself.
    """
    query = select(Capture).where(which, Capture.ended_at.is_(None))
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    capture = work.session.scalars(query).first()
    if capture is None or capture.session_id is None or not is_in_time(work, capture):
        raise NotFound(OVER)
    user = sessions.owner(work, capture.session_id, idle)
    if user is None:
        raise NotFound(OVER)
    officer = replace(work, actor=users.actor_of(user))
    try:
        task = access.visible_task(officer, capture.task_id)
        case = access.visible_case(officer, task.case_id)
    except NotFound as error:
        raise NotFound(OVER) from error
    is_his = task.status == "open" and task_rights.has_in_hand(officer, case, task)
    label = label_of(officer, case, task, capture.place)
    if label is None or not is_his or not task_rights.may_work(officer, case, task):
        raise NotFound(OVER)
    return Held(
        officer, capture, case, task, definition_of(officer, case.definition_id).name, label
    )
