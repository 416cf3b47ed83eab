"""The event log as tests look at it: stays written out, and what a reader is told of a process."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from workflow_app.domain import SYSTEM, WITA, Actor
from workflow_app.models import Case, CaseStep, ModelPart
from workflow_app.services.cases.event_log import StayEnd
from workflow_app.services.core.unit_of_work import Works
from workflow_app.services.reporting import process_figures
from workflow_app.services.reporting.process_figures import Period, StepFigures


@dataclass(frozen=True)
class Stay:
    """A stay of a case, with the id of its element."""

    element: str
    since: datetime
    until: datetime
    ends: StayEnd

    @property
    def length(self) -> timedelta:
        return self.until - self.since


def keys(works: Works) -> Mapping[int, str]:
    """What stands behind the numbers."""
    with works.begin(SYSTEM) as work:
        return dict(work.session.execute(select(ModelPart.id, ModelPart.key)).all())


def steps_of(works: Works, case_id: UUID) -> list[CaseStep]:
    """The rows of a case in their order."""
    with works.begin(SYSTEM) as work:
        rows = work.session.scalars(
            select(CaseStep).where(CaseStep.case_id == case_id).order_by(CaseStep.no)
        ).all()
        for row in rows:
            work.session.expunge(row)
        return list(rows)


def path_of(works: Works, case_id: UUID) -> list[str]:
    """Elements and flows that a case passed."""
    known = keys(works)
    return [known[part] for row in steps_of(works, case_id) for part in row.path]


def stays_of(works: Works, case_id: UUID) -> list[Stay]:
    """The stays of a case that ended."""
    known = keys(works)
    return [
        Stay(known[part], since, row.at, StayEnd(ends))
        for row in steps_of(works, case_id)
        for part, since, ends in zip(row.stay_parts, row.stay_since, row.stay_ends, strict=True)
    ]


def standing_of(works: Works, case_id: UUID) -> dict[str, Any]:
    """Where a case stands: element to since when."""
    known = keys(works)
    with works.begin(SYSTEM) as work:
        standing = work.session.get_one(Case, case_id).standing or {}
        return {known[part]: datetime.fromisoformat(since) for part, since in standing.values()}


def figures_of(works: Works, reader: Actor, key: str, days: int = 30) -> dict[str, StepFigures]:
    """What a reader is told of the last days of a process."""
    with works.begin(reader) as work:
        today = work.clock().astimezone(WITA).date()
        chosen = process_figures.choose(work, key)
        return process_figures.figures(
            work, chosen, Period(today - timedelta(days=days - 1), today)
        )
