"""Cases of our own register that may tell of the same event (R47): compared by what is not personal and by marks of the
citizen's number and NIK, shown without people.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from workflow_app.engine.forms import Field
from workflow_app.models.case import Case
from workflow_app.models.letter import Letter
from workflow_app.models.submission import Submission
from workflow_app.services.case_file import access, answers, marks
from workflow_app.services.ground.unit_of_work import UnitOfWork
from workflow_app.services.office import readable
from workflow_app.services.sop.processes import definition_of

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
    """Cases of the same process whose first `same` answer is equal and which also agree in another of them or lie near in time,
    and those of the same person.

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
    is_same_person = Case.id.in_(marks.sharing(case))
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


def _likeness(mine: Mapping[str, Any], there: Mapping[str, Any], others: list[str], near: str) -> int:
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
    words = [readable.answer(definition, fields[name], given.get(name)) for name in names if name in fields]
    numbers = select(Letter.number).where(Letter.case_id == case.id, Letter.status == "valid")
    return SimilarCase(
        case.id,
        case.number,
        list(work.session.scalars(numbers.order_by(Letter.issued_at, Letter.number))),
        [text for text in words if text],
        case.opened_at,
        readable.outcome(definition, case.outcome) if case.closed_at else "masih berjalan",
        is_of_same_person,
    )
