"""Cases that have gone round very often: somebody who leads reads why and lets them go on, with a reason (decision 0028)."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import select

from workflow_app.engine import rework, runner
from workflow_app.errors import NotFound, TaskNotReady
from workflow_app.models.audit import AuditEvent
from workflow_app.models.case import Case
from workflow_app.models.incident import Incident
from workflow_app.permissions import check_lead
from workflow_app.services.case_file import access, case_tasks, incidents, precedence, remarks
from workflow_app.services.ground import audit
from workflow_app.services.ground.unit_of_work import UnitOfWork
from workflow_app.services.running import steps
from workflow_app.services.sop.processes import definition_of

ALLOWED = "rework.allowed"


@dataclass(frozen=True)
class Allowance:
    """A stretch of rework that somebody has let begin."""

    at: datetime
    who: str
    reason: str


@dataclass(frozen=True)
class HeldCase:
    """What whoever leads reads before he lets a case go on."""

    incident_id: UUID
    case_id: UUID
    case_number: str
    sentence: str
    rounds: list[tuple[str, int]]
    """Steps that were done more than once, with how often; the most frequent first."""
    allowed: list[Allowance]
    """Earlier stretches, newest first."""


def look(work: UnitOfWork, incident_id: UUID) -> HeldCase:
    """Why a case is held. Raises `NotFound`, `Forbidden`, and `Conflict` when it goes on already."""
    incident, case = _held(work, incident_id)
    if incident.resolved_at is not None:
        raise precedence.mended(work, incident)
    _check_held(work, incident, case)
    query = select(AuditEvent).where(
        AuditEvent.case_id == case.id, AuditEvent.action.in_(("task.completed", ALLOWED))
    )
    events = work.session.scalars(query.order_by(AuditEvent.position.desc())).all()
    done = Counter(str(event.details["name"]) for event in events if event.action != ALLOWED)
    written = remarks.words_of(work, case)
    return HeldCase(
        incident.id,
        case.id,
        case.number,
        incident.sentence,
        [(name, times) for name, times in done.most_common() if times > 1],
        [
            Allowance(event.at, event.actor_name, written.get(str(event.details["remark"]), ""))
            for event in events
            if event.action == ALLOWED
        ],
    )


def let_on(work: UnitOfWork, incident_id: UUID, reason: str) -> UUID:
    """Begin another stretch of rework for the case of this incident; returns the case. A second press changes nothing.

    A step of the system that stopped there is tried again. Raises `NotFound`, `Forbidden`, `InvalidInput`, `Conflict`.
    """
    incident, case = _held(work, incident_id, lock=True)
    remarks.check(reason, "Tulis mengapa berkas ini boleh berjalan lagi, paling sedikit sepuluh huruf.")
    if incident.resolved_at is not None:
        if incident.resolved_by == work.actor.user_id:
            return case.id
        raise precedence.mended(work, incident)
    _check_held(work, incident, case)
    definition = definition_of(work, case.definition_id)
    held = rework.held_in(definition, case.state)
    run = runner.open_case(definition, case.state, work.clock())
    run.let_on()
    remark = f"putaran:{uuid4()}"
    remarks.keep(work, case, remark, reason)
    audit.record_case(work, case.id, ALLOWED, incident.element, remark=remark)
    waiting = {task.id for task in case_tasks.open_of_case(work, case.id) if task.element in held}
    incidents.close_of_tasks(work, case, waiting)
    steps.settle(work, case, run)
    if incident.task_id not in waiting:
        incidents.retry(work, incident.id)
    return case.id


def _check_held(work: UnitOfWork, incident: Incident, case: Case) -> None:
    """A step that failed for another reason beside a held one waits for no permission: it is tried again."""
    if not incidents.is_held(work, incident, case):
        raise TaskNotReady(
            "Kesalahan ini tidak menunggu izin. Buka berkasnya dan coba lagi langkah yang gagal."
        )


def _held(work: UnitOfWork, incident_id: UUID, *, lock: bool = False) -> tuple[Incident, Case]:
    found = work.session.get(Incident, incident_id)
    if found is None:
        raise NotFound()
    case = access.visible_case(work, found.case_id, lock=lock)
    check_lead(work.actor, case.confined_to)
    work.session.refresh(found)
    return found, case
