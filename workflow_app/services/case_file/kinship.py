"""Cases that beget cases: a step of one begins another, both trails say so, and both pages show it."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from sqlalchemy import and_, bindparam, or_, select

from workflow_app.errors import NotFound, ProcessFault
from workflow_app.models.audit import AuditEvent
from workflow_app.models.case import Case
from workflow_app.models.definition import Definition as DefinitionRow
from workflow_app.models.kinship import CaseKinship
from workflow_app.models.task import Task
from workflow_app.services.case_file import access, case_tasks, openings, reopened_line, task_rights, walls
from workflow_app.services.case_file.openings import Opened
from workflow_app.services.ground import audit
from workflow_app.services.ground.unit_of_work import UnitOfWork
from workflow_app.services.office import readable
from workflow_app.services.sop.processes import definition_of
from workflow_app.types import Variables

MOST_GENERATIONS = 8
"""Two processes that begin each other without a person between them would never come to an end."""

_NEXT = (
    select(Task)
    .join(CaseKinship, CaseKinship.child_id == Task.case_id)
    .where(
        CaseKinship.parent_id == bindparam("case_id"),
        Task.status == "open",
        Task.assignee_id.in_(bindparam("desks", expanding=True)),
    )
    .order_by(Task.created_at, Task.id)
)
CHILD, PARENT = "kinship.child", "kinship.parent"
"""Events: in the trail of the parent and in that of the child. They name the other by its id, which nobody reads on a page."""

REOPENED = reopened_line.REOPENED

STATES = {"running": "Masih berjalan", "stopped": "Berhenti karena gangguan"}


@dataclass(frozen=True)
class Kin:
    """A case that this one continues, or that continues it."""

    relation: Literal["parent", "child"]
    case_id: UUID
    number: str
    process_name: str
    state: str
    """In words: still running, or how it ended."""
    reason: str


@dataclass(frozen=True)
class Family:
    """The relatives of a case: those that the actor may see, and whether there are others."""

    kin: list[Kin]
    has_hidden: bool
    """Not how many and not which: what one may not see does not even have a number."""


def open_child(
    work: UnitOfWork,
    parent: Case,
    element: str,
    process_key: str,
    reason: str,
    begins_with: Variables | None = None,
) -> Opened:
    """Begin a case that continues `parent`, which the caller has locked. It belongs to the same unit, and is hidden from
    whom the parent is hidden.
    """
    if _generation(work, parent.id) >= MOST_GENERATIONS:
        raise ProcessFault(element, f"more than {MOST_GENERATIONS} cases begin each other")
    try:
        opened = openings.open_case(work, process_key, unit=parent.unit, begins_with=begins_with)
    except NotFound as error:
        fault = ProcessFault(element, f"process {process_key} is not deployed")
        fault.sentence = (
            f"Langkah ini belum disimpan karena layanan lanjutannya ({process_key}) belum terpasang. "
            "Minta admin memasangnya, lalu kirim lagi."
        )
        raise fault from error
    child = opened.case
    work.session.add(
        CaseKinship(child_id=child.id, parent_id=parent.id, reason=reason, created_at=work.clock())
    )
    work.session.flush()
    audit.record_case(work, parent.id, CHILD, element, case=str(child.id), reason=reason)
    audit.record_case(work, child.id, PARENT, case=str(parent.id))
    walls.inherit(work, parent, child)
    return opened


def parent_of(work: UnitOfWork, case_id: UUID) -> UUID | None:
    """The case that this one continues."""
    return work.session.scalar(select(CaseKinship.parent_id).where(CaseKinship.child_id == case_id))


def begun_at(work: UnitOfWork, parent: Case, elements: Collection[str]) -> list[UUID]:
    """The cases that these steps of a case began."""
    query = select(AuditEvent.details["case"].astext).where(
        AuditEvent.case_id == parent.id, AuditEvent.action == CHILD, AuditEvent.element.in_(elements)
    )
    return sorted(map(UUID, work.session.scalars(query)))


def handed_over(work: UnitOfWork, parent: Case, child_id: UUID) -> frozenset[str]:
    """Elements whose answers the step that began the child hands over to it. None to whom a wall keeps from the parent."""
    if work.actor.user_id in case_tasks.walled_off(work, parent.id):
        return frozenset()
    query = select(AuditEvent.element).where(
        AuditEvent.case_id == parent.id,
        AuditEvent.action == CHILD,
        AuditEvent.details["case"].astext == str(child_id),
    )
    element = definition_of(work, parent.definition_id).elements.get(work.session.scalar(query) or "")
    return frozenset(element.properties.get("handsOver", "").split() if element is not None else ())


def taken_up_by(work: UnitOfWork, case: Case) -> Case | None:
    """The case that took this one up after its end, the newest where that happened more than once. One that was begun by
    mistake and cancelled took up nothing.
    """
    query = (
        select(Case)
        .join(CaseKinship, CaseKinship.child_id == Case.id)
        .where(CaseKinship.parent_id == case.id, CaseKinship.reason == REOPENED, Case.status != "cancelled")
        .order_by(CaseKinship.created_at.desc(), Case.number.desc())
    )
    return work.session.scalars(query.limit(1)).first()


def next_task(work: UnitOfWork, case_id: UUID) -> UUID | None:
    """The first open task in a case that continues this one that is with the actor, or with somebody absent for whom he works."""
    desks = [work.actor.user_id, *(absent.user_id for absent in work.actor.stands_for)]
    tasks = work.session.scalars(_NEXT, {"case_id": case_id, "desks": desks})
    for task in tasks:
        if task_rights.has_in_hand(work, work.session.get_one(Case, task.case_id), task):
            return task.id
    return None


def of_case(work: UnitOfWork, case: Case) -> Family:
    """The relatives of a case that the actor may see: its parent first, then its children in the order they began."""
    query = (
        select(
            CaseKinship.child_id,
            CaseKinship.reason,
            Case.id,
            Case.number,
            Case.status,
            Case.outcome,
            Case.definition_id,
            DefinitionRow.name,
            access.sees_case(work).label("is_seen"),
        )
        .join(
            Case,
            or_(
                and_(CaseKinship.child_id == case.id, Case.id == CaseKinship.parent_id),
                and_(CaseKinship.parent_id == case.id, Case.id == CaseKinship.child_id),
            ),
        )
        .join(DefinitionRow, DefinitionRow.id == Case.definition_id)
        .order_by(CaseKinship.parent_id == case.id, CaseKinship.created_at, Case.number)
    )
    rows = work.session.execute(query).all()
    kin = [
        Kin(
            relation="parent" if row.child_id == case.id else "child",
            case_id=row.id,
            number=row.number,
            process_name=row.name,
            state=STATES.get(row.status)
            or readable.outcome(definition_of(work, row.definition_id), row.outcome),
            reason=row.reason,
        )
        for row in rows
        if row.is_seen
    ]
    return Family(kin, has_hidden=len(kin) < len(rows))


def _generation(work: UnitOfWork, case_id: UUID) -> int:
    """How many cases there are from the first one of a line to this."""
    count, parent = 1, parent_of(work, case_id)
    while parent is not None and count < MOST_GENERATIONS:
        count, parent = count + 1, parent_of(work, parent)
    return count
