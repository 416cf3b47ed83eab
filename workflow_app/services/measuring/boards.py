"""The board of all running cases: by process, what is over its limit first; what waits for approval; the day; spans of services.

Everything counts what the reader may see and nothing else (`access.sees_of_many`), and no figure is about a person. It costs as many
questions for five thousand cases as for five.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from sqlalchemy import Row, func, select

from workflow_app.models.case import Case, CaseClock
from workflow_app.permissions import OVERSEERS, check_role
from workflow_app.services.case_file import access
from workflow_app.services.ground.unit_of_work import UnitOfWork
from workflow_app.services.measuring import approvals, spans, standings
from workflow_app.services.measuring.approvals import Approval
from workflow_app.services.measuring.spans import Span
from workflow_app.services.measuring.standings import Standing
from workflow_app.services.sop import processes

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


def read(work: UnitOfWork, days: int = spans.USUAL) -> Board:
    """The board as it is now; `days` is the period of the spans."""
    check_role(work.actor, OVERSEERS)
    firsts = _firsts(work)
    oldest, waiting = approvals.oldest(work, {row.definition_id for row in firsts}, APPROVALS)
    return Board(
        groups=_groups(work, firsts),
        approvals=oldest,
        waiting=waiting,
        today=_today(work),
        spans=spans.over(work, days),
    )


def _firsts(work: UnitOfWork) -> Sequence[Row[*tuple[Any, ...]]]:
    """The most urgent running cases of each version of each process, the most urgent one first, with the counts of that version."""
    now = work.clock()
    _, midnight = standings.day_of(now)
    limit = standings.limits()
    standing = (
        select(Case.id, Case.definition_id, Case.opened_at, standings.urgency(limit).label("limit"))
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
            func.count().filter(standing.c.limit >= now, standing.c.limit < midnight).label("due_today"),
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
        of_process.setdefault(processes.definition_of(work, row.definition_id).key, []).append(row)
    shown = {key: [row.id for row in rows[:SHOWN]] for key, rows in of_process.items()}
    standing = {one.case_id: one for one in standings.of_cases(work, [*chain(*shown.values())])}
    names = {definition.key: definition.name for definition in processes.current_definitions(work)}
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
    return sorted(groups, key=lambda group: (not group.late, of_process[group.key][0].limit, group.key))


def _today(work: UnitOfWork) -> Today:
    now = work.clock()
    begins, _ = standings.day_of(now)
    seen = access.sees_of_many(work)
    counts = (
        select(func.count()).where(Case.opened_at >= begins, seen).select_from(Case).scalar_subquery(),
        select(func.count())
        .where(Case.closed_at >= begins, Case.status == "done", seen)
        .select_from(Case)
        .scalar_subquery(),
        select(func.count(CaseClock.case_id.distinct()))
        .join(Case, Case.id == CaseClock.case_id)
        .where(standings.breached(begins, now), seen)
        .scalar_subquery(),
    )
    received, finished, breached = work.session.execute(select(*counts)).one()
    return Today(received, finished, breached)
