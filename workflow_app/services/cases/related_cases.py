"""A case begins: its number, its row and its first step. What that step asks for is settled by
`steps`.

Cases that beget cases: a step of one begins another, both trails say so, and both pages show it.
Cases of our own register that may tell of the same event (R47): compared by what is not personal
and by marks of the citizen's number and NIK, shown without people.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal
from uuid import UUID, uuid4

from sqlalchemy import and_, bindparam, func, or_, select

from workflow_app.domain import NotFound, ProcessFault, Variables
from workflow_app.engine import runner
from workflow_app.engine.forms import Field
from workflow_app.engine.runner import Run
from workflow_app.models import AuditEvent, Case, CaseKinship, Letter, Submission, Task
from workflow_app.models import Definition as DefinitionRow
from workflow_app.services.cases import access, answers, task_rights, walls
from workflow_app.services.core import formatting, unit_of_work
from workflow_app.services.core.unit_of_work import UnitOfWork
from workflow_app.services.office_settings import numbers
from workflow_app.services.processes.definitions import current, definition_of


@dataclass(frozen=True)
class Opened:
    """A case that has begun and whose first step is not settled yet."""

    case: Case
    run: Run


def open_case(
    work: UnitOfWork,
    process_key: str,
    *,
    unit: str,
    token: str | None = None,
    begins_with: Variables | None = None,
) -> Opened:
    """Begin a case under the current version of a process. The caller has checked who may; raises
    `NotFound`.
    """
    row = current(work, process_key)
    definition = definition_of(work, row.id)
    now = work.clock()
    run = runner.begin(definition, begins_with or {}, now)
    case = Case(
        id=uuid4(),
        number=numbers.allocate(work, "BERKAS", now).text,
        start_token=token,
        process_key=process_key,
        definition_id=row.id,
        unit=unit,
        status="running",
        state=b"",  # until the step is settled
        standing={},
        opened_at=now,
        opened_by=work.actor.user_id,
        data_key=work.vault.new_key(),
    )
    work.session.add(case)
    work.session.flush()
    unit_of_work.record_case(
        work, case.id, "case.opened", number=case.number, process=process_key, version=row.version
    )
    return Opened(case, run)


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
"""Events: in the trail of the parent and in that of the child. They name the other by its id, which
nobody reads on a page.
"""

REOPENED = walls.REOPENED

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
    """Begin a case that continues `parent`, which the caller has locked. It belongs to the same
    unit, and is hidden from whom the parent is hidden.
    """
    if _generation(work, parent.id) >= MOST_GENERATIONS:
        raise ProcessFault(element, f"more than {MOST_GENERATIONS} cases begin each other")
    try:
        opened = open_case(work, process_key, unit=parent.unit, begins_with=begins_with)
    except NotFound as error:
        fault = ProcessFault(element, f"process {process_key} is not deployed")
        fault.sentence = (
            f"Langkah ini belum disimpan karena layanan lanjutannya ({process_key}) belum "
            "terpasang. "
            "Minta admin memasangnya, lalu kirim lagi."
        )
        raise fault from error
    child = opened.case
    work.session.add(
        CaseKinship(child_id=child.id, parent_id=parent.id, reason=reason, created_at=work.clock())
    )
    work.session.flush()
    unit_of_work.record_case(work, parent.id, CHILD, element, case=str(child.id), reason=reason)
    unit_of_work.record_case(work, child.id, PARENT, case=str(parent.id))
    walls.inherit(work, parent, child)
    return opened


def parent_of(work: UnitOfWork, case_id: UUID) -> UUID | None:
    """The case that this one continues."""
    return work.session.scalar(select(CaseKinship.parent_id).where(CaseKinship.child_id == case_id))


def begun_at(work: UnitOfWork, parent: Case, elements: Collection[str]) -> list[UUID]:
    """The cases that these steps of a case began."""
    query = select(AuditEvent.details["case"].astext).where(
        AuditEvent.case_id == parent.id,
        AuditEvent.action == CHILD,
        AuditEvent.element.in_(elements),
    )
    return sorted(map(UUID, work.session.scalars(query)))


def handed_over(work: UnitOfWork, parent: Case, child_id: UUID) -> frozenset[str]:
    """Elements whose answers the step that began the child hands over to it. None to whom a wall
    keeps from the parent.
    """
    if work.actor.user_id in access.users_walled_off(work, parent.id):
        return frozenset()
    query = select(AuditEvent.element).where(
        AuditEvent.case_id == parent.id,
        AuditEvent.action == CHILD,
        AuditEvent.details["case"].astext == str(child_id),
    )
    element = definition_of(work, parent.definition_id).elements.get(
        work.session.scalar(query) or ""
    )
    return frozenset(element.properties.get("handsOver", "").split() if element is not None else ())


def taken_up_by(work: UnitOfWork, case: Case) -> Case | None:
    """The case that took this one up after its end, the newest where that happened more than once.
    One that was begun by mistake and cancelled took up nothing.
    """
    query = (
        select(Case)
        .join(CaseKinship, CaseKinship.child_id == Case.id)
        .where(
            CaseKinship.parent_id == case.id,
            CaseKinship.reason == REOPENED,
            Case.status != "cancelled",
        )
        .order_by(CaseKinship.created_at.desc(), Case.number.desc())
    )
    return work.session.scalars(query.limit(1)).first()


def next_task(work: UnitOfWork, case_id: UUID) -> UUID | None:
    """The first open task in a case that continues this one that is with the actor, or with
    somebody absent for whom he works.
    """
    desks = [work.actor.user_id, *(absent.user_id for absent in work.actor.stands_for)]
    tasks = work.session.scalars(_NEXT, {"case_id": case_id, "desks": desks})
    for task in tasks:
        if task_rights.has_in_hand(work, work.session.get_one(Case, task.case_id), task):
            return task.id
    return None


def of_case(work: UnitOfWork, case: Case) -> Family:
    """The relatives of a case that the actor may see: its parent first, then its children in the
    order they began.
    """
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
            or formatting.outcome(definition_of(work, row.definition_id), row.outcome),
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


DAYS = 7
"""How far apart two tellings of one event may date it."""
LOOK_BACK = timedelta(days=366)
MOST = 10
SAME_PERSON = 10
"""Counts for more than everything else in which two cases agree."""


@dataclass(frozen=True)
class SimilarCase:
    """A case that resembles the one at hand; nothing personal."""

    id: UUID
    number: str
    letters: list[str]
    """Numbers of its valid letters."""
    words: list[str]
    """What was compared, as it is answered there."""
    opened_at: datetime
    state: str
    is_of_same_person: bool
    """The phone number or the NIK is the same; neither is told."""


def find(work: UnitOfWork, case_id: UUID, field: Field) -> list[SimilarCase]:
    """Cases of the same process whose first `same` answer is equal and which also agree in another
    of them or lie near in time, and those of the same person.

    Only cases that the actor may see anyway; the best and newest first.
    """
    case = access.visible_case(work, case_id)
    element, near = field.parameters["source"], field.parameters["near"]
    kind, *others = field.parameters["same"].split()
    mine = answers.newest(work, case.id, [element]).get(element)
    if mine is None:
        return []
    newest = (
        select(Submission.case_id, func.max(Submission.position).label("position"))
        .join(Case, Case.id == Submission.case_id)
        .where(
            Submission.element == element,
            Case.process_key == case.process_key,
            Case.id != case.id,
            Case.opened_at >= work.clock() - LOOK_BACK,
        )
        .group_by(Submission.case_id)
        .subquery()
    )
    is_same_kind = Submission.answers[kind].astext == mine.answers.get(kind)
    is_same_person = Case.id.in_(answers.sharing(case))
    query = (
        select(Case, Submission.answers, is_same_kind, is_same_person)
        .join(newest, newest.c.case_id == Case.id)
        .join(Submission, Submission.position == newest.c.position)
        .where(is_same_kind | is_same_person, access.sees_case(work))
        .order_by(Case.opened_at.desc(), Case.number.desc())
    )
    ranked = []
    for found, there, of_kind, of_person in work.session.execute(query):
        agreed = _likeness(mine.answers, there, others, near) if of_kind else 0
        ranked.append((agreed + (SAME_PERSON if of_person else 0), of_person, found, there))
    best = sorted((row for row in ranked if row[0]), key=lambda row: -row[0])[:MOST]
    return [
        _view(work, found, there, element, [kind, *others, near], of_person)
        for _, of_person, found, there in best
    ]


def _likeness(
    mine: Mapping[str, Any], there: Mapping[str, Any], others: list[str], near: str
) -> int:
    """In how many further respects two cases agree."""
    agreed = sum(bool(mine.get(name) and mine.get(name) == there.get(name)) for name in others)
    return agreed + (_days_apart(mine.get(near), there.get(near)) <= DAYS)


def _days_apart(one: Any, other: Any) -> int:
    if not (isinstance(one, str) and isinstance(other, str)):
        return DAYS + 1
    return abs((date.fromisoformat(one) - date.fromisoformat(other)).days)


def _view(
    work: UnitOfWork,
    case: Case,
    given: Mapping[str, Any],
    element: str,
    names: list[str],
    is_of_same_person: bool,
) -> SimilarCase:
    definition = definition_of(work, case.definition_id)
    fields = definition.form(element).fields
    words = [
        formatting.answer(definition, fields[name], given.get(name))
        for name in names
        if name in fields
    ]
    numbers = select(Letter.number).where(Letter.case_id == case.id, Letter.status == "valid")
    return SimilarCase(
        case.id,
        case.number,
        list(work.session.scalars(numbers.order_by(Letter.issued_at, Letter.number))),
        [text for text in words if text],
        case.opened_at,
        formatting.outcome(definition, case.outcome) if case.closed_at else "masih berjalan",
        is_of_same_person,
    )
