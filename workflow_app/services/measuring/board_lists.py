"""The cases behind the figures of the board, page by page: what a figure counts is what its list shows."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import Select, func, null, select, tuple_

from workflow_app.models.case import Case, CaseClock
from workflow_app.models.task import Task
from workflow_app.permissions import OVERSEERS, check_role
from workflow_app.services.case_file import access
from workflow_app.services.ground import cursors
from workflow_app.services.ground.unit_of_work import UnitOfWork
from workflow_app.services.measuring import approvals, spans, standings
from workflow_app.services.measuring.standings import Standing

Kind = Literal[
    "running", "late", "due_today", "waiting", "received", "finished", "breached", "measured", "measured_late"
]
NEWEST_FIRST: frozenset[Kind] = frozenset({"received", "finished", "breached", "measured", "measured_late"})
"""The others begin with what presses most."""


@dataclass(frozen=True)
class ListedCase:
    """One case of a list."""

    case: Standing
    at: datetime | None
    """By what the list is ordered; None where a case has no limit."""
    took: timedelta | None
    """What its clock measured, in lists of spans."""
    was_late: bool


@dataclass(frozen=True)
class ListPage:
    """One page of a list."""

    rows: list[ListedCase]
    next: str | None
    """Cursor of the following page, or None."""


def page(
    work: UnitOfWork,
    kind: Kind,
    *,
    process: str | None = None,
    days: int = spans.USUAL,
    after: str | None = None,
    limit: int = 25,
) -> ListPage:
    """Cases of one kind, of one process or of all; `days` is the period of spans, `after` the cursor of the page before."""
    check_role(work.actor, OVERSEERS)
    query = _KINDS[kind](work, days)
    if process:
        query = query.where(Case.process_key == process)
    found = query.subquery()
    place, position = tuple_(found.c.at, found.c.id), cursors.read(after, datetime.fromisoformat, UUID)
    is_descending = kind in NEWEST_FIRST
    wanted = select(found).order_by(
        *(column.desc() if is_descending else column.asc() for column in (found.c.at, found.c.id))
    )
    if position is not None:
        wanted = wanted.where(place < tuple_(*position) if is_descending else place > tuple_(*position))
    rows = work.session.execute(wanted.limit(limit + 1)).all()
    more, rows = len(rows) > limit, rows[:limit]
    known = {one.case_id: one for one in standings.of_cases(work, [row.id for row in rows])}
    return ListPage(
        rows=[
            ListedCase(
                known[row.id], None if row.at == standings.NEVER else row.at, row.took, bool(row.was_late)
            )
            for row in rows
        ],
        next=cursors.write(rows[-1].at, rows[-1].id) if more else None,
    )


Query = Select[*tuple[Any, ...]]


def _running(work: UnitOfWork, _days: int) -> Query:
    limit = standings.limits()
    query = select(Case.id, standings.urgency(limit).label("at"), *_UNMEASURED)
    joined = query.outerjoin(limit, limit.c.case_id == Case.id)
    return joined.where(Case.closed_at.is_(None), access.sees_of_many(work))


def _until(work: UnitOfWork, begins: datetime | None, ends: datetime) -> Query:
    """Running cases whose first limit lies in this time."""
    limit = standings.limits()
    query = select(Case.id, limit.c.due_at.label("at"), *_UNMEASURED).join(limit, limit.c.case_id == Case.id)
    query = query.where(Case.closed_at.is_(None), access.sees_of_many(work), limit.c.due_at < ends)
    return query if begins is None else query.where(limit.c.due_at >= begins)


def _late(work: UnitOfWork, _days: int) -> Query:
    return _until(work, None, work.clock())


def _due_today(work: UnitOfWork, _days: int) -> Query:
    now = work.clock()
    return _until(work, now, standings.day_of(now)[1])


def _waiting(work: UnitOfWork, _days: int) -> Query:
    query = select(Case.id, func.min(Task.created_at).label("at"), *_UNMEASURED).join(
        Task, Task.case_id == Case.id
    )
    return query.where(
        approvals.is_approval(work, approvals.in_use(work)), access.sees_of_many(work)
    ).group_by(Case.id)


def _received(work: UnitOfWork, _days: int) -> Query:
    begins, _ = standings.day_of(work.clock())
    query = select(Case.id, Case.opened_at.label("at"), *_UNMEASURED)
    return query.where(Case.opened_at >= begins, access.sees_of_many(work))


def _finished(work: UnitOfWork, _days: int) -> Query:
    begins, _ = standings.day_of(work.clock())
    query = select(Case.id, Case.closed_at.label("at"), *_UNMEASURED)
    return query.where(Case.closed_at >= begins, Case.status == "done", access.sees_of_many(work))


def _breached(work: UnitOfWork, _days: int) -> Query:
    now = work.clock()
    query = select(Case.id, func.max(CaseClock.due_at).label("at"), *_UNMEASURED)
    joined = query.join(CaseClock, CaseClock.case_id == Case.id)
    begins, _ = standings.day_of(now)
    return joined.where(standings.breached(begins, now), access.sees_of_many(work)).group_by(Case.id)


def _measured(work: UnitOfWork, days: int) -> Query:
    query = select(
        Case.id,
        CaseClock.stopped_at.label("at"),
        (CaseClock.stopped_at - CaseClock.started_at).label("took"),
        (CaseClock.stopped_at > CaseClock.due_at).label("was_late"),
    )
    joined = query.join(CaseClock, CaseClock.case_id == Case.id)
    return joined.where(spans.measured(work, spans.clocks(work), days))


def _measured_late(work: UnitOfWork, days: int) -> Query:
    return _measured(work, days).where(CaseClock.stopped_at > CaseClock.due_at)


_UNMEASURED = (null().label("took"), null().label("was_late"))
_KINDS: Mapping[Kind, Callable[[UnitOfWork, int], Query]] = {
    "running": _running,
    "late": _late,
    "due_today": _due_today,
    "waiting": _waiting,
    "received": _received,
    "finished": _finished,
    "breached": _breached,
    "measured": _measured,
    "measured_late": _measured_late,
}
