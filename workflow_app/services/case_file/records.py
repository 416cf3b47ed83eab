"""What is on record of a case, for the people who look at it: step by step, what to read first, and in sentences."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from workflow_app.engine import runner
from workflow_app.engine.definitions import Definition
from workflow_app.engine.forms import Form
from workflow_app.errors import NotFound
from workflow_app.models.case import Case
from workflow_app.models.submission import Submission
from workflow_app.services.accounts import people
from workflow_app.services.case_file import access, answers, case_tasks
from workflow_app.services.ground.unit_of_work import UnitOfWork
from workflow_app.services.office import offers, sentences
from workflow_app.services.sop.processes import definition_of
from workflow_app.types import SYSTEM, Answers


@dataclass(frozen=True)
class AnsweredStep:
    """What was recorded at one step, without the personal answers."""

    element: str
    name: str
    at: datetime
    by: str
    rows: list[tuple[str, str]]
    """Question and readable answer."""


@dataclass(frozen=True)
class Notice:
    """A reason that those who go on with the case must read first."""

    title: str
    text: str
    at: datetime
    by: str


@dataclass(frozen=True)
class Record:
    """Everything on record that the actor may read, newest answers of each step."""

    steps: list[AnsweredStep]
    """In the order they were made."""
    notices: list[Notice]
    """Why a running case came back (fields marked `notice`), until the same step is done again."""
    summary: list[str]
    """The sentences of the form that is open (its `summary`), to be read out before a decision."""


@dataclass(frozen=True)
class PrintedSlip:
    """A sheet for the citizen, filled."""

    title: str
    rows: list[tuple[str, str]]
    foot: str


def record_of(work: UnitOfWork, case: Case, form: Form | None = None) -> Record:
    """The record of a case the actor may see. Working notes are opened only for who works on it; nothing else sealed is."""
    definition = definition_of(work, case.definition_id)
    submissions = answers.newest(work, case.id)
    notes = answers.notes(work, case, submissions.values())
    shown = {element: {**found.answers, **notes[element]} for element, found in submissions.items()}
    names = people.names_of(
        work, [who for found in submissions.values() for who in (found.submitted_by, found.on_behalf_of)]
    )
    steps = [
        AnsweredStep(
            element=element,
            name=definition.elements[element].name,
            at=found.submitted_at,
            by=_doer(names, found),
            rows=answers.rows_of(definition, offers.worded(work, definition.form(element)), shown[element]),
        )
        for element, found in submissions.items()
    ]
    notices = (
        []
        if case.closed_at is not None
        else [notice for step in steps for notice in _notices(definition, step, shown[step.element])]
    )
    return Record(steps, notices, list(_summary(work, case, form, shown)) if form else [])


def _doer(names: Mapping[UUID, str], done: Submission) -> str:
    name = names.get(done.submitted_by, SYSTEM.name) if done.submitted_by else SYSTEM.name
    return people.acting(name, names.get(done.on_behalf_of) if done.on_behalf_of else None)


def _notices(definition: Definition, step: AnsweredStep, shown: Answers) -> Iterator[Notice]:
    for field in definition.form(step.element).fields.values():
        if field.notice and shown.get(field.name):
            yield Notice(f"{step.name}: {field.title}", str(shown[field.name]), step.at, step.by)


def _summary(work: UnitOfWork, case: Case, form: Form, shown: dict[str, Answers]) -> Iterator[str]:
    """The form's sentences with what was answered; a sentence whose answers are not there (or not shown) is left out."""
    definition = definition_of(work, case.definition_id)
    known, variables = sentences.this_round(form, shown), _variables(work, case, form.summary)
    said = (sentences.filled(definition, known, variables, sentence) for sentence in form.summary)
    return filter(None, said)


def _variables(work: UnitOfWork, case: Case, texts: Sequence[str]) -> Mapping[str, Any]:
    """Control variables of a case, for sentences that name a decision table; read only for these."""
    definition = definition_of(work, case.definition_id)
    if not sentences.names_variable(definition, texts):
        return {}
    return runner.variables(definition, case.state)


def slips(work: UnitOfWork, case: Case) -> list[tuple[str, str]]:
    """Element and title of the slips that can be printed for a citizen now: the step has been reached."""
    definition = definition_of(work, case.definition_id)
    reached = {task.element for task in case_tasks.of_case(work, case.id)}
    return [
        (form.element, form.slip.title)
        for form in definition.forms.values()
        if form.slip is not None and form.element in reached
    ]


def slip_of(work: UnitOfWork, case_id: UUID, element: str) -> PrintedSlip:
    """The slip of a step. Only open answers are on it. Raises `NotFound` for a step that has none or was not reached."""
    case = access.visible_case(work, case_id)
    definition = definition_of(work, case.definition_id)
    form = definition.forms.get(element)
    if form is None or form.slip is None or element not in dict(slips(work, case)):
        raise NotFound()
    given = {name: found.answers for name, found in answers.newest(work, case.id).items()}
    known = sentences.this_round(form, given)
    variables = _variables(work, case, [sentence for _, sentence in form.slip.rows])
    rows = ((word, sentences.filled(definition, known, variables, text)) for word, text in form.slip.rows)
    return PrintedSlip(form.slip.title, [(word, text) for word, text in rows if text], form.slip.foot)
