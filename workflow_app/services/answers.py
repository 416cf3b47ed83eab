"""Answers of completed tasks: storing them apart by secrecy, and reading them back."""

from collections.abc import Iterable
from uuid import UUID, uuid4

from sqlalchemy import select

from workflow_app.engine.definitions import Definition
from workflow_app.engine.forms import WORKING_NOTES, Form, Separated
from workflow_app.models.case import Case
from workflow_app.models.submission import SealedAnswers, Submission
from workflow_app.models.task import Task
from workflow_app.services import readable
from workflow_app.services.unit_of_work import UnitOfWork
from workflow_app.types import Answers


def store(work: UnitOfWork, case: Case, task: Task, token: str, separated: Separated) -> Submission:
    """Keep the answers with which `task` is completed. Personal groups are sealed."""
    submission = Submission(
        id=uuid4(),
        task_id=task.id,
        case_id=case.id,
        element=task.element,
        token=token,
        answers=separated.public,
        submitted_at=work.clock(),
        submitted_by=work.actor.user_id,
    )
    work.session.add(submission)
    work.session.flush()
    work.session.add_all(
        SealedAnswers(
            submission_id=submission.id,
            field_group=group,
            sealed=work.vault.seal(case.data_key, answers, f"answers:{submission.id}:{group}"),
        )
        for group, answers in separated.personal.items()
    )
    work.session.flush()
    return submission


def is_used(work: UnitOfWork, token: str) -> bool:
    """True if a form with this idempotency key was stored before."""
    return work.session.scalars(select(Submission.id).where(Submission.token == token)).first() is not None


def newest(work: UnitOfWork, case_id: UUID, elements: Iterable[str] | None = None) -> dict[str, Submission]:
    """The newest submission of each element of a case, in the order they were made."""
    query = select(Submission).where(Submission.case_id == case_id).order_by(Submission.position)
    if elements is not None:
        query = query.where(Submission.element.in_(list(elements)))
    found: dict[str, Submission] = {}
    for submission in work.session.scalars(query):
        found.pop(submission.element, None)
        found[submission.element] = submission
    return found


def unsealed(work: UnitOfWork, case: Case, submissions: Iterable[Submission]) -> dict[str, Answers]:
    """All answers per element, personal ones opened. The caller answers for the right to read them."""
    found = {submission.id: submission for submission in submissions}
    merged: dict[UUID, Answers] = {key: dict(value.answers) for key, value in found.items()}
    for sealed in work.session.scalars(
        select(SealedAnswers).where(SealedAnswers.submission_id.in_(found.keys()))
    ):
        merged[sealed.submission_id].update(_open(work, case, sealed))
    return {found[key].element: value for key, value in merged.items()}


def works_on(work: UnitOfWork, case: Case) -> bool:
    """True if one of the actor's roles has, had or may take a task of this case."""
    roles = set(work.session.scalars(select(Task.role).where(Task.case_id == case.id).distinct()))
    return work.actor.unit == case.unit and not work.actor.roles.isdisjoint(roles)


def notes(work: UnitOfWork, case: Case, submissions: Iterable[Submission]) -> dict[str, Answers]:
    """Working notes per element: opened for who works on the case, empty for everybody else. No other group is opened."""
    found = {submission.id: submission.element for submission in submissions}
    notes: dict[str, Answers] = {element: {} for element in found.values()}
    if not works_on(work, case):
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
    rows = []
    for field in form.fields.values():
        if field.name in answers:
            text = readable.answer(definition, field, answers[field.name])
            if text:
                rows.append((field.title, text))
    return rows
