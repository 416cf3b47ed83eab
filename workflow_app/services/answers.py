"""Answers of completed tasks: storing them apart by secrecy, and reading them back."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import select

from workflow_app.engine.definitions import Definition
from workflow_app.engine.forms import Form, Separated
from workflow_app.models.case import Case
from workflow_app.models.submission import SealedAnswers, Submission
from workflow_app.models.task import Task
from workflow_app.models.user import User
from workflow_app.services import readable
from workflow_app.services.processes import definition_of
from workflow_app.services.unit_of_work import UnitOfWork
from workflow_app.types import Answers


@dataclass(frozen=True)
class AnsweredStep:
    """What was recorded at one step, without the personal answers."""

    element: str
    name: str
    at: datetime
    by: str
    rows: list[tuple[str, str]]
    """Question and readable answer."""


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
        context = f"answers:{sealed.submission_id}:{sealed.field_group}"
        merged[sealed.submission_id].update(work.vault.open(case.data_key, sealed.sealed, context))
    return {found[key].element: value for key, value in merged.items()}


def recorded(work: UnitOfWork, case: Case) -> list[AnsweredStep]:
    """What is known so far, step by step, without personal answers."""
    definition = definition_of(work, case.definition_id)
    submissions = newest(work, case.id)
    names = _names(work, submissions.values())
    return [
        AnsweredStep(
            element=element,
            name=definition.elements[element].name,
            at=submission.submitted_at,
            by=names.get(submission.submitted_by, "Sistem"),
            rows=rows_of(definition, definition.form(element), submission.answers),
        )
        for element, submission in submissions.items()
    ]


def rows_of(definition: Definition, form: Form, answers: Answers) -> list[tuple[str, str]]:
    """Question and readable answer, in the order of the form, without empty ones."""
    rows = []
    for field in form.fields.values():
        if field.name in answers:
            text = readable.answer(definition, field, answers[field.name])
            if text:
                rows.append((field.title, text))
    return rows


def _names(work: UnitOfWork, submissions: Iterable[Submission]) -> dict[UUID | None, str]:
    ids = {submission.submitted_by for submission in submissions} - {None}
    rows = work.session.execute(select(User.id, User.full_name).where(User.id.in_(ids))).all()
    return {row.id: row.full_name for row in rows}
