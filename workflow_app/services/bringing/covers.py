"""Cover sheets as they are printed: number, step and place in words, and the signed code (R39). No name stands on them."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from workflow_app.engine.definitions import LetterSource
from workflow_app.errors import NotFound, TaskNotReady
from workflow_app.models.case import Case
from workflow_app.models.kinship import CaseKinship
from workflow_app.models.task import Task
from workflow_app.permissions import check_work_on
from workflow_app.services.bringing import cover_sheets
from workflow_app.services.bringing.cover_sheets import Cover
from workflow_app.services.case_file import access, precedence
from workflow_app.services.correspondence import typesetting
from workflow_app.services.correspondence.typesetting import Metadata, qr_picture
from workflow_app.services.ground.unit_of_work import UnitOfWork

NO_PAPERS = "Langkah ini tidak meminta dokumen, jadi tidak memerlukan lembar sampul."
NOTHING_OPEN = "Tidak ada berkas di sini yang menunggu dokumen, jadi tidak ada lembar sampul."
_PAGES = LetterSource(
    """<!DOCTYPE html>
<html lang="id"><head><meta charset="utf-8"><title>Lembar sampul</title>
<style>
  @page { size: A4; margin: 20mm; }
  body { margin: 0; font: 13pt/1.4 "Liberation Sans", "DejaVu Sans", sans-serif; text-align: center; }
  article { break-after: page; }
  article:last-child { break-after: auto; }
  h1 { font-size: 24pt; margin: 4mm 0; }
  img { width: 95mm; height: 95mm; margin: 12mm 0; }
  .jenis { letter-spacing: 1pt; }
</style></head><body>
{% for sheet in lembar %}<article>
  <p class="jenis">LEMBAR SAMPUL PINDAI</p>
  <h1>{{ sheet.label }}</h1>
  <p>Berkas <strong>{{ sheet.case_number }}</strong>, langkah {{ sheet.step }}</p>
  <img src="{{ sheet.picture }}" alt="Kode lembar sampul">
  <p>Taruh lembar ini di depan dokumennya.</p>
</article>{% endfor %}
</body></html>""",
    {},
)


@dataclass(frozen=True)
class CoverSheet:
    """One sheet."""

    case_number: str
    step: str
    label: str
    picture: str
    """The code, as a data address."""


def of_task(work: UnitOfWork, task_id: UUID) -> list[CoverSheet]:
    """The sheets of an open task, for who may work on it. Raises `NotFound` where the task asks for no papers."""
    task = access.visible_task(work, task_id)
    check_work_on(work.actor, unit=task.unit, role=task.role)
    if task.status != "open":
        raise TaskNotReady(precedence.ended(work, task).sentence)
    sheets = _sheets(work, access.visible_case(work, task.case_id), task)
    if not sheets:
        raise NotFound(NO_PAPERS)
    return sheets


def of_children(work: UnitOfWork, case_id: UUID) -> list[CoverSheet]:
    """The sheets of all open tasks of the cases that a case has begun, for who may work on them, in the order of the cases.
    Raises `NotFound` where none asks for papers.
    """
    parent = access.visible_case(work, case_id)
    children = select(Case).join(CaseKinship, CaseKinship.child_id == Case.id)
    children = children.where(CaseKinship.parent_id == parent.id, access.sees_case(work))
    known = {case.id: case for case in work.session.scalars(children)}
    waiting = select(Task).where(Task.case_id.in_(known), Task.status == "open")
    waiting = waiting.where(Task.role.in_(work.actor.roles), Task.unit == work.actor.unit)
    found = sorted(
        work.session.scalars(waiting), key=lambda task: (known[task.case_id].number, task.created_at)
    )
    sheets = [sheet for task in found for sheet in _sheets(work, known[task.case_id], task)]
    if not sheets:
        raise NotFound(NOTHING_OPEN)
    return sheets


def printed(work: UnitOfWork, sheets: Sequence[CoverSheet]) -> bytes:
    """The sheets as one PDF, a page each."""
    html = typesetting.fill(_PAGES, {"lembar": sheets})
    mark = hashlib.sha256(html.encode()).hexdigest()[:32].encode()
    return typesetting.typeset(html, Metadata("Lembar sampul", "", work.clock(), mark))[0]


def _sheets(work: UnitOfWork, case: Case, task: Task) -> list[CoverSheet]:
    return [
        CoverSheet(
            case.number,
            task.name,
            slot.label,
            qr_picture(cover_sheets.code(work, Cover(task.id, slot.name))),
        )
        for slot in cover_sheets.slots(work, case, task)
    ]
