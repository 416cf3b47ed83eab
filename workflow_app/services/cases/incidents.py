"""Steps that failed: nothing half-run is stored; the failure is, and a person with the right role
can retry.
"""

import logging
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, select

from workflow_app.domain import (
    SYSTEM,
    Actor,
    Busy,
    Conflict,
    NotFound,
    OpenTask,
    ProcessFault,
    SentraError,
    Unavailable,
)
from workflow_app.engine import runner
from workflow_app.models import Case, Incident, Letter, Message, PendingEffect, Task
from workflow_app.permissions import (
    INCIDENT_READERS,
    INCIDENT_RETRIERS,
    check_role,
    has_role,
    is_lead,
)
from workflow_app.services.cases import access, task_rights
from workflow_app.services.core import jobs
from workflow_app.services.core import unit_of_work as core_unit_of_work
from workflow_app.services.core.unit_of_work import UnitOfWork, Works
from workflow_app.services.office_settings.configuration import role_label
from workflow_app.services.processes.definitions import definition_of

log = logging.getLogger(__name__)

BESIDE = frozenset({"complete", "reprint", "message", "release"})
"""Operations whose failure does not stop the case: its task is open still, or its step was over."""
OUTLASTING = frozenset({"reprint", "message"})
"""Operations that are still owed when the case has ended."""


@dataclass(frozen=True)
class IncidentView:
    """One open incident."""

    id: UUID
    case_id: UUID
    case_number: str
    at: datetime
    sentence: str
    element: str
    can_retry: bool
    task_id: UUID | None = None
    is_held: bool = False
    """No failure: rework has gone round so often that a lead must let the case go on."""
    can_let_on: bool = False


@contextmanager
def unit_of_work(works: Works, actor: Actor) -> Iterator[UnitOfWork]:
    """A unit of work whose process faults are recorded, in a transaction of their own, before they
    are raised on.
    """
    try:
        with works.begin(actor) as work:
            yield work
    except ProcessFault as fault:
        if fault.case_id is not None:
            with works.begin(SYSTEM) as after:
                record(after, fault.case_id, fault.operation, fault.task_id, fault.element, fault)
        raise


@contextmanager
def blaming(operation: str, case_id: UUID, task_id: UUID | None) -> Iterator[None]:
    """Whatever goes wrong inside for good becomes a fault of this case that can be retried.

    Passed on as they are: what another try may mend, and for `complete` what the person can mend (a
    conflict).
    """
    try:
        yield
    except (Unavailable, Busy):
        raise
    except ProcessFault as fault:
        raise fault.during(operation, case_id, task_id) from fault
    except SentraError as error:
        if operation == "complete" and isinstance(error, Conflict):
            raise
        blamed = ProcessFault("", error.detail or type(error).__name__)
        blamed.sentence = error.sentence
        raise blamed.during(operation, case_id, task_id) from error


def record(
    work: UnitOfWork,
    case_id: UUID,
    operation: str,
    task_id: UUID | None,
    element: str,
    error: Exception,
) -> None:
    """Remember a failed step; the same failure is remembered once until it is resolved.

    The step was rolled back before the case was locked here: what somebody else has done meanwhile
    did not fail.
    """
    case = access.lock_case(work, case_id)
    if not _still_waits(work, case, operation, task_id):
        return
    known = select(Incident.id).where(
        Incident.case_id == case_id, Incident.task_id == task_id, Incident.resolved_at.is_(None)
    )
    if work.session.scalars(known).first() is not None:
        return
    sentence = error.sentence if isinstance(error, SentraError) else SentraError.sentence
    detail = error.detail if isinstance(error, SentraError) else type(error).__name__
    log.error("incident: case %s, %s at %s: %s", case_id, operation, element, detail)
    work.session.add(
        Incident(
            id=uuid4(),
            case_id=case_id,
            operation=operation,
            task_id=task_id,
            element=element,
            sentence=sentence,
            detail=detail[:1000],
            happened_at=work.clock(),
        )
    )
    if operation not in BESIDE:
        case.status = "stopped"
    core_unit_of_work.record_case(work, case_id, "incident.opened", element, operation=operation)


def hold(work: UnitOfWork, case: Case, opened: OpenTask) -> None:
    """A task was entered once more than a stretch of rework allows: those who lead are told.
    Decision 0028.
    """
    who = [case.confined_to] if case.confined_to else ["ka_spkt", "pamapta"]
    sentence = (
        f"Langkah “{opened.name}” sudah {opened.properties['maxVisits']} kali dilalui berkas "
        "ini, jadi belum dapat diulang "
        f"lagi. {' atau '.join(role_label(work, role) for role in who)} perlu membaca "
        "sebabnya, lalu mengizinkan berkas "
        "berjalan lagi dengan alasan tertulis."
    )
    work.session.add(
        Incident(
            id=uuid4(),
            case_id=case.id,
            operation="complete",
            task_id=opened.id,
            element=opened.element,
            sentence=sentence,
            detail="rework",
            happened_at=work.clock(),
        )
    )
    core_unit_of_work.of_case(work, case.id)["has_incidents"] = True
    core_unit_of_work.record_case(work, case.id, "rework.held", opened.element, name=opened.name)


