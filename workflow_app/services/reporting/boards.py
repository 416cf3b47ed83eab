"""The board of all running cases: by process, what is over its limit first; what waits for
approval; the day; spans of services.

Everything counts what the reader may see and nothing else (`access.sees_of_many`), and no figure is
about a person. It costs as many questions for five thousand cases as for five.

The cases behind the figures of the board, page by page: what a figure counts is what its list
shows. Whether anything is new for a page that shows many cases, without making the page.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import Row, Select, func, null, select, tuple_

from workflow_app.domain import WITA
from workflow_app.models import AuditEvent, Case, CaseClock, Task
from workflow_app.permissions import OVERSEERS, check_role
from workflow_app.services.cases import access
from workflow_app.services.core import pagination
from workflow_app.services.core.unit_of_work import UnitOfWork
from workflow_app.services.processes import definitions
from workflow_app.services.reporting import case_status, service_reports
from workflow_app.services.reporting.case_status import Approval, Standing
from workflow_app.services.reporting.service_reports import Span

SHOWN = 5
"""Cases of each process on the board; the others are in its list."""
APPROVALS = 6


@dataclass(frozen=True)
class Group:
    """The running cases of one process."""

    key: str
    name: str
    running: int
    late: int
    """A clock of theirs is over its limit."""
    due_today: int
    """Not late, and a clock of theirs ends today."""
    cases: list[Standing]
    """The first of them, the most urgent one first."""


@dataclass(frozen=True)
class Today:
    """Cases of this day so far."""

    received: int
    finished: int
    breached: int
    """A clock of theirs passed its limit today, whether it runs on or has stopped since."""


@dataclass(frozen=True)
class Board:
    """The whole board."""

    groups: list[Group]
    """What has something over its limit first, then by what ends next."""
    approvals: list[Approval]
    """The oldest of them."""
    waiting: int
    """All of them."""
    today: Today
    spans: list[Span]

    @property
    def running(self) -> int:
        """All running cases."""
        return sum(group.running for group in self.groups)

    @property
    def late(self) -> int:
        """Those of them that are over a limit."""
        return sum(group.late for group in self.groups)

    @property
    def due_today(self) -> int:
        """Those of them that end today."""
        return sum(group.due_today for group in self.groups)


def read(work: UnitOfWork, days: int = service_reports.USUAL) -> Board:
    """The board as it is now; `days` is the period of the spans."""
    check_role(work.actor, OVERSEERS)
    firsts = _firsts(work)
    oldest, waiting = case_status.oldest(work, {row.definition_id for row in firsts}, APPROVALS)
    return Board(
        groups=_groups(work, firsts),
        approvals=oldest,
        waiting=waiting,
        today=_today(work),
        spans=service_reports.over(work, days),
    )


def _firsts(work: UnitOfWork) -> Sequence[Row[*tuple[Any, ...]]]:
    """The most urgent running cases of each version of each process, the most urgent one first,
    with the counts of that version.
    """
    now = work.clock()
    _, midnight = case_status.day_of(now)
    limit = case_status.limits()
    standing = (
        select(
            Case.id, Case.definition_id, Case.opened_at, case_status.urgency(limit).label("limit")
        )
        .outerjoin(limit, limit.c.case_id == Case.id)
        .where(Case.closed_at.is_(None), access.sees_of_many(work))
        .cte("standing")
    )
    urgency = (standing.c.limit, standing.c.opened_at, standing.c.id)
    of_version = standing.c.definition_id
    ranked = select(
        standing, func.row_number().over(partition_by=of_version, order_by=urgency).label("rank")
    ).subquery()
    counted = (
        select(
            of_version,
            func.count().label("running"),
            func.count().filter(standing.c.limit < now).label("late"),
            func.count()
            .filter(standing.c.limit >= now, standing.c.limit < midnight)
            .label("due_today"),
        )
        .group_by(of_version)
        .subquery()
    )
    query = (
        select(ranked, counted.c.running, counted.c.late, counted.c.due_today)
        .join(counted, counted.c.definition_id == ranked.c.definition_id)
        .where(ranked.c.rank <= SHOWN)
        .order_by(ranked.c.limit, ranked.c.opened_at, ranked.c.id)
    )
    return work.session.execute(query).all()


def _groups(work: UnitOfWork, firsts: Sequence[Row[*tuple[Any, ...]]]) -> list[Group]:
    """By process, whatever its versions: the first cases of all, and the sum of the counts."""
    of_process: dict[str, list[Row[*tuple[Any, ...]]]] = {}
    for row in firsts:
        of_process.setdefault(definitions.definition_of(work, row.definition_id).key, []).append(
            row
        )
    shown = {key: [row.id for row in rows[:SHOWN]] for key, rows in of_process.items()}
    standing = {one.case_id: one for one in case_status.of_cases(work, [*chain(*shown.values())])}
    names = {
        definition.key: definition.name for definition in definitions.current_definitions(work)
    }
    groups = []
    for key, rows in of_process.items():
        counts = {row.definition_id: row for row in rows}.values()
        groups.append(
            Group(
                key=key,
                name=names.get(key, key),
                running=sum(row.running for row in counts),
                late=sum(row.late for row in counts),
                due_today=sum(row.due_today for row in counts),
                cases=[standing[case_id] for case_id in shown[key]],
            )
        )
    return sorted(
        groups, key=lambda group: (not group.late, of_process[group.key][0].limit, group.key)
    )


def _today(work: UnitOfWork) -> Today:
    now = work.clock()
    begins, _ = case_status.day_of(now)
    seen = access.sees_of_many(work)
    counts = (
        select(func.count())
        .where(Case.opened_at >= begins, seen)
        .select_from(Case)
        .scalar_subquery(),
        select(func.count())
        .where(Case.closed_at >= begins, Case.status == "done", seen)
        .select_from(Case)
        .scalar_subquery(),
        select(func.count(CaseClock.case_id.distinct()))
        .join(Case, Case.id == CaseClock.case_id)
        .where(case_status.breached(begins, now), seen)
        .scalar_subquery(),
    )
    received, finished, breached = work.session.execute(select(*counts)).one()
    return Today(received, finished, breached)


Kind = Literal[
    "running",
    "late",
    "due_today",
    "waiting",
    "received",
    "finished",
    "breached",
    "measured",
    "measured_late",
]
NEWEST_FIRST: frozenset[Kind] = frozenset(
    {"received", "finished", "breached", "measured", "measured_late"}
)
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
    days: int = service_reports.USUAL,
    after: str | None = None,
    limit: int = 25,
) -> ListPage:
    """Cases of one kind, of one process or of all; `days` is the period of spans, `after` the
    cursor of the page before.
    """
    check_role(work.actor, OVERSEERS)
    query = _KINDS[kind](work, days)
    if process:
        query = query.where(Case.process_key == process)
    found = query.subquery()
    place, position = (
        tuple_(found.c.at, found.c.id),
        pagination.read(after, datetime.fromisoformat, UUID),
    )
    is_descending = kind in NEWEST_FIRST
    wanted = select(found).order_by(
        *(column.desc() if is_descending else column.asc() for column in (found.c.at, found.c.id))
    )
    if position is not None:
        wanted = wanted.where(
            place < tuple_(*position) if is_descending else place > tuple_(*position)
        )
    rows = work.session.execute(wanted.limit(limit + 1)).all()
    more, rows = len(rows) > limit, rows[:limit]
    known = {one.case_id: one for one in case_status.of_cases(work, [row.id for row in rows])}
    return ListPage(
        rows=[
            ListedCase(
                known[row.id],
                None if row.at == case_status.NEVER else row.at,
                row.took,
                bool(row.was_late),
            )
            for row in rows
        ],
        next=pagination.write(rows[-1].at, rows[-1].id) if more else None,
    )


Query = Select[*tuple[Any, ...]]


def _running(work: UnitOfWork, _days: int) -> Query:
    limit = case_status.limits()
    query = select(Case.id, case_status.urgency(limit).label("at"), *_UNMEASURED)
    joined = query.outerjoin(limit, limit.c.case_id == Case.id)
    return joined.where(Case.closed_at.is_(None), access.sees_of_many(work))


def _until(work: UnitOfWork, begins: datetime | None, ends: datetime) -> Query:
    """Running cases whose first limit lies in this time."""
    limit = case_status.limits()
    query = select(Case.id, limit.c.due_at.label("at"), *_UNMEASURED).join(
        limit, limit.c.case_id == Case.id
    )
    query = query.where(Case.closed_at.is_(None), access.sees_of_many(work), limit.c.due_at < ends)
    return query if begins is None else query.where(limit.c.due_at >= begins)


def _late(work: UnitOfWork, _days: int) -> Query:
    return _until(work, None, work.clock())


def _due_today(work: UnitOfWork, _days: int) -> Query:
    now = work.clock()
    return _until(work, now, case_status.day_of(now)[1])


def _waiting(work: UnitOfWork, _days: int) -> Query:
    query = select(Case.id, func.min(Task.created_at).label("at"), *_UNMEASURED).join(
        Task, Task.case_id == Case.id
    )
    return query.where(
        case_status.is_approval(work, case_status.in_use(work)), access.sees_of_many(work)
    ).group_by(Case.id)


def _received(work: UnitOfWork, _days: int) -> Query:
    begins, _ = case_status.day_of(work.clock())
    query = select(Case.id, Case.opened_at.label("at"), *_UNMEASURED)
    return query.where(Case.opened_at >= begins, access.sees_of_many(work))


def _finished(work: UnitOfWork, _days: int) -> Query:
    begins, _ = case_status.day_of(work.clock())
    query = select(Case.id, Case.closed_at.label("at"), *_UNMEASURED)
    return query.where(Case.closed_at >= begins, Case.status == "done", access.sees_of_many(work))


def _breached(work: UnitOfWork, _days: int) -> Query:
    now = work.clock()
    query = select(Case.id, func.max(CaseClock.due_at).label("at"), *_UNMEASURED)
    joined = query.join(CaseClock, CaseClock.case_id == Case.id)
    begins, _ = case_status.day_of(now)
    return joined.where(case_status.breached(begins, now), access.sees_of_many(work)).group_by(
        Case.id
    )


def _measured(work: UnitOfWork, days: int) -> Query:
    query = select(
        Case.id,
        CaseClock.stopped_at.label("at"),
        (CaseClock.stopped_at - CaseClock.started_at).label("took"),
        (CaseClock.stopped_at > CaseClock.due_at).label("was_late"),
    )
    joined = query.join(CaseClock, CaseClock.case_id == Case.id)
    return joined.where(service_reports.measured(work, service_reports.clocks(work), days))


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


UNSETTLED = 500
"""So many of the newest events are looked at for one that was committed late."""


def word(work: UnitOfWork) -> str:
    """Stays the same as long as such a page would read the same, at the price of two looks into an
    index.

    Every change writes its event; beside that only time changes a page: when a limit passes, and at
    midnight. Events get their numbers before they are committed, so the newest one alone would hide
    one that is committed after it. The word tells nothing of what is new: it is a digest, and the
    same for everybody.
    """
    now = work.clock()
    newest = select(AuditEvent.id).order_by(AuditEvent.id.desc()).limit(UNSETTLED).subquery()
    events = select(func.sum(newest.c.id)).scalar_subquery()
    passed = select(func.max(CaseClock.due_at)).where(
        CaseClock.stopped_at.is_(None), CaseClock.due_at < now
    )
    facts = work.session.execute(select(events, passed.scalar_subquery())).one()
    return hashlib.sha256(f"{tuple(facts)} {now.astimezone(WITA).date()}".encode()).hexdigest()[:16]
