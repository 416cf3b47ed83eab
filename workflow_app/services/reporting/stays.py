"""Lengths of stays on a logarithmic scale: counts of buckets add up over days, elements and
versions, and can be subtracted.

A bucket reaches from one power of `GROWTH` to the next, so that a percentile read from counts is
within 2 % of the exact one (nearest rank), however long the stays are. A second or less is one
bucket.

Stays of finished days, counted once by a job: figures over months do not read the log of months.

All cases of a unit are counted. Whoever may not see some of them has theirs taken off when he looks
(`process_heat`), so that a wall that rises later needs no recount.
"""

import math
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    Integer,
    SmallInteger,
    TableValuedAlias,
    and_,
    cast,
    column,
    delete,
    false,
    func,
    insert,
    or_,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.types import Double

from workflow_app.domain import SYSTEM, WITA
from workflow_app.models import Case, CaseStep, StayTally, TalliedDay
from workflow_app.services.cases import event_log
from workflow_app.services.cases.event_log import StayEnd
from workflow_app.services.core.jobs import KEEPING, Running, periodic
from workflow_app.services.core.unit_of_work import UnitOfWork, Works

GROWTH = 1.04
PRECISION = (GROWTH - 1) / (GROWTH + 1)
"""By what share a length may differ from the exact one."""


def bucket_of(length: ColumnElement[Any]) -> ColumnElement[int]:
    """The bucket of an interval, in SQL. Only here, so that what is tallied and what is counted
    live are one scale.
    """
    seconds = cast(func.extract("epoch", length), Double)
    return cast(func.ceil(func.ln(func.greatest(seconds, 1.0)) / math.log(GROWTH)), SmallInteger)


def length_of(bucket: int) -> timedelta:
    """The length a bucket stands for."""
    if bucket <= 0:
        return timedelta(seconds=1)
    return timedelta(seconds=2 * GROWTH**bucket / (GROWTH + 1))