def _still_waits(work: UnitOfWork, case: Case, operation: str, task_id: UUID | None) -> bool:
    if operation == "reprint":
        letter = work.session.get(Letter, task_id, populate_existing=True)
        return letter is not None and letter.document_id is None
    if operation == "message":
        message = work.session.get(Message, task_id, populate_existing=True)
        return message is not None and message.status == "failed"
    if case.closed_at is not None:
        return False
    if operation == "release":
        held = select(Task.id).where(
            Task.case_id == case.id, Task.status == "open", Task.assignee_id == task_id
        )
        return work.session.scalars(held).first() is not None
    if operation == "effect":
        return work.session.get(PendingEffect, task_id, populate_existing=True) is not None
    if operation == "complete" and task_id is not None:
        task = work.session.get(Task, task_id, populate_existing=True)
        return task is not None and task.status == "open"
    return True


def resolve(work: UnitOfWork, case: Case, task_id: UUID | None) -> None:
    """The step went through after all: close its incident and let the case run again. The case is
    locked by the caller.
    """
    if not core_unit_of_work.of_case(work, case.id).get("has_incidents", True):
        return
    query = select(Incident).where(Incident.case_id == case.id, Incident.resolved_at.is_(None))
    still_open = work.session.scalars(query).all()
    for incident in still_open:
        if incident.task_id == task_id:
            incident.resolved_at = work.clock()
            incident.resolved_by = work.actor.user_id
            core_unit_of_work.record_case(work, case.id, "incident.resolved", incident.element)
    if case.status == "stopped" and all(
        incident.resolved_at is not None or incident.operation in BESIDE for incident in still_open
    ):
        case.status = "running"


def close_of_tasks(work: UnitOfWork, case: Case, task_ids: Collection[UUID]) -> None:
    """These tasks wait for nothing of the kind any more: they were let go on, or are cancelled."""
    _close(work, case, Incident.task_id.in_(task_ids))


def close_all(work: UnitOfWork, case: Case) -> None:
    """The case has ended, so no step of it waits for a retry any more; a letter or a message that
    is still owed does.
    """
    _close(work, case, Incident.operation.not_in(OUTLASTING))


def _close(work: UnitOfWork, case: Case, which: ColumnElement[bool]) -> None:
    if not core_unit_of_work.of_case(work, case.id).get("has_incidents", True):
        return
    still_open = (Incident.case_id == case.id) & Incident.resolved_at.is_(None)
    for incident in work.session.scalars(select(Incident).where(still_open, which)):
        incident.resolved_at = work.clock()
        incident.resolved_by = work.actor.user_id


def of_case(work: UnitOfWork, case_id: UUID) -> list[IncidentView]:
    """Open incidents of one case. The caller has checked that the actor may see the case."""
    return _views(work, case_id)


def list_open(work: UnitOfWork) -> list[IncidentView]:
    """All open incidents that the actor may see, oldest first."""
    check_role(work.actor, INCIDENT_READERS)
    return _views(work, None)


def retry(work: UnitOfWork, incident_id: UUID) -> None:
    """Run the failed step again, as a job. A failed completion is retried by sending the form
    again.
    """
    check_role(work.actor, INCIDENT_RETRIERS)
    incident = work.session.get(Incident, incident_id)
    if incident is None:
        raise NotFound()
    access.check_minds(work, access.lock_case(work, incident.case_id))
    work.session.refresh(incident)
    if incident.resolved_at is not None:
        raise task_rights.mended(work, incident)
    if incident.operation == "complete":
        raise Conflict(
            "Buka tugasnya dan kirim ulang isiannya; isian terakhir tersimpan sebagai konsep."
        )
    job = jobs.retrying(incident.operation)
    (argument,) = job.arguments
    about = str(incident.case_id if argument == "case_id" else incident.task_id)
    if jobs.is_waiting(work, job.name, argument, about):
        raise task_rights.retried(work, incident)
    core_unit_of_work.record_case(work, incident.case_id, "incident.retried", incident.element)
    queue = None
    if incident.operation == "message":
        queue = jobs.MESSAGE_QUEUES[work.session.get_one(Message, incident.task_id).channel]
    jobs.defer(work, job.name, at=None, queue=queue, **{argument: about})


def _views(work: UnitOfWork, case_id: UUID | None) -> list[IncidentView]:
    query = (
        select(Incident, Case)
        .join(Case, Case.id == Incident.case_id)
        .where(Incident.resolved_at.is_(None))
        .order_by(Incident.happened_at, Case.number)
    )
    query = query.where(Case.id == case_id if case_id else access.minds_case(work))
    return [_view(work, incident, case) for incident, case in work.session.execute(query)]


def is_held(work: UnitOfWork, incident: Incident, case: Case) -> bool:
    """Is it the limit of rework that stopped this step, so that it waits for a lead and not for
    another try?

    Of a step that the limit stopped the detail is the element that could not be entered, see
    `LoopLimitReached`.
    """
    stopped_at = incident.element if incident.operation in BESIDE else incident.detail
    return stopped_at in runner.held_in(definition_of(work, case.definition_id), case.state)


def _view(work: UnitOfWork, incident: Incident, case: Case) -> IncidentView:
    held = is_held(work, incident, case)
    return IncidentView(
        incident.id,
        incident.case_id,
        case.number,
        incident.happened_at,
        incident.sentence,
        incident.element,
        can_retry=has_role(work.actor, INCIDENT_RETRIERS)
        and incident.operation != "complete"
        and not held,
        task_id=incident.task_id,
        is_held=held,
        can_let_on=held and is_lead(work.actor, case.confined_to),
    )
