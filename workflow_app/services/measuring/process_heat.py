"""How many cases stand at each step of a process, how long they stay there, and how often longer than they may.

Figures are of the cases that the reader may see. Finished days come from their tallies, less the cases he may not see; days that
are not counted yet, today among them, come from the log itself.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Integer, Row, Select, cast, func, literal_column, select, true

from workflow_app.engine.definitions import Definition
from workflow_app.engine.element import Element as Element
from workflow_app.errors import InvalidDefinition, NotFound
from workflow_app.models.case import Case
from workflow_app.models.definition import Definition as DefinitionRow
from workflow_app.models.event_log import CaseStep, ModelPart, StayTally
from workflow_app.permissions import PROCESS_READERS, check_role
from workflow_app.services.case_file import access
from workflow_app.services.ground.unit_of_work import UnitOfWork
from workflow_app.services.measuring.stay_lengths import bucket_of, percentile
from workflow_app.services.measuring.stay_tallies import counted, span, stays, tallied
from workflow_app.services.sop.processes import definition_of

LONGEST = 366
"""Days of the longest period."""
FRAMES = frozenset({"subProcess", "startEvent", "endEvent"})


@dataclass(frozen=True)
class Period:
    """Days in WITA, both included."""

    first: date
    last: date

    @property
    def after(self) -> date:
        """The day that follows."""
        return self.last + timedelta(days=1)

    @property
    def days(self) -> set[date]:
        """Each of them."""
        return {self.first + timedelta(days=n) for n in range((self.last - self.first).days + 1)}


@dataclass(frozen=True)
class Version:
    """One deployed version of a process."""

    id: UUID
    number: int
    is_current: bool


@dataclass(frozen=True)
class Chosen:
    """A process in all its versions or in one, and the one whose drawing is shown."""

    key: str
    versions: list[Version]
    """All there are, newest first."""
    only: int | None
    shown: Definition
    parts: Mapping[int, str]
    """Numbers of the steps in the chosen versions, each with the id of its element."""

    @property
    def steps(self) -> list[Element]:
        """Where cases can stand, in the order of the model; frames around them excepted."""
        return [element for element in self.shown.elements.values() if is_step(element)]

    def numbers_of(self, element: str) -> list[int]:
        """The numbers of one step in the chosen versions."""
        return [number for number, key in self.parts.items() if key == element]


@dataclass
class StepFigures:
    """What is known of one step in a period. Every figure is that of its cases."""

    standing: int = 0
    """Cases there now, whatever the period is."""
    stays: int = 0
    """Stays that ended in the period."""
    timed: int = 0
    """Of these, how many had a limit."""
    late: int = 0
    lengths: Counter[int] = field(default_factory=Counter)

    @property
    def median(self) -> timedelta | None:
        """Half of the stays were no longer."""
        return percentile(self.lengths, 50)

    @property
    def p90(self) -> timedelta | None:
        """Nine in ten were no longer."""
        return percentile(self.lengths, 90)

    @property
    def late_share(self) -> int | None:
        """In percent of those that had a limit."""
        return round(100 * self.late / self.timed) if self.timed else None


def is_step(element: Element) -> bool:
    """Can a case be said to stand there? Frames only surround steps, and gateways take no time."""
    return element.kind not in FRAMES and not element.kind.endswith(("Gateway", "boundaryEvent"))


def choose(work: UnitOfWork, key: str, version: int | None = None) -> Chosen:
    """A process and the numbers of its steps. Raises `NotFound` for what was never deployed, `Forbidden`."""
    check_role(work.actor, PROCESS_READERS)
    rows = work.session.scalars(
        select(DefinitionRow).where(DefinitionRow.process_key == key).order_by(DefinitionRow.version.desc())
    ).all()
    versions = [Version(row.id, row.version, row.is_current) for row in rows]
    wanted = [one for one in versions if version in (None, one.number)]
    if not wanted:
        raise NotFound()
    shown = next((one for one in wanted if one.is_current), wanted[0])
    query = select(ModelPart.id, ModelPart.key).where(ModelPart.definition_id.in_([one.id for one in wanted]))
    steps = set().union(*(_steps_of(work, one.id) for one in wanted))
    parts = {number: name for number, name in work.session.execute(query) if name in steps}
    return Chosen(key, versions, version, definition_of(work, shown.id), parts)


def _steps_of(work: UnitOfWork, definition_id: UUID) -> set[str]:
    """Where cases can stand in a version; nowhere in one that cannot be read any more."""
    try:
        elements = definition_of(work, definition_id).elements
    except InvalidDefinition:
        return set()
    return {element.id for element in elements.values() if is_step(element)}


def figures(work: UnitOfWork, chosen: Chosen, period: Period) -> dict[str, StepFigures]:
    """By element, those steps of which there is something to tell."""
    found: dict[str, StepFigures] = defaultdict(StepFigures)
    finished = tallied(work, period.first, period.last)
    _add(found, chosen, work.session.execute(_of_tallies(work, chosen.parts, finished)))
    hidden = CaseStep.case_id.in_(access.hidden(work))
    _add(found, chosen, work.session.execute(_of_log(work, chosen.parts, finished, hidden)), sign=-1)
    seen = access.not_behind_wall(work, CaseStep.case_id)
    open_days = period.days - finished
    _add(found, chosen, work.session.execute(_of_log(work, chosen.parts, open_days, seen)))
    for part, count in work.session.execute(_standing(work, chosen)):
        if part in chosen.parts:
            found[chosen.parts[part]].standing += count
    return {element: step for element, step in found.items() if step.stays or step.standing}


def running(work: UnitOfWork) -> dict[str, int]:
    """By process, how many cases run that the actor may see."""
    query = select(Case.process_key, func.count()).where(Case.closed_at.is_(None), access.sees_case(work))
    return dict(work.session.execute(query.group_by(Case.process_key)).all())


Counting = Select[int, int, int, int, int]
Counts = Row[int, int, int, int, int]
"""Number of the part, bucket, stays, with a limit, late."""


def _add(found: dict[str, StepFigures], chosen: Chosen, rows: Iterable[Counts], sign: int = 1) -> None:
    for part, bucket, count, timed, late in rows:
        step = found[chosen.parts[part]]
        step.stays += sign * count
        step.timed += sign * timed
        step.late += sign * late
        step.lengths[bucket] += sign * count


def _of_tallies(work: UnitOfWork, parts: Collection[int], days: Collection[date]) -> Counting:
    sums = func.sum(StayTally.stays), func.sum(StayTally.timed), func.sum(StayTally.late)
    return (
        select(StayTally.part, StayTally.bucket, sums[0], sums[1], sums[2])
        .where(StayTally.unit == work.actor.unit, StayTally.part.in_(parts))
        .where(StayTally.day.between(min(days, default=date.min), max(days, default=date.min)))
        .group_by(StayTally.part, StayTally.bucket)
    )


def _of_log(
    work: UnitOfWork, parts: Collection[int], days: Collection[date], which: ColumnElement[bool]
) -> Counting:
    """Of cases of the actor's unit, counted from the log."""
    stay = stays()
    bucket = bucket_of(CaseStep.at - stay.c.since)
    return (
        select(stay.c.part, bucket, *counted(stay))
        .select_from(CaseStep)
        .join(stay, true())
        .join(Case, Case.id == CaseStep.case_id)
        .where(span(days), which, Case.unit == work.actor.unit, stay.c.part.in_(parts))
        .group_by(stay.c.part, bucket)
    )


def _standing(work: UnitOfWork, chosen: Chosen) -> Select[int, int]:
    """Where running cases stand, by the number of the part."""
    place = func.jsonb_each(Case.standing).table_valued("key", "value", name="place")
    part = cast(literal_column("place.value ->> 0"), Integer)
    return (
        select(part, func.count(Case.id.distinct()))
        .select_from(Case)
        .join(place, true())
        .where(Case.closed_at.is_(None), Case.process_key == chosen.key, access.sees_case(work))
        .group_by(part)
    )