def percentile(counts: Mapping[int, int], share: int) -> timedelta | None:
    """The length at or below which this share (in percent) of the stays lies; None when there are
    none.
    """
    rank, seen = -(-sum(counts.values()) * share // 100), 0
    for bucket in sorted(counts):
        seen += counts[bucket]
        if counts[bucket] > 0 and seen >= rank:
            return length_of(bucket)
    return None


MARGIN = timedelta(hours=1)
"""After midnight a day is left open so long: a step of its last second may be stored a little
later.
"""
DAYS_AT_ONCE = 50
LOOKED_BACK = timedelta(days=14)
"""So many finished days are compared with the log each time."""


def stays() -> TableValuedAlias:
    """The ended stays of a row of `case_step`, as rows."""
    lists = func.unnest(CaseStep.stay_parts, CaseStep.stay_since, CaseStep.stay_ends)
    columns: Iterable[ColumnElement[Any]] = (
        column("part", Integer),
        column("since", TIMESTAMP(timezone=True)),
        column("ends", SmallInteger),
    )
    return lists.table_valued(*columns, with_ordinality="ordinal", name="stay").render_derived()


def counted(
    stay: TableValuedAlias,
) -> tuple[ColumnElement[int], ColumnElement[int], ColumnElement[int]]:
    """How many stays there are, how many had a limit, how many went beyond it."""
    timed, late = (stay.c.ends.op("&")(int(flag)) != 0 for flag in (StayEnd.TIMED, StayEnd.LATE))
    return func.count(), func.count().filter(timed), func.count().filter(late)


def local_day(at: Any) -> ColumnElement[date]:
    """The day in WITA of an instant, in SQL."""
    return cast(func.timezone(WITA.key, at), Date)


def span(days: Iterable[date]) -> ColumnElement[bool]:
    """Steps of these days, as ranges of the index on their time."""
    ranges: list[list[date]] = []
    for day in sorted(days):
        if ranges and ranges[-1][1] == day:
            ranges[-1][1] = day + timedelta(days=1)
        else:
            ranges.append([day, day + timedelta(days=1)])
    return or_(
        false(),
        *(
            and_(CaseStep.at >= midnight(first), CaseStep.at < midnight(after))
            for first, after in ranges
        ),
    )


def midnight(day: date) -> datetime:
    """When a day begins."""
    return datetime.combine(day, time(), WITA).astimezone(UTC)


def keep_up(works: Works) -> None:
    """Write what old cases tell, then count every finished day that is not counted yet, or of which
    the log tells otherwise by now; each in a transaction of its own.
    """
    filled = 1
    while filled:
        with works.begin(SYSTEM) as work:
            filled = event_log.fill_some(work)
    with works.begin(SYSTEM) as work:
        days = [] if event_log.is_any(work) else open_days(work)
        # All of them once a day, with the first day that is new; the newest ones always.
        looked_at = None if days else finished_until(work) - LOOKED_BACK
        days += differing(work, looked_at)
    for day in days[:DAYS_AT_ONCE]:
        with works.begin(SYSTEM) as work:
            tally(work, day)


def open_days(work: UnitOfWork) -> list[date]:
    """Finished days that are not counted yet, from the first one in the log; oldest first."""
    first = work.session.scalar(select(func.min(CaseStep.at)))
    if first is None:
        return []
    begin, end = first.astimezone(WITA).date(), finished_until(work)
    days = {begin + timedelta(days=n) for n in range((end - begin).days)}
    return sorted(days - tallied(work, begin, end))


def finished_until(work: UnitOfWork) -> date:
    """The first day that is not finished."""
    return (work.clock() - MARGIN).astimezone(WITA).date()


def tallied(work: UnitOfWork, first: date, last: date) -> set[date]:
    """The finished days of a period that are counted. A clock that ran ahead for a while may have
    counted days that are still to come.
    """
    finished = TalliedDay.day < finished_until(work)
    return set(
        work.session.scalars(
            select(TalliedDay.day).where(TalliedDay.day.between(first, last), finished)
        )
    )


def differing(work: UnitOfWork, since: date | None = None) -> list[date]:
    """Days that are counted otherwise than the log tells by now, from a day on: a clock was set
    back into them, or ran ahead.
    """
    day, stay_count = local_day(CaseStep.at), func.sum(func.cardinality(CaseStep.stay_parts))
    logged = select(day, stay_count).group_by(day)
    told = select(StayTally.day, func.sum(StayTally.stays)).group_by(StayTally.day)
    if since is not None:
        logged = logged.where(CaseStep.at >= midnight(since))
        told = told.where(StayTally.day >= since)
    stays_of, counted_of = (
        {of: int(n) for of, n in work.session.execute(query) if n} for query in (logged, told)
    )
    days = tallied(work, since or date.min, date.max)
    return sorted(each for each in days if stays_of.get(each, 0) != counted_of.get(each, 0))


def tally(work: UnitOfWork, day: date) -> None:
    """Count a finished day; again gives the same. Who counts it at the same time waits and then
    counts nothing twice.
    """
    work.session.execute(
        select(func.pg_advisory_xact_lock(func.hashtextextended(f"tally {day}", 0)))
    )
    work.session.execute(delete(StayTally).where(StayTally.day == day))
    stay = stays()
    bucket = bucket_of(CaseStep.at - stay.c.since)
    rows = (
        select(Case.unit, stay.c.part, cast(day, Date), bucket, *counted(stay))
        .select_from(CaseStep)
        .join(stay, true())
        .join(Case, Case.id == CaseStep.case_id)
        .where(span([day]))
        .group_by(Case.unit, stay.c.part, bucket)
    )
    into = ["unit", "part", "day", "bucket", "stays", "timed", "late"]
    work.session.execute(insert(StayTally).from_select(into, rows))
    work.session.execute(delete(TalliedDay).where(TalliedDay.day == day))
    work.session.add(TalliedDay(day=day, made_at=work.clock()))
    work.session.flush()


@periodic(
    "tally_stays",
    label="Menghitung lama langkah tiap hari",
    queue=KEEPING,
    cron="*/10 * * * *",
    is_alone=True,
)
def tally_stays_job(running: Running) -> None:
    """Tally the days that are over."""
    keep_up(running.works)
