"""A link in the hand of a phone: who holds it acts with the rights that the officer who showed it has at that moment, and can do
nothing but hand in pages there (R39, decision 0038).
"""

import secrets
from dataclasses import dataclass, replace
from datetime import timedelta

from sqlalchemy import ColumnElement, select

from workflow_app.errors import Conflict, NotFound
from workflow_app.models.capture import Capture
from workflow_app.models.case import Case
from workflow_app.models.task import Task
from workflow_app.services.accounts import sessions, users
from workflow_app.services.bringing import captures
from workflow_app.services.case_file import access, task_rights
from workflow_app.services.ground.unit_of_work import UnitOfWork
from workflow_app.services.sop.processes import definition_of

OVER = "Kode ini tidak berlaku lagi. Minta petugas menampilkan kode baru di layarnya, lalu pindai kode itu."
TAKEN = "Kode ini sudah dipakai ponsel lain. Minta petugas menutupnya dan menampilkan kode baru, lalu pindai kode itu."


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
    """The link that a QR code leads to, whether or not a phone has it. Raises `NotFound` when it does not hold."""
    return _held(work, Capture.token_hash == captures.hash_of(token), idle, lock=lock)


def by_device(work: UnitOfWork, device: str, idle: timedelta, *, lock: bool = False) -> Held:
    """The link that a phone has, with `lock` until commit: for whoever changes something. Raises `NotFound` when the phone has
    none, or it does not hold any more.
    """
    return _held(work, Capture.device_hash == captures.hash_of(device), idle, lock=lock)


def is_free(held: Held, device: str) -> bool:
    """May this phone take the link up, or has it done so already?"""
    return held.capture.device_hash in (None, captures.hash_of(device))


def connect(held: Held, device: str) -> str:
    """Give the link to a phone and return its secret; `device` is the one that the phone has from before. Raises `Conflict`
    when another phone has the link.
    """
    if not is_free(held, device):
        raise Conflict(TAKEN)
    if held.capture.device_hash is not None:
        return device
    own = secrets.token_urlsafe(32)
    held.capture.device_hash, held.capture.connected_at = captures.hash_of(own), held.work.clock()
    touch(held)
    record(held, "capture.connected")
    return own


def touch(held: Held) -> None:
    """It was used just now."""
    held.capture.used_at = held.work.clock()
    held.work.session.flush()


def record(held: Held, action: str, **details: str | int) -> None:
    """An event of the case, by the officer whose link it is."""
    captures.record(held.work, held.case, held.task, held.capture, action, held.label, **details)


def _held(work: UnitOfWork, which: ColumnElement[bool], idle: timedelta, *, lock: bool) -> Held:
    """Everything that may end a link is asked anew: time, the desk, the officer's session and account, his right to the case
    and the task, the question itself.
    """
    query = select(Capture).where(which, Capture.ended_at.is_(None))
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    capture = work.session.scalars(query).first()
    if capture is None or capture.session_id is None or not captures.is_in_time(work, capture):
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
    label = captures.label_of(officer, case, task, capture.place)
    if label is None or not is_his or not task_rights.may_work(officer, case, task):
        raise NotFound(OVER)
    return Held(officer, capture, case, task, definition_of(officer, case.definition_id).name, label)
