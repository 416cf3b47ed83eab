"""A day of a process: every move of its cases, beginning with where they stood, to be watched over the drawing."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import load_only

from workflow_app.errors import NotFound
from workflow_app.models.case import Case
from workflow_app.models.event_log import CaseStep
from workflow_app.services.case_file import access, moves
from workflow_app.services.case_file.moves import Move, Stay
from workflow_app.services.ground.unit_of_work import UnitOfWork
from workflow_app.services.measuring.process_heat import Chosen
from workflow_app.services.measuring.stay_tallies import midnight
from workflow_app.services.sop import model_parts
from workflow_app.types import WITA

MOST = 1000
"""Moves on one page."""
OLDEST = 92
"""Days back that can be watched again: where all stood is put together from what came after."""


@dataclass(frozen=True)
class DayMove:
    """A move with the number of its case."""

    case_number: str
    move: Move


@dataclass(frozen=True)
class Day:
    """Some moves of a day in their order, from where the cases stood before the first of them."""

    begins_at: datetime
    ends_at: datetime
    standing: Mapping[str, int]
    """By element, how many cases stood there at the beginning."""
    moves: list[DayMove]
    next: datetime | None
    """When the moves go on that are too many for one page."""


def watch(work: UnitOfWork, chosen: Chosen, day: date, since: datetime | None = None) -> Day:
    """The moves of a day from `since` on, of the cases that the actor may see. Raises `NotFound` for days too far back."""
    today = work.clock().astimezone(WITA).date()
    if not today - timedelta(days=OLDEST) <= day <= today:
        raise NotFound()
    begin, end = midnight(day), min(midnight(day + timedelta(days=1)), work.clock())
    begin = since if since is not None and begin <= since < end else begin
    cases = _cases(work, chosen, begin, end)
    steps = _steps(work, [case.id for case in cases], begin)
    keys = model_parts.keys(
        work,
        [part for rows in steps.values() for row in rows for part in moves.numbers_in(row)]
        + [part for case in cases for part in moves.standing_parts(case)],
    )
    at_first: Counter[str] = Counter()
    shown = moves.shown_of(chosen.shown.elements)
    found: list[DayMove] = []
    for case in cases:
        rows = steps.get(case.id, ())
        at_first.update(
            stay.element
            for stay in _stays(case, rows, keys)
            if stay.element in shown and stay.since < begin and (stay.until is None or stay.until >= begin)
        )
        found += [
            DayMove(case.number, move)
            for move in moves.moves(work, case, rows, keys)
            if begin <= move.at < end
        ]
    found.sort(key=lambda one: (one.move.at, one.case_number))
    more = found[MOST].move.at if len(found) > MOST else None
    return Day(begin, end, at_first, [one for one in found if more is None or one.move.at < more], more)


def _stays(case: Case, rows: Sequence[CaseStep], keys: Mapping[int, str]) -> Iterator[Stay]:
    yield from moves.ended(rows, keys)
    yield from moves.standing(case, keys)


def _cases(work: UnitOfWork, chosen: Chosen, begin: datetime, end: datetime) -> Sequence[Case]:
    """Those that had begun before the day's end and were not over at its beginning, without what else a case holds."""
    query = (
        select(Case)
        .options(load_only(Case.number, Case.definition_id, Case.standing))
        .where(Case.process_key == chosen.key, access.sees_case(work), Case.opened_at < end)
        .where(Case.closed_at.is_(None) | (Case.closed_at >= begin))
    )
    if chosen.only is not None:
        query = query.where(
            Case.definition_id.in_([v.id for v in chosen.versions if v.number == chosen.only])
        )
    return work.session.scalars(query).all()


def _steps(work: UnitOfWork, case_ids: Sequence[UUID], begin: datetime) -> dict[UUID, list[CaseStep]]:
    """By case, what it did since then, oldest first."""
    query = (
        select(CaseStep)
        .where(CaseStep.case_id.in_(case_ids), CaseStep.at >= begin)
        .order_by(CaseStep.case_id, CaseStep.no)
    )
    found: dict[UUID, list[CaseStep]] = {}
    for step in work.session.scalars(query):
        found.setdefault(step.case_id, []).append(step)
    return found
