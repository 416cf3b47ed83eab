"""The papers that are due by the schedule, for who proposes to dispose of them: what they are, never what is in them.

A paper stands there by its level and because who asks may know of every case that holds it. What is confined to a role stands on
the list of that role and on no other, and in no count of another. Opening a paper is asked as everywhere (`paper_sight`).
"""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, or_, select, true, tuple_

from archive.models import Document
from workflow_app.errors import Forbidden, NotFound
from workflow_app.models.case import Case
from workflow_app.models.document import CaseDocument
from workflow_app.permissions import disposal_scopes
from workflow_app.services.case_file import access, clearances
from workflow_app.services.ground.unit_of_work import UnitOfWork
from workflow_app.services.keeping import retention
from workflow_app.services.keeping.retention import Standing
from workflow_app.services.office.retention_schedule import Fate, Row, day_of
from workflow_app.services.papers import intake, paper_sight

AT_ONCE = 100
"""Rows of one page."""
BATCH = 200
LOOKED_AT, ASKED_ABOUT = 4000, 300
"""Papers that are judged for one page, and asked about in the store; then it says that there may be more."""


@dataclass(frozen=True)
class DuePaper:
    """One row of the list."""

    standing: Standing
    can_open: bool


@dataclass(frozen=True)
class DuePage:
    """Papers that are due, those that came first before the others."""

    papers: Sequence[DuePaper]
    next: UUID | None
    """Paper after which the list goes on; None at its end."""
    rows: Sequence[Row]
    """Rows of the schedule that want this, to filter by."""
    locked: int
    """Papers whose time is over too, but which the store does not let go yet; they are not shown."""


def show(
    work: UnitOfWork,
    *,
    fate: Fate = Fate.DESTROY,
    scope: str | None = None,
    year: int | None = None,
    code: str | None = None,
    after: UUID | None = None,
) -> DuePage:
    """Papers whose time is over and which await what the schedule wants then, of a row of the schedule and with their last day in a year where these are given; those that are
    open to the unit, or with `scope` those that are confined to this role. Raises `Forbidden` for papers of others.
    """
    check_scope(work, scope)
    rows = [row for row in retention.rows(work) if row.fate == fate]
    today = day_of(work.clock())
    papers: list[Standing] = []
    last: UUID | None = None
    is_more, locked = False, 0
    for seen, one in enumerate(_judged(work, rows, after, scope)):
        if len(papers) == AT_ONCE or len(papers) + locked == ASKED_ABOUT or seen == LOOKED_AT:
            is_more = True
            break
        last = one.document_id
        if not one.awaits(fate, today) or not _is_wanted(one, year, code):
            continue
        if fate == Fate.DESTROY and retention.store_refusal(work, one.document_id, is_original_only=True):
            locked += 1
        else:
            papers.append(one)
    opened = readable_among(work, [one.document_id for one in papers])
    return DuePage(
        [DuePaper(one, one.document_id in opened) for one in papers],
        last if is_more else None,
        rows,
        locked,
    )


def counted(work: UnitOfWork) -> tuple[Counter[str], bool]:
    """How many papers that are open to the unit are due, by row of the schedule, and whether that is all: of very many only those are
    judged that are looked at for one page. The store is not asked. For services: the caller has checked access.
    """
    rows = [row for row in retention.rows(work) if row.fate == Fate.DESTROY]
    judged = list(islice(_judged(work, rows, None, None), LOOKED_AT + 1))
    terms = (one.term for one in judged[:LOOKED_AT] if one.is_due)
    found = Counter(f"{term.row.code} {term.row.words}" for term in terms if term is not None)
    return found, len(judged) <= LOOKED_AT


def check_scope(work: UnitOfWork, scope: str | None) -> None:
    """Raise `Forbidden` unless the actor may propose to dispose of such papers."""
    if scope not in disposal_scopes(work.actor):
        raise Forbidden()


def known_to(work: UnitOfWork) -> ColumnElement[bool]:
    """The actor may know of this `Document` as something that could be disposed of: all its cases are of his unit, none is hidden
    from him.
    """
    hidden = _case_where(~and_(Case.unit == work.actor.unit, access.not_behind_wall(work, Case.id)))
    is_somewhere = or_(Document.origin == intake.ARCHIVE, _case_where(true()))
    return clearances.is_cleared(work) & is_somewhere & ~hidden


def is_within(scope: str | None) -> ColumnElement[bool]:
    """This `Document` is one of those papers: of no case that is confined, or of cases that are confined to this role only."""
    others = ~_case_where(Case.confined_to.is_distinct_from(scope))
    return others if scope is None else others & _case_where(true())


def _case_where(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """A case holds this `Document` of which that is true."""
    query = select(CaseDocument.case_id).join(Case, Case.id == CaseDocument.case_id)
    return query.where(CaseDocument.document_id == Document.id, condition).exists()


def readable_among(work: UnitOfWork, ids: Collection[UUID]) -> set[UUID]:
    """Those of the papers that the actor may open."""
    query = select(Document.id).where(Document.id.in_(ids), Document.id.in_(paper_sight.all_readable(work)))
    return set(work.session.scalars(query))


def _is_wanted(one: Standing, year: int | None, code: str | None) -> bool:
    if one.term is None or one.term.over_on is None:
        return False
    return year in (None, one.term.over_on.year) and code in (None, one.term.row.code)


def _judged(
    work: UnitOfWork, rows: Sequence[Row], after: UUID | None, scope: str | None
) -> Iterator[Standing]:
    """Papers that could be due, judged a batch at a time."""
    shortest = min((row.years for row in rows), default=None)
    if shortest is None:
        return
    place = work.session.get(Document, after) if after else None
    if after is not None and place is None:
        raise NotFound()
    reached = (place.added_at, place.id) if place is not None else None
    while batch := work.session.execute(_candidates(work, shortest, reached, scope)).all():
        judged = retention.standings(work, [row.id for row in batch], scope=scope)
        yield from (judged[row.id] for row in batch)
        reached = (batch[-1].added_at, batch[-1].id)


def _candidates(
    work: UnitOfWork, years: int, reached: tuple[datetime, UUID] | None, scope: str | None
) -> Select[datetime, UUID]:
    """Papers old enough for the shortest row, of cases that have ended. What was made of others is as old as they are."""
    oldest = work.clock() - timedelta(days=365 * years)
    query = select(Document.added_at, Document.id).where(
        Document.disposed_at.is_(None),
        Document.origin.in_(intake.SCHEDULED),
        or_(Document.added_at <= oldest, Document.accepted_at <= oldest),
        ~_case_where(Case.closed_at.is_(None)),
        known_to(work),
        is_within(scope),
    )
    if reached is not None:
        query = query.where(tuple_(Document.added_at, Document.id) > tuple_(*reached))
    return query.order_by(Document.added_at, Document.id).limit(BATCH)
