"""Answers of completed tasks: storing them apart by secrecy, and reading them back."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from uuid import UUID, uuid4

from sqlalchemy import bindparam, func, select
from sqlalchemy.exc import IntegrityError

from workflow_app.engine.definitions import Definition
from workflow_app.engine.forms import PERSONAL_GROUPS, WORKING_NOTES, Form, separate
from workflow_app.engine.functions import Value
from workflow_app.errors import Conflict
from workflow_app.models.case import Case
from workflow_app.models.submission import SealedAnswers, Submission
from workflow_app.models.task import Task
from workflow_app.services.case_file import handoffs, marks
from workflow_app.services.ground import memory, rows
from workflow_app.services.ground.unit_of_work import UnitOfWork
from workflow_app.services.office import readable
from workflow_app.types import Answers

_SUBMISSION = rows.table_of(Submission).insert().inline()
_SEALED = rows.table_of(SealedAnswers).insert()
"""Written as rows, without the bookkeeping of objects: a submission never changes, and every completion waits for this."""

_OF_CASE = Submission.case_id == bindparam("case_id")
_NEWEST = (
    select(Submission)
    .where(
        _OF_CASE,
        Submission.position.in_(
            select(func.max(Submission.position)).where(_OF_CASE).group_by(Submission.element)
        ),
    )
    .order_by(Submission.position)
)


@dataclass(frozen=True)
class Stored:
    """Answers that were kept."""

    submission_id: UUID
    control: dict[str, Value]
    """What of them may steer the process."""


def store(
    work: UnitOfWork,
    case: Case,
    task: Task,
    token: str,
    form: Form,
    given: Answers,
    *,
    on_behalf_of: UUID | None = None,
) -> Stored:
    """Keep the answers with which `task` is completed, by the actor himself or in the place of somebody. Personal groups are
    sealed.

    Raises `Conflict` when a form with this idempotency key was stored before, or is being stored at this moment.
    """
    submission_id, separated = uuid4(), separate(form, given)
    stored = {
        "id": submission_id,
        "task_id": task.id,
        "case_id": case.id,
        "element": task.element,
        "token": token,
        "answers": separated.public,
        "submitted_at": work.clock(),
        "submitted_by": work.actor.user_id,
        "on_behalf_of": on_behalf_of,
    }
    try:
        work.session.execute(_SUBMISSION, stored)
    except IntegrityError as error:
        raise Conflict(
            "Formulir ini sudah pernah dikirim untuk tugas lain. Muat ulang halaman tugas ini."
        ) from error
    if (known := memory.of_case(work, case.id).get("answers")) is not None:
        known.pop(task.element, None)
        known[task.element] = Submission(**stored)  # the newest stand in the order in which they were made
    sealed = [
        {
            "submission_id": submission_id,
            "field_group": group,
            "sealed": work.vault.seal(case.data_key, answers, f"answers:{submission_id}:{group}"),
        }
        for group, answers in separated.personal.items()
    ]
    if sealed:
        work.session.execute(_SEALED, rows.one_or_many(sealed))
    marks.keep(work, case, task.element, form, given)
    return Stored(submission_id, separated.control)


def newest(work: UnitOfWork, case_id: UUID, elements: Iterable[str] | None = None) -> dict[str, Submission]:
    """The newest submission of each element of a case, in the order they were made; read once per unit of work.

    Those of earlier rounds stay where they are: a case may have thousands. One that this unit of work has stored has no `position` yet.
    """
    known = memory.of_case(work, case_id)
    if "answers" not in known:
        found = work.session.scalars(_NEWEST, {"case_id": case_id})
        known["answers"] = {submission.element: submission for submission in found}
    kept: dict[str, Submission] = known["answers"]
    wanted = kept if elements is None else set(elements)
    return {element: submission for element, submission in kept.items() if element in wanted}


def unsealed(
    work: UnitOfWork,
    case: Case,
    submissions: Iterable[Submission],
    groups: Collection[str] = PERSONAL_GROUPS,
) -> dict[str, Answers]:
    """All answers per element, personal ones of these groups opened. The caller answers for the right to read them."""
    found = {submission.id: submission for submission in submissions}
    if not found:
        return {}
    merged: dict[UUID, Answers] = {key: dict(value.answers) for key, value in found.items()}
    query = select(SealedAnswers).where(
        SealedAnswers.submission_id.in_(found.keys()), SealedAnswers.field_group.in_(groups)
    )
    for sealed in work.session.scalars(query):
        merged[sealed.submission_id].update(_open(work, case, sealed))
    return {found[key].element: value for key, value in merged.items()}


def works_on(work: UnitOfWork, case: Case) -> bool:
    """True if one of the actor's roles has, had or may take a task of this case, and did not give the case back."""
    return work.actor.unit == case.unit and bool(handoffs.roles(work, case))


def readable_groups(work: UnitOfWork, case: Case) -> frozenset[str]:
    """The sealed groups of a case that the actor, who may see it, may read: working notes where he works, the rest with
    a role that may open identities.
    """
    notes = {WORKING_NOTES} if works_on(work, case) else set()
    masked = PERSONAL_GROUPS - {WORKING_NOTES}
    return frozenset(notes | (masked if handoffs.opens_identities(work, case) else set()))


def notes(work: UnitOfWork, case: Case, submissions: Iterable[Submission]) -> dict[str, Answers]:
    """Working notes per element: opened for who works on the case, empty for everybody else. No other group is opened."""
    found = {submission.id: submission.element for submission in submissions}
    notes: dict[str, Answers] = {element: {} for element in found.values()}
    if not found or not works_on(work, case):
        return notes
    query = select(SealedAnswers).where(
        SealedAnswers.submission_id.in_(found.keys()), SealedAnswers.field_group == WORKING_NOTES
    )
    for sealed in work.session.scalars(query):
        notes[found[sealed.submission_id]] = _open(work, case, sealed)
    return notes


def _open(work: UnitOfWork, case: Case, sealed: SealedAnswers) -> Answers:
    context = f"answers:{sealed.submission_id}:{sealed.field_group}"
    opened: Answers = work.vault.open(case.data_key, sealed.sealed, context)
    return opened


def rows_of(definition: Definition, form: Form, answers: Answers) -> list[tuple[str, str]]:
    """Question and readable answer, in the order of the form, without empty ones."""
    told = []
    for field in form.fields.values():
        if field.name in answers:
            text = readable.answer(definition, field, answers[field.name])
            if text:
                told.append((field.title, text))
    return told
