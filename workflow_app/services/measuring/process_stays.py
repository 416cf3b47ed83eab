"""The cases behind a figure of a process: those that stand at a step, and the stays that ended there in a period."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import Integer, Uuid, cast, func, literal_column, select, true, tuple_
from sqlalchemy.dialects.postgresql import TIMESTAMP

from workflow_app.errors import NotFound
from workflow_app.models.case import Case
from workflow_app.models.event_log import CaseStep
from workflow_app.services.case_file import access
from workflow_app.services.case_file.event_log import StayEnd
from workflow_app.services.ground import cursors
from workflow_app.services.ground.unit_of_work import UnitOfWork
from workflow_app.services.measuring.process_heat import Chosen, Period
from workflow_app.services.measuring.stay_tallies import span, stays

Which = Literal["kini", "selesai", "lewat"]
WHICH: tuple[Which, ...] = ("kini", "selesai", "lewat")
PAGE = 50


@dataclass(frozen=True)
class StayRow:
    """One stay in a list; nothing personal."""

    case_id: UUID
    case_number: str
    since: datetime
    until: datetime | None
    """None while the case is still there."""
    is_late: bool
    is_cut: bool
    """Something else took the case away: the step was not completed."""

    def length(self, now: datetime) -> timedelta:
        """How long it lasted, or lasts until now."""
        return (self.until or now) - self.since


@dataclass(frozen=True)
class StayPage:
    """One page of a list."""

    rows: list[StayRow]
    next: str | None
    """Cursor of the following page."""


def page(
    work: UnitOfWork, chosen: Chosen, element: str, which: Which, period: Period, after: str | None = None
) -> StayPage:
    """Of the cases that the actor may see: who stands there longest first, what ended last first. Raises `NotFound`."""
    numbers = chosen.numbers_of(element)
    if not numbers or which not in WHICH:
        raise NotFound()
    if which == "kini":
        return _standing(work, chosen, numbers, after)
    return _ended(work, numbers, period, which == "lewat", after)


def _standing(work: UnitOfWork, chosen: Chosen, numbers: Sequence[int], after: str | None) -> StayPage:
    place = func.jsonb_each(Case.standing).table_valued("key", "value", name="place")
    part = cast(literal_column("place.value ->> 0"), Integer)
    since = cast(literal_column("place.value ->> 1"), TIMESTAMP(timezone=True))
    task_id = cast(place.c.key, Uuid)
    query = (
        select(Case.id, Case.number, since, task_id)
        .select_from(Case)
        .join(place, true())
        .where(Case.closed_at.is_(None), Case.process_key == chosen.key, access.sees_case(work))
        .where(part.in_(numbers))
        .order_by(since, task_id)
        .limit(PAGE + 1)
    )
    if (read := cursors.read(after, datetime.fromisoformat, UUID)) is not None:
        query = query.where(tuple_(since, task_id) > tuple_(*read))
    found = work.session.execute(query).all()
    rows = [
        StayRow(case_id, number, since, None, is_late=False, is_cut=False)
        for case_id, number, since, _ in found[:PAGE]
    ]
    following = cursors.write(found[PAGE - 1][2], found[PAGE - 1][3]) if len(found) > PAGE else None
    return StayPage(rows, following)


def _ended(
    work: UnitOfWork, numbers: Sequence[int], period: Period, is_late: bool, after: str | None
) -> StayPage:
    stay = stays()
    order: list[Any] = [CaseStep.at, CaseStep.case_id, CaseStep.no, stay.c.ordinal]
    query = (
        select(Case.id, Case.number, stay.c.since, CaseStep.at, stay.c.ends, CaseStep.no, stay.c.ordinal)
        .select_from(CaseStep)
        .join(stay, true())
        .join(Case, Case.id == CaseStep.case_id)
        .where(span(period.days), access.sees_case(work), stay.c.part.in_(numbers))
        .order_by(*(column.desc() for column in order))
        .limit(PAGE + 1)
    )
    if is_late:
        query = query.where(stay.c.ends.op("&")(int(StayEnd.LATE)) != 0)
    if (read := cursors.read(after, datetime.fromisoformat, UUID, cursors.small, cursors.small)) is not None:
        query = query.where(tuple_(*order) < tuple_(*read))
    found = work.session.execute(query).all()
    rows = [
        StayRow(
            row[0],
            row[1],
            row[2],
            row[3],
            is_late=bool(row[4] & StayEnd.LATE),
            is_cut=bool(row[4] & StayEnd.CUT),
        )
        for row in found[:PAGE]
    ]
    last = found[PAGE - 1] if len(found) > PAGE else None
    following = None if last is None else cursors.write(last[3], last[0], last[5], last[6])
    return StayPage(rows, following)
