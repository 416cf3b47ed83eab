"""The board of all running cases: by process, what is over its limit first; what waits for approval; the day; spans of services.

Everything counts what the reader may see and nothing else (`access.sees_case`), and no figure is about a person. It costs as many
questions for five thousand cases as for five.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, and_, func, select, tuple_

from workflow_app.models.case import Case, CaseClock
from workflow_app.models.task import Task
from workflow_app.permissions import OVERSEERS, check_role
from workflow_app.services.case_file import access
from workflow_app.services.ground.unit_of_work import UnitOfWork
from workflow_app.services.measuring import spans, standings
from workflow_app.services.measuring.spans import Span
from workflow_app.services.measuring.standings import Standing
from workflow_app.services.office import processes
from workflow_app.services.office.configuration import role_label

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
class Approval:
    """A decision that one person waits for from another."""

    task_id: UUID
    case_id: UUID
    number: str
    step: str
    process_key: str
    role_label: str
    since: datetime
    due_at: datetime | None


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
    waiting = _approvals(work)
    return Board(
        groups=_groups(work),
        approvals=[_approval(work, row) for row in waiting],
        waiting=waiting[0].all if waiting else 0,
        today=_today(work),
        spans=spans.over(work, days),
    )


def is_approval(work: UnitOfWork) -> ColumnElement[bool]:
    """An open task, joined to its case, at which somebody judges what others have done."""
    steps = {
        (definition.key, element.id)
        for definition in processes.current_definitions(work)
        for element in definition.elements.values()
        if "fourEyes" in element.properties
    }
    of_running = and_(Task.status == "open", Task.unit == work.actor.unit, Case.closed_at.is_(None))
    return and_(of_running, tuple_(Case.process_key, Task.element).in_(sorted(steps)))


def _groups(work: UnitOfWork) -> list[Group]:
    """One question for the counts and the first cases of every process, then those of `standings.of_cases`."""
    now = work.clock()
    _, midnight = standings.day_of(now)
    limit = standings.limits()
    order = (standings.urgency(limit), Case.opened_at, Case.id)
    of_process = Case.process_key
    counted = (
        select(
            Case.id,
            Case.process_key,
            standings.urgency(limit).label("limit"),
            func.row_number().over(partition_by=of_process, order_by=order).label("rank"),
            func.count().over(partition_by=of_process).label("running"),
            func.count().filter(limit.c.due_at < now).over(partition_by=of_process).label("late"),
            func.count()
            .filter(limit.c.due_at >= now, limit.c.due_at < midnight)
            .over(partition_by=of_process)
            .label("due_today"),
        )
        .outerjoin(limit, limit.c.case_id == Case.id)
        .where(Case.closed_at.is_(None), access.sees_case(work))
        .subquery()
    )
    rows = work.session.execute(
        select(counted).where(counted.c.rank <= SHOWN).order_by(counted.c.process_key, counted.c.rank)
    ).all()
    by_case = {one.case_id: one for one in standings.of_cases(work, [row.id for row in rows])}
    names = {definition.key: definition.name for definition in processes.current_definitions(work)}
    firsts = sorted(
        (row for row in rows if row.rank == 1), key=lambda row: (not row.late, row.limit, row.process_key)
    )
    return [
        Group(
            key=first.process_key,
            name=names.get(first.process_key, first.process_key),
            running=first.running,
            late=first.late,
            due_today=first.due_today,
            cases=[by_case[row.id] for row in rows if row.process_key == first.process_key],
        )
        for first in firsts
    ]


def _approvals(work: UnitOfWork) -> list[Row[*tuple[Any, ...]]]:
    query = (
        select(
            Task.id,
            Task.case_id,
            Task.name,
            Task.role,
            Task.created_at,
            Task.due_at,
            Case.number,
            Case.process_key,
            func.count().over().label("all"),
        )
        .join(Case, Case.id == Task.case_id)
        .where(is_approval(work), access.sees_case(work))
        .order_by(Task.created_at, Task.id)
        .limit(APPROVALS)
    )
    return list(work.session.execute(query))


def _approval(work: UnitOfWork, row: Row[*tuple[Any, ...]]) -> Approval:
    return Approval(
        task_id=row.id,
        case_id=row.case_id,
        number=row.number,
        step=row.name,
        process_key=row.process_key,
        role_label=role_label(work, row.role),
        since=row.created_at,
        due_at=row.due_at,
    )


def _today(work: UnitOfWork) -> Today:
    now = work.clock()
    begins, _ = standings.day_of(now)
    seen = access.sees_case(work)
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
