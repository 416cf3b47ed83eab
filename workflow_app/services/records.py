"""What is on record of a case, for the people who look at it: step by step, what to read first, and in sentences."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from workflow_app.engine.definitions import Definition
from workflow_app.engine.forms import SUMMARY_PLACE, Form
from workflow_app.models.case import Case
from workflow_app.services import answers, people, readable
from workflow_app.services.processes import definition_of
from workflow_app.services.unit_of_work import UnitOfWork
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


def record_of(work: UnitOfWork, case: Case, form: Form | None = None) -> Record:
    """The record of a case the actor may see. Working notes are opened only for who works on it; nothing else sealed is."""
    definition = definition_of(work, case.definition_id)
    submissions = answers.newest(work, case.id)
    notes = answers.notes(work, case, submissions.values())
    shown = {element: {**found.answers, **notes[element]} for element, found in submissions.items()}
    names = people.names_of(work, [found.submitted_by for found in submissions.values()])
    steps = [
        AnsweredStep(
            element=element,
            name=definition.elements[element].name,
            at=found.submitted_at,
            by=names.get(found.submitted_by, SYSTEM.name) if found.submitted_by else SYSTEM.name,
            rows=answers.rows_of(definition, definition.form(element), shown[element]),
        )
        for element, found in submissions.items()
    ]
    notices = (
        []
        if case.closed_at is not None
        else [notice for step in steps for notice in _notices(definition, step, shown[step.element])]
    )
    return Record(steps, notices, list(_summary(definition, form, shown)) if form else [])


def _notices(definition: Definition, step: AnsweredStep, shown: Answers) -> Iterator[Notice]:
    for field in definition.form(step.element).fields.values():
        if field.notice and shown.get(field.name):
            yield Notice(f"{step.name}: {field.title}", str(shown[field.name]), step.at, step.by)


def _summary(definition: Definition, form: Form, shown: dict[str, Answers]) -> Iterator[str]:
    """The form's sentences with what was answered; a sentence whose answers are not there (or not shown) is left out."""

    def words(place: str) -> str:
        element, _, name = place.partition(".")
        field = definition.form(element).fields[name]
        return readable.answer(definition, field, shown.get(element, {}).get(name))

    for sentence in form.summary:
        if all(words(place) for place in re.findall(SUMMARY_PLACE, sentence)):
            yield re.sub(SUMMARY_PLACE, lambda found: words(found[1]), sentence)
