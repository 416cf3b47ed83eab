"""Cover sheets: a signed code says to which case and step the papers behind it belong. Nothing personal is in it (R23, R39)."""

import base64
import hmac
import re
from dataclasses import dataclass
from uuid import UUID

from workflow_app.models.case import Case
from workflow_app.models.task import Task
from workflow_app.services.forms import requirements
from workflow_app.services.ground.unit_of_work import UnitOfWork
from workflow_app.services.sop.processes import definition_of

MARK = "SENTRA1"
_FORM = re.compile(rf"{MARK}/([0-9a-f]{{32}})/([a-z0-9_]{{1,60}})/([A-Z2-7]{{24}})")
_KIND = "lembar sampul"


@dataclass(frozen=True)
class Slot:
    """A place of a step where papers belong: a question for papers, or a line of its checklist."""

    name: str
    label: str


@dataclass(frozen=True)
class Cover:
    """What a genuine cover sheet says."""

    task_id: UUID
    slot: str


def slots(work: UnitOfWork, case: Case, task: Task) -> list[Slot]:
    """Where papers of this task belong, in the order of its form."""
    form = definition_of(work, case.definition_id).form(task.element)
    found = [Slot(field.name, field.title) for field in form.fields.values() if field.widget == "documents"]
    if any(field.widget == "requirements" for field in form.fields.values()):
        found += [Slot(line.id, line.evidence) for line in requirements.lines_of(work, case)]
    return found


def code(work: UnitOfWork, cover: Cover) -> str:
    """The text of the QR code."""
    told = f"{cover.task_id.hex}/{cover.slot}"
    return f"{MARK}/{told}/{_signature(work, told)}"


def is_cover(text: str) -> bool:
    """Does the code claim to be a cover sheet, genuine or not? Either way something new begins there."""
    return text.startswith(f"{MARK}/")


def read(work: UnitOfWork, text: str) -> Cover | None:
    """What the code says; None when this site did not sign it."""
    parts = _FORM.fullmatch(text)
    if parts is None:
        return None
    task, slot, signature = parts.groups()
    if not hmac.compare_digest(signature, _signature(work, f"{task}/{slot}")):
        return None
    return Cover(UUID(task), slot)


def _signature(work: UnitOfWork, told: str) -> str:
    return base64.b32encode(work.vault.mark(_KIND, told)[:15]).decode()
