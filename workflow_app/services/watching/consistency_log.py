"""Is the event log whole, and do the tallies say what the log says?"""

from collections.abc import Iterator

from sqlalchemy import func, or_, select, true

from workflow_app.models.case import Case
from workflow_app.models.event_log import CaseStep, StayTally, TalliedDay
from workflow_app.services.ground.unit_of_work import UnitOfWork
from workflow_app.services.measuring.stay_tallies import local_day, stays
from workflow_app.services.watching.faults import Fault


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
            "tally", f"day {found}", "The stays of this day are counted otherwise than the event log tells."
        )
