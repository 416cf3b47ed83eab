"""How many cases stand at each step of a process, how long they stay there, and how often longer
than they may.

Figures are of the cases that the reader may see. Finished days come from their tallies, less the
cases he may not see; days that are not counted yet, today among them, come from the log itself.

A day of a process: every move of its cases, beginning with where they stood, to be watched over the
drawing. The cases behind a figure of a process: those that stand at a step, and the stays that
ended there in a period.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Integer,
    Row,
    Select,
    Uuid,
    cast,
    func,
    literal_column,
    select,
    true,
    tuple_,
)
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.orm import load_only

from workflow_app.domain import WITA, InvalidDefinition, NotFound
from workflow_app.engine.definitions import Definition
from workflow_app.engine.definitions import Element as Element
from workflow_app.models import Case, CaseStep, ModelPart, StayTally
from workflow_app.models import Definition as DefinitionRow
from workflow_app.permissions import PROCESS_READERS, check_role
from workflow_app.services.cases import access, event_log
from workflow_app.services.cases.event_log import Move, Stay, StayEnd
from workflow_app.services.core import pagination
from workflow_app.services.core.unit_of_work import UnitOfWork
from workflow_app.services.processes import definitions
from workflow_app.services.processes.definitions import definition_of
from workflow_app.services.reporting.stays import (
    bucket_of,
    counted,
    midnight,
    percentile,
    span,
    stays,
    tallied,
)

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
    """A process and the numbers of its steps. Raises `NotFound` for what was never deployed,
    `Forbidden`.
    """
    check_role(work.actor, PROCESS_READERS)
    rows = work.session.scalars(
        select(DefinitionRow)
        .where(DefinitionRow.process_key == key)
        .order_by(DefinitionRow.version.desc())
    ).all()
    versions = [Version(row.id, row.version, row.is_current) for row in rows]
    wanted = [one for one in versions if version in (None, one.number)]
    if not wanted:
        raise NotFound()
    shown = next((one for one in wanted if one.is_current), wanted[0])
    query = select(ModelPart.id, ModelPart.key).where(
        ModelPart.definition_id.in_([one.id for one in wanted])
    )
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
    _add(
        found, chosen, work.session.execute(_of_log(work, chosen.parts, finished, hidden)), sign=-1
    )
    seen = access.not_behind_wall(work, CaseStep.case_id)
    open_days = period.days - finished
    _add(found, chosen, work.session.execute(_of_log(work, chosen.parts, open_days, seen)))
    for part, count in work.session.execute(_standing(work, chosen)):
        if part in chosen.parts:
            found[chosen.parts[part]].standing += count
    return {element: step for element, step in found.items() if step.stays or step.standing}


def running(work: UnitOfWork) -> dict[str, int]:
    """By process, how many cases run that the actor may see."""
    query = select(Case.process_key, func.count()).where(
        Case.closed_at.is_(None), access.sees_case(work)
    )
    return dict(work.session.execute(query.group_by(Case.process_key)).all())


Counting = Select[int, int, int, int, int]
Counts = Row[int, int, int, int, int]
"""Number of the part, bucket, stays, with a limit, late."""


def _add(
    found: dict[str, StepFigures], chosen: Chosen, rows: Iterable[Counts], sign: int = 1
) -> None:
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


MOST = 1000
"""Moves on one page."""
OLDEST = 92
"""Days back that can be watched again: where all stood is put together from what came after."""


@dataclass(frozen=True)
class DayMove:
    """A move with the number of its case."""

    case_number: str
    move: Move


@dataclass(frozen=True)
class Day:
    """Some moves of a day in their order, from where the cases stood before the first of them."""

    begins_at: datetime
    ends_at: datetime
    standing: Mapping[str, int]
    """By element, how many cases stood there at the beginning."""
    moves: list[DayMove]
    next: datetime | None
    """When the moves go on that are too many for one page."""


def watch(work: UnitOfWork, chosen: Chosen, day: date, since: datetime | None = None) -> Day:
    """The moves of a day from `since` on, of the cases that the actor may see. Raises `NotFound`
    for days too far back.
    """
    today = work.clock().astimezone(WITA).date()
    if not today - timedelta(days=OLDEST) <= day <= today:
        raise NotFound()
    begin, end = midnight(day), min(midnight(day + timedelta(days=1)), work.clock())
    begin = since if since is not None and begin <= since < end else begin
    cases = _cases(work, chosen, begin, end)
    steps = _steps(work, [case.id for case in cases], begin)
    keys = definitions.keys(
        work,
        [part for rows in steps.values() for row in rows for part in event_log.numbers_in(row)]
        + [part for case in cases for part in event_log.standing_parts(case)],
    )
    at_first: Counter[str] = Counter()
    shown = event_log.shown_of(chosen.shown.elements)
    found: list[DayMove] = []
    for case in cases:
        rows = steps.get(case.id, ())
        at_first.update(
            stay.element
            for stay in _stays(case, rows, keys)
            if stay.element in shown
            and stay.since < begin
            and (stay.until is None or stay.until >= begin)
        )
        found += [
            DayMove(case.number, move)
            for move in event_log.moves(work, case, rows, keys)
            if begin <= move.at < end
        ]
    found.sort(key=lambda one: (one.move.at, one.case_number))
    more = found[MOST].move.at if len(found) > MOST else None
    return Day(
        begin, end, at_first, [one for one in found if more is None or one.move.at < more], more
    )


def _stays(case: Case, rows: Sequence[CaseStep], keys: Mapping[int, str]) -> Iterator[Stay]:
    yield from event_log.ended(rows, keys)
    yield from event_log.standing(case, keys)


def _cases(work: UnitOfWork, chosen: Chosen, begin: datetime, end: datetime) -> Sequence[Case]:
    """Those that had begun before the day's end and were not over at its beginning, without what
    else a case holds.
    """
    query = (
        select(Case)
        .options(load_only(Case.number, Case.definition_id, Case.standing))
        .where(Case.process_key == chosen.key, access.sees_case(work), Case.opened_at < end)
        .where(Case.closed_at.is_(None) | (Case.closed_at >= begin))
    )
    if chosen.only is not None:
        query = query.where(
            Case.definition_id.in_([v.id for v in chosen.versions if v.number == chosen.only])
        )
    return work.session.scalars(query).all()


def _steps(
    work: UnitOfWork, case_ids: Sequence[UUID], begin: datetime
) -> dict[UUID, list[CaseStep]]:
    """By case, what it did since then, oldest first."""
    query = (
        select(CaseStep)
        .where(CaseStep.case_id.in_(case_ids), CaseStep.at >= begin)
        .order_by(CaseStep.case_id, CaseStep.no)
    )
    found: dict[UUID, list[CaseStep]] = {}
    for step in work.session.scalars(query):
        found.setdefault(step.case_id, []).append(step)
    return found


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
    work: UnitOfWork,
    chosen: Chosen,
    element: str,
    which: Which,
    period: Period,
    after: str | None = None,
) -> StayPage:
    """Of the cases that the actor may see: who stands there longest first, what ended last first.
    Raises `NotFound`.
    """
    numbers = chosen.numbers_of(element)
    if not numbers or which not in WHICH:
        raise NotFound()
    if which == "kini":
        return _standing_process_stay(work, chosen, numbers, after)
    return _ended(work, numbers, period, which == "lewat", after)


def _standing_process_stay(
    work: UnitOfWork, chosen: Chosen, numbers: Sequence[int], after: str | None
) -> StayPage:
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
    if (read := pagination.read(after, datetime.fromisoformat, UUID)) is not None:
        query = query.where(tuple_(since, task_id) > tuple_(*read))
    found = work.session.execute(query).all()
    rows = [
        StayRow(case_id, number, since, None, is_late=False, is_cut=False)
        for case_id, number, since, _ in found[:PAGE]
    ]
    following = (
        pagination.write(found[PAGE - 1][2], found[PAGE - 1][3]) if len(found) > PAGE else None
    )
    return StayPage(rows, following)


def _ended(
    work: UnitOfWork, numbers: Sequence[int], period: Period, is_late: bool, after: str | None
) -> StayPage:
    stay = stays()
    order: list[Any] = [CaseStep.at, CaseStep.case_id, CaseStep.no, stay.c.ordinal]
    query = (
        select(
            Case.id,
            Case.number,
            stay.c.since,
            CaseStep.at,
            stay.c.ends,
            CaseStep.no,
            stay.c.ordinal,
        )
        .select_from(CaseStep)
        .join(stay, true())
        .join(Case, Case.id == CaseStep.case_id)
        .where(span(period.days), access.sees_case(work), stay.c.part.in_(numbers))
        .order_by(*(column.desc() for column in order))
        .limit(PAGE + 1)
    )
    if is_late:
        query = query.where(stay.c.ends.op("&")(int(StayEnd.LATE)) != 0)
    if (
        read := pagination.read(
            after, datetime.fromisoformat, UUID, pagination.small, pagination.small
        )
    ) is not None:
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
    following = None if last is None else pagination.write(last[3], last[0], last[5], last[6])
    return StayPage(rows, following)
