"""Cover sheets as they are printed: number, step and place in words, and the signed code (R39). No name stands on them."""

from dataclasses import dataclass
from uuid import UUID

from workflow_app.errors import NotFound, TaskNotReady
from workflow_app.permissions import check_work_on
from workflow_app.services.case_file import access, precedence
from workflow_app.services.correspondence.typesetting import qr_picture
from workflow_app.services.ground.unit_of_work import UnitOfWork
from workflow_app.services.papers import cover_sheets
from workflow_app.services.papers.cover_sheets import Cover


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
    case = access.visible_case(work, task.case_id)
    sheets = [
        CoverSheet(
            case.number,
            task.name,
            slot.label,
            qr_picture(cover_sheets.code(work, Cover(task.id, slot.name))),
        )
        for slot in cover_sheets.slots(work, case, task)
    ]
    if not sheets:
        raise NotFound("Langkah ini tidak meminta dokumen, jadi tidak memerlukan lembar sampul.")
    return sheets
