"""No number is missing or given twice, and every letter was typeset once for each reason there was to print it."""

from collections.abc import Iterator
from uuid import UUID

from sqlalchemy import Executable, func, select

from archive.models import Document
from workflow_app.models.audit import AuditEvent
from workflow_app.models.case import Case
from workflow_app.models.document import CaseDocument
from workflow_app.models.letter import Letter
from workflow_app.models.number import LetterNumber, NumberSeries
from workflow_app.services.ground.unit_of_work import UnitOfWork
from workflow_app.services.papers import intake
from workflow_app.services.watching.faults import Fault


def check(work: UnitOfWork) -> Iterator[Fault]:
    """Numbers from 1 to the last one, each with one owner; printings that agree with the trail."""
    yield from _series(work)
    yield from _owners(work)
    yield from _strays(work)
    yield from _voids(work)
    yield from _printings(work)


def _series(work: UnitOfWork) -> Iterator[Fault]:
    """The table's key forbids a number twice; gaps show in the count. A void number keeps its row."""
    last = {
        (series, year): count
        for series, year, count in work.session.execute(
            select(NumberSeries.series, NumberSeries.year, NumberSeries.last)
        )
    }
    given = {
        (series, year): (count, lowest, highest)
        for series, year, count, lowest, highest in work.session.execute(
            select(
                LetterNumber.series,
                LetterNumber.year,
                func.count(),
                func.min(LetterNumber.sequence),
                func.max(LetterNumber.sequence),
            ).group_by(LetterNumber.series, LetterNumber.year)
        )
    }
    for key in sorted(last.keys() | given.keys()):
        wanted, (count, lowest, highest) = last.get(key, 0), given.get(key, (0, 1, 0))
        if not (count == highest == wanted and lowest == 1):
            sentence = (
                f"{count} numbers from {lowest} to {highest} were given; the series stands at {wanted}."
            )
            yield Fault("number", f"series {key[0]}:{key[1]}", sentence)


def _owners(work: UnitOfWork) -> Iterator[Fault]:
    """Each number belongs to one case or one letter."""
    cases = select(func.count()).where(Case.number == LetterNumber.number).scalar_subquery()
    letters = select(func.count()).where(Letter.number_id == LetterNumber.id).scalar_subquery()
    query = select(LetterNumber.id, cases + letters).where(cases + letters != 1).order_by(LetterNumber.id)
    for number_id, owners in work.session.execute(query):
        yield Fault(
            "number", f"number {number_id}", f"This number belongs to {owners} things instead of one."
        )


def _strays(work: UnitOfWork) -> Iterator[Fault]:
    """Cases and letters whose number was never given, or is another one."""
    cases = select(Case.id).outerjoin(LetterNumber, LetterNumber.number == Case.number)
    for case_id in work.session.scalars(cases.where(LetterNumber.id.is_(None)).order_by(Case.id)):
        yield Fault("number", f"case {case_id}", "The number of this case was never given.")
    letters = select(Letter.id).join(LetterNumber, LetterNumber.id == Letter.number_id)
    for letter_id in work.session.scalars(
        letters.where(LetterNumber.number != Letter.number).order_by(Letter.id)
    ):
        yield Fault("number", f"letter {letter_id}", "This letter shows another number than it was given.")


def _voids(work: UnitOfWork) -> Iterator[Fault]:
    """A letter and its number are withdrawn together."""
    query = (
        select(Letter.id)
        .join(LetterNumber, LetterNumber.id == Letter.number_id)
        .where(Letter.voided_at.is_(None) != LetterNumber.voided_at.is_(None))
        .order_by(Letter.id)
    )
    for letter_id in work.session.scalars(query):
        yield Fault(
            "number", f"letter {letter_id}", "The letter is void and its number is not, or the other way."
        )


def _printings(work: UnitOfWork) -> Iterator[Fault]:
    """Each printing is one paper of the case and one event; more than there were reasons to print are too many."""
    papers = _per_case(
        work,
        select(CaseDocument.case_id, func.count())
        .join(Document, Document.id == CaseDocument.document_id)
        .where(Document.origin == intake.LETTER)
        .group_by(CaseDocument.case_id),
    )
    events = _per_case(work, _events("letter.rendered"))
    effects = _per_case(work, _events("effect.done", operation="render_letter"))
    voids = _per_case(
        work, select(Letter.case_id, func.count()).where(Letter.status == "void").group_by(Letter.case_id)
    )
    for case_id in sorted(papers.keys() | events.keys()):
        printed, reasons = papers.get(case_id, 0), effects.get(case_id, 0) + voids.get(case_id, 0)
        if printed != events.get(case_id, 0) or printed > reasons:
            sentence = (
                f"{printed} printings belong to the case, {events.get(case_id, 0)} are on record, "
                f"and there were {reasons} reasons to print."
            )
            yield Fault("printing", f"case {case_id}", sentence)


def _events(action: str, **details: str) -> Executable:
    return (
        select(AuditEvent.case_id, func.count())
        .where(AuditEvent.action == action, AuditEvent.details.contains(details))
        .group_by(AuditEvent.case_id)
    )


def _per_case(work: UnitOfWork, query: Executable) -> dict[UUID, int]:
    return {row[0]: row[1] for row in work.session.execute(query)}
