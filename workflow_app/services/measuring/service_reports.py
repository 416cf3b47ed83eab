"""The services of a month in figures, for who plans operations and budgets (R75, R76) and for who leads: the same for all readers.

Cases that are kept from anybody (R79) are in no figure, so that no two readers can learn from each other's. Nothing is about a
person: work is counted by role.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import ColumnElement, and_, func, or_, select

from workflow_app.models.case import Case, CaseClock
from workflow_app.models.task import Task
from workflow_app.permissions import REPORT_READERS, check_role
from workflow_app.roles import ROLES
from workflow_app.services.case_file import access
from workflow_app.services.ground.unit_of_work import UnitOfWork
from workflow_app.services.measuring import spans, standings
from workflow_app.services.measuring.spans import Span
from workflow_app.services.office.configuration import role_label
from workflow_app.services.sop import processes
from workflow_app.types import WITA


@dataclass(frozen=True)
class Line:
    """One service in the month."""

    key: str
    name: str
    received: int
    finished: int
    cancelled: int
    running: int
    """At the end of the month, or now."""
    breached: int
    """Cases of which a clock passed its limit in the month."""
    span: Span | None
    """Of the clock by which the service is judged."""


@dataclass(frozen=True)
class Work:
    """What one role has done."""

    role: str
    label: str
    steps: int


@dataclass(frozen=True)
class Report:
    """All of a month."""

    first: date
    """Its first day."""
    until: datetime
    """Its end, or now."""
    is_over: bool
    lines: list[Line]
    work: list[Work]


def of_month(work: UnitOfWork, first: date) -> Report:
    """The report of the month that begins on this day."""
    check_role(work.actor, REPORT_READERS)
    begins, ends = _midnight(first), _midnight(following(first))
    until = min(ends, work.clock())
    return Report(first, until, ends <= work.clock(), _lines(work, begins, ends), _work(work, begins, ends))


def months(work: UnitOfWork, most: int) -> list[date]:
    """The first days of the months that have figures, the newest first: from the first case on, `most` at most."""
    oldest = work.session.scalar(select(func.min(Case.opened_at)).where(access.kept_from_nobody(work)))
    month = work.clock().astimezone(WITA).date().replace(day=1)
    found = [month]
    while len(found) < most and oldest is not None and _midnight(found[-1]) > oldest:
        found.append((found[-1] - timedelta(days=1)).replace(day=1))
    return found


def following(first: date) -> date:
    """The first day of the month after."""
    return (first + timedelta(days=31)).replace(day=1)


def rows(report: Report) -> Iterator[tuple[str, ...]]:
    """The report as lines of a table. Spans are minutes; empty where so few would tell of single cases."""
    yield "bulan", "bagian", "kunci", "nama", "hal", "nilai"
    month = f"{report.first:%Y-%m}"
    for line in report.lines:
        about = (month, "layanan", line.key, line.name)
        yield (*about, "diterima", str(line.received))
        yield (*about, "selesai", str(line.finished))
        yield (*about, "dibatalkan", str(line.cancelled))
        yield (*about, "masih_berjalan", str(line.running))
        yield (*about, "melewati_batas", str(line.breached))
        if line.span is not None:
            yield (*about, "dihitung", str(line.span.n))
            yield (*about, "terlambat", str(line.span.late))
            yield (*about, "median_menit", _minutes(line.span.median))
            yield (*about, "p90_menit", _minutes(line.span.p90))
    for one in report.work:
        yield month, "beban", one.role, one.label, "langkah_selesai", str(one.steps)


def _lines(work: UnitOfWork, begins: datetime, ends: datetime) -> list[Line]:
    ended = and_(Case.closed_at >= begins, Case.closed_at < ends)
    counts = select(
        Case.process_key,
        func.count().filter(Case.opened_at >= begins),
        func.count().filter(ended, Case.status == "done"),
        func.count().filter(ended, Case.status == "cancelled"),
        func.count().filter(or_(Case.closed_at.is_(None), Case.closed_at >= ends)),
    ).where(
        access.kept_from_nobody(work),
        Case.opened_at < ends,
        or_(Case.closed_at.is_(None), Case.closed_at >= begins),
    )
    counted = {row[0]: row for row in work.session.execute(counts.group_by(Case.process_key))}
    late = (
        select(Case.process_key, func.count(CaseClock.case_id.distinct()))
        .join(Case, Case.id == CaseClock.case_id)
        .where(access.kept_from_nobody(work), standings.breached(begins, min(ends, work.clock())))
        .group_by(Case.process_key)
    )
    breached = dict(work.session.execute(late).all())
    measured = spans.told(work, spans.clocks(work), _measured(work, begins, ends))
    judged = {span.clock.process_key: span for span in measured}
    return [
        Line(view.key, view.name, *counts_of[1:], breached.get(view.key, 0), judged.get(view.key))
        for view in processes.list_current(work)
        if (counts_of := counted.get(view.key)) is not None
    ]


def _measured(work: UnitOfWork, begins: datetime, ends: datetime) -> ColumnElement[bool]:
    return and_(
        CaseClock.stopped_at >= begins,
        CaseClock.stopped_at < ends,
        Case.status != "cancelled",
        access.kept_from_nobody(work),
    )


def _work(work: UnitOfWork, begins: datetime, ends: datetime) -> list[Work]:
    query = (
        select(Task.role, func.count())
        .join(Case, Case.id == Task.case_id)
        .where(
            Task.status == "done",
            Task.done_at >= begins,
            Task.done_at < ends,
            access.kept_from_nobody(work),
        )
        .group_by(Task.role)
    )
    steps = dict(work.session.execute(query).all())
    return [Work(role, role_label(work, role), steps[role]) for role in ROLES if role in steps]


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), WITA)


def _minutes(span: timedelta | None) -> str:
    return "" if span is None else f"{span / timedelta(minutes=1):.1f}"
