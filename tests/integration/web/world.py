"""A world in which everybody has something to reach: a case that is done, one at the desk, one that
waits for approval.
"""

import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from PIL import Image
from sqlalchemy import select

from workflow_app.domain import SYSTEM, Actor
from workflow_app.models import Case, Incident, Letter, Message, Task
from workflow_app.services.cases import access
from workflow_app.services.core.unit_of_work import UnitOfWork, Works
from workflow_app.services.documents import documents, reading
from workflow_app.services.messages import messages
from workflow_app.services.messages.messages import Wish
from workflow_app.services.workflow import drafts

SPARE = "Contoh Zulkarnaini"
"""Stands in a draft."""
CITIZEN = ("Contoh Warga Satu", "6306050102900001")
PERSONAL = (*CITIZEN, SPARE)


@dataclass(frozen=True)
class World:
    """What there is to reach: a case that is done, one at the desk, one that waits for approval."""

    done: UUID
    desk: UUID
    approval: UUID
    desk_task: UUID
    approval_task: UUID
    letter: UUID
    scan: UUID
    printed: UUID
    incident: UUID
    slip: UUID
    mail: UUID
    session: UUID
    colleague: UUID
    secrets: tuple[str, ...]
    """Words that nobody without access may read."""


def build(
    works: Works, play: Callable[..., UUID], budi: Actor, sari: Actor, session: UUID
) -> World:
    """A world by the same steps that people take. `session` is a session of Budi's that no visitor
    uses.
    """
    done, desk, approval = play("sktlk_ktp"), play("sktlk_ktp", 5), play("sktlk_ktp", 6)
    with works.begin(SYSTEM) as work:
        desk_task = _open_task(work.session, desk)
        approval_task = _open_task(work.session, approval)
        letter = work.session.scalars(select(Letter).where(Letter.case_id == done)).one()
        incident = Incident(
            id=uuid4(),
            case_id=approval,
            operation="wake",
            task_id=None,
            element="persetujuan",
            sentence="Gangguan contoh yang tercatat.",
            detail="",
            happened_at=work.clock(),
        )
        work.session.add(incident)
        slip, mail = _messages(work, desk)
        numbers = work.session.scalars(
            select(Case.number).where(Case.id.in_([done, desk, approval]))
        ).all()
        secrets = (*PERSONAL, *numbers, letter.number, letter.verify_code, incident.sentence)
        found = (letter.id, incident.id, letter.document_id)
    with works.begin(budi) as work:
        paper = documents.upload(work, desk, element="", label="Dokumen lain", data=picture(180))
        drafts.save(work, desk_task, {"catatan": SPARE, "catatan_petugas": SPARE})
    reading.read_document(works, paper.id, page_seconds=60)
    return World(
        done=done,
        desk=desk,
        approval=approval,
        desk_task=desk_task,
        approval_task=approval_task,
        letter=found[0],
        scan=paper.id,
        printed=found[2],
        incident=found[1],
        slip=slip,
        mail=mail,
        session=session,
        colleague=_id(sari),
        secrets=secrets,
    )


def _messages(work: UnitOfWork, case_id: UUID) -> tuple[UUID, UUID]:
    """A slip that waits for the citizen, and a mail that did not get through."""
    case = access.lock_case(work, case_id)
    for _ in range(2):
        messages.write(work, case, Wish("identitas", "nomor_berkas"))
    slip, mail = work.session.scalars(select(Message).where(Message.case_id == case_id)).all()
    mail.channel, mail.status, mail.last_error = (
        "surel",
        "failed",
        "Server surel menolak pesan (kode 550).",
    )
    return slip.id, mail.id


def picture(shade: int) -> bytes:
    """A small grey scan."""
    content = io.BytesIO()
    Image.new("L", (320, 240), shade).save(content, "PNG")
    return content.getvalue()


def _open_task(session: Any, case_id: UUID) -> UUID:
    found: UUID = session.scalars(
        select(Task.id).where(Task.case_id == case_id, Task.status == "open")
    ).one()
    return found


def _id(actor: Actor) -> UUID:
    assert actor.user_id is not None
    return actor.user_id
