"""Is the event log whole, and do the tallies say what the log says?

No number is missing or given twice, and every letter was typeset once for each reason there was to
print it. Does an installation agree with itself? Every case before or after a step, no job
forgotten, no number missing, no byte lost.

Only what can be recomputed is compared: the engine's state with the rows beside it, numbers with
their owners, bytes with their hashes. The trail is verified by `audit` and `checkpoints`, the store
by `holdings`; this is the one place that asks all.
"""

from collections.abc import Iterator
from itertools import chain
from uuid import UUID

from sqlalchemy import Executable, func, or_, select, true

from archive.models import Document
from workflow_app.domain import SYSTEM
from workflow_app.models import (
    AuditEvent,
    Case,
    CaseDocument,
    CaseStep,
    Letter,
    LetterNumber,
    NumberSeries,
    StayTally,
    TalliedDay,
)
from workflow_app.services.core import unit_of_work
from workflow_app.services.core.unit_of_work import UnitOfWork, Works
from workflow_app.services.documents import ingest
from workflow_app.services.operations import checkpoints, consistency_cases
from workflow_app.services.operations.consistency_cases import Fault
from workflow_app.services.reporting.stays import local_day, stays
from workflow_app.services.retention import holdings


def check(work: UnitOfWork) -> Iterator[Fault]:
    """Steps that are missing, days that are counted otherwise."""
    yield from _steps(work)
    yield from _tallies(work)


def _steps(work: UnitOfWork) -> Iterator[Fault]:
    """From its first step in the log a case has one row for each, up to its revision."""
    steps = (
        select(CaseStep.case_id, func.min(CaseStep.no), func.max(CaseStep.no), func.count())
        .where(CaseStep.no > 0)
        .group_by(CaseStep.case_id)
        .subquery("steps")
    )
    case_id, first, last, count = steps.c
    gaps = (
        select(case_id)
        .join(Case, Case.id == case_id)
        .where(or_(last != Case.revision, last - first + 1 != count))
    )
    for found in work.session.scalars(gaps):
        yield Fault("log", f"case {found}", "Steps are missing in the event log.")


def _tallies(work: UnitOfWork) -> Iterator[Fault]:
    stay = stays()
    day = local_day(CaseStep.at)
    counted = (
        select(day.label("day"), func.count().label("stays"))
        .select_from(CaseStep)
        .join(stay, true())
        .where(day.in_(select(TalliedDay.day)))
        .group_by(day)
        .subquery("counted")
    )
    told = (
        select(StayTally.day, func.sum(StayTally.stays).label("stays"))
        .group_by(StayTally.day)
        .subquery("told")
    )
    differing = (
        select(func.coalesce(counted.c.day, told.c.day))
        .select_from(counted)
        .join(told, told.c.day == counted.c.day, full=True)
        .where(counted.c.stays.is_distinct_from(told.c.stays))
    )
    for found in work.session.scalars(differing):
        yield Fault(
            "tally",
            f"day {found}",
            "The stays of this day are counted otherwise than the event log tells.",
        )


def check_consistency_paper(work: UnitOfWork) -> Iterator[Fault]:
    """Numbers from 1 to the last one, each with one owner; printings that agree with the trail."""
    yield from _series(work)
    yield from _owners(work)
    yield from _strays(work)
    yield from _voids(work)
    yield from _printings(work)


def _series(work: UnitOfWork) -> Iterator[Fault]:
    """The table's key forbids a number twice; gaps show in the count. A void number keeps its
    row.
    """
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
                f"{count} numbers from {lowest} to {highest} were given; the series stands at "
                f"{wanted}."
            )
            yield Fault("number", f"series {key[0]}:{key[1]}", sentence)


def _owners(work: UnitOfWork) -> Iterator[Fault]:
    """Each number belongs to one case or one letter."""
    cases = select(func.count()).where(Case.number == LetterNumber.number).scalar_subquery()
    letters = select(func.count()).where(Letter.number_id == LetterNumber.id).scalar_subquery()
    query = (
        select(LetterNumber.id, cases + letters)
        .where(cases + letters != 1)
        .order_by(LetterNumber.id)
    )
    for number_id, owners in work.session.execute(query):
        yield Fault(
            "number",
            f"number {number_id}",
            f"This number belongs to {owners} things instead of one.",
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
        yield Fault(
            "number", f"letter {letter_id}", "This letter shows another number than it was given."
        )


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
            "number",
            f"letter {letter_id}",
            "The letter is void and its number is not, or the other way.",
        )


def _printings(work: UnitOfWork) -> Iterator[Fault]:
    """Each printing is one paper of the case and one event; more than there were reasons to print
    are too many.
    """
    papers = _per_case(
        work,
        select(CaseDocument.case_id, func.count())
        .join(Document, Document.id == CaseDocument.document_id)
        .where(Document.origin == ingest.LETTER)
        .group_by(CaseDocument.case_id),
    )
    events = _per_case(work, _events("letter.rendered"))
    effects = _per_case(work, _events("effect.done", operation="render_letter"))
    voids = _per_case(
        work,
        select(Letter.case_id, func.count())
        .where(Letter.status == "void")
        .group_by(Letter.case_id),
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


def check_site(works: Works, public_key: bytes) -> list[Fault]:
    """Every fault of an installation. All is read at one instant, so that it may go on working
    meanwhile.
    """
    with works.instant(SYSTEM) as work:
        return check_consistency(work, public_key)


def check_consistency(work: UnitOfWork, public_key: bytes) -> list[Fault]:
    """Every fault that this transaction sees."""
    return list(
        chain(
            consistency_cases.check_consistency_case(work),
            consistency_cases.check(work),
            consistency_cases.check_consistency_kinship(work),
            check(work),
            check_consistency_paper(work),
            _blobs(work),
            _trail(work, public_key),
        )
    )


def _blobs(work: UnitOfWork) -> Iterator[Fault]:
    """Rows name blobs by a foreign key; here each blob is read back and hashed again."""
    for found in holdings.verify_holding(work):
        if not found.is_intact:
            yield Fault(
                "blob",
                found.sha256,
                f"The bytes of this blob are {found.state} in the object store.",
            )


def _trail(work: UnitOfWork, public_key: bytes) -> Iterator[Fault]:
    for check in (
        unit_of_work.verify_chains(work),
        checkpoints.verify_checkpoints(work, public_key),
    ):
        for finding in check:
            yield Fault("audit", f"{finding.chain} at {finding.position}", finding.reason)
