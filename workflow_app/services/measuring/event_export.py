"""The event log as it leaves the house: whole traces of cases, one after the other, without anything personal.

Case numbers, elements, roles and instants only. Cases that are kept from the reader are not in it; what the site's operator
exports is without every case that is kept from anybody, unless he asks for those too.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, and_, select, true

from workflow_app.engine.element import Element
from workflow_app.errors import InvalidDefinition
from workflow_app.models.case import Case
from workflow_app.models.definition import Definition as DefinitionRow
from workflow_app.models.event_log import CaseStep, ModelPart
from workflow_app.models.kinship import CaseKinship
from workflow_app.models.wall import CaseWall
from workflow_app.permissions import LOG_EXPORTERS, check_role
from workflow_app.services.case_file import access
from workflow_app.services.case_file.event_log import StayEnd
from workflow_app.services.ground import audit
from workflow_app.services.ground.unit_of_work import UnitOfWork
from workflow_app.services.measuring.process_heat import Period
from workflow_app.services.measuring.stay_tallies import midnight
from workflow_app.services.sop.processes import definition_of
from workflow_app.types import SYSTEM

AT_ONCE = 2000
"""Rows that are in memory at the same time."""
FRAMES = ("Gateway", "subProcess")


@dataclass(frozen=True)
class Activity:
    """An element as the log names it."""

    element: str
    name: str
    """Its name; with its id where another element of the process has the same."""
    kind: str
    role: str


@dataclass(frozen=True)
class Event:
    """An element of a case, from when it was entered to when it was left."""

    activity: Activity
    round: int
    """1 the first time the case is there."""
    since: datetime
    until: datetime
    is_timed: bool
    is_late: bool
    is_cut: bool


@dataclass(frozen=True)
class Trace:
    """One case."""

    number: str
    process: str
    version: int
    opened_at: datetime
    outcome: str | None
    parent: str | None
    """Number of the case that it continues, if that is in the log too."""
    events: list[Event] = field(default_factory=list)


@dataclass(frozen=True)
class Selection:
    """Which cases: of these processes (all when there are none), begun in this period."""

    processes: Collection[str] = ()
    period: Period | None = None
    with_kept_back: bool = False
    """Also what is confined or behind a wall. For the operator only."""


def check(work: UnitOfWork) -> None:
    """Raise `Forbidden` unless the actor may take the log out; the operator may."""
    if work.actor != SYSTEM:
        check_role(work.actor, LOG_EXPORTERS)


def record(work: UnitOfWork, selection: Selection, form: str) -> None:
    """Put on record that the log was taken out."""
    period = selection.period
    audit.record(
        work,
        "events",
        "events.exported",
        form=form,
        processes=sorted(selection.processes),
        first=None if period is None else period.first.isoformat(),
        last=None if period is None else period.last.isoformat(),
        with_kept_back=selection.with_kept_back,
    )


def cases(work: UnitOfWork, selection: Selection) -> Iterator[Trace]:
    """The cases without their events, oldest first."""
    query = _cases(work, selection).order_by(Case.opened_at, Case.id)
    for row in work.session.execute(query.execution_options(yield_per=AT_ONCE)):
        yield _trace(row)


def traces(work: UnitOfWork, selection: Selection) -> Iterator[Trace]:
    """The cases with all their events in order, oldest case first. Memory does not grow with their number."""
    activities = _activities(work, selection)
    columns = (CaseStep.at, CaseStep.path, CaseStep.stay_parts, CaseStep.stay_since, CaseStep.stay_ends)
    query = (
        _cases(work, selection)
        .add_columns(*columns)
        .join(CaseStep, CaseStep.case_id == Case.id)
        .order_by(Case.opened_at, Case.id, CaseStep.no)
    )
    rows = work.session.execute(query.execution_options(yield_per=AT_ONCE))
    for _, steps in groupby(rows, key=lambda row: row.id):
        first, *others = steps
        trace, rounds = _trace(first), Counter[str]()
        for step in (first, *others):
            trace.events.extend(_events(step, activities, rounds))
        yield trace


def _cases(work: UnitOfWork, selection: Selection) -> Select[Any]:
    which = _which(work, selection)
    parents = select(Case.id, Case.number).where(which).subquery("parent")
    return (
        select(
            Case.id,
            Case.number,
            Case.process_key,
            DefinitionRow.version,
            Case.opened_at,
            Case.outcome,
            parents.c.number.label("parent"),
        )
        .join(DefinitionRow, DefinitionRow.id == Case.definition_id)
        .outerjoin(CaseKinship, CaseKinship.child_id == Case.id)
        .outerjoin(parents, parents.c.id == CaseKinship.parent_id)
        .where(which)
    )


def _which(work: UnitOfWork, selection: Selection) -> ColumnElement[bool]:
    found = [_seen(work, with_kept_back=selection.with_kept_back)]
    if selection.processes:
        found.append(Case.process_key.in_(selection.processes))
    if selection.period is not None:
        found.append(Case.opened_at >= midnight(selection.period.first))
        found.append(Case.opened_at < midnight(selection.period.after))
    return and_(*found)


def _seen(work: UnitOfWork, *, with_kept_back: bool) -> ColumnElement[bool]:
    if work.actor != SYSTEM:
        return access.sees_case(work)
    if with_kept_back:
        return true()
    return Case.confined_to.is_(None) & Case.id.not_in(select(CaseWall.case_id))


def _trace(row: Row[Any]) -> Trace:
    return Trace(row.number, row.process_key, row.version, row.opened_at, row.outcome, row.parent)


def _events(row: Row[Any], activities: Mapping[int, Activity], rounds: Counter[str]) -> Iterator[Event]:
    """What happened in one step: stays that something else ended, then what was completed, in order."""
    stays = [*zip(row.stay_parts, row.stay_since, row.stay_ends, strict=True)]
    cut = [stay for stay in stays if stay[2] & StayEnd.CUT]
    completed = [stay for stay in stays if not stay[2] & StayEnd.CUT]
    for part, since, ends in cut:
        if part in activities:
            yield _event(activities[part], since, row.at, ends, rounds)
    for part in row.path:
        if part not in activities:
            continue
        element = activities[part].element
        # Of a case that was moved meanwhile, the stay has its number from the version in which it began.
        stays_there = (
            one for one in completed if one[0] in activities and activities[one[0]].element == element
        )
        stay = next(stays_there, (part, row.at, 0))
        if stay in completed:
            completed.remove(stay)
        yield _event(activities[part], stay[1], row.at, stay[2], rounds)


def _event(activity: Activity, since: datetime, until: datetime, ends: int, rounds: Counter[str]) -> Event:
    rounds[activity.element] += 1
    return Event(
        activity,
        rounds[activity.element],
        since,
        until,
        is_timed=bool(ends & StayEnd.TIMED),
        is_late=bool(ends & StayEnd.LATE),
        is_cut=bool(ends & StayEnd.CUT),
    )


def _activities(work: UnitOfWork, selection: Selection) -> dict[int, Activity]:
    """By number of the part. Gateways, frames and flows are no activities: they take no time of their own."""
    query = select(ModelPart.id, ModelPart.key, ModelPart.definition_id)
    if selection.processes:
        chosen = select(DefinitionRow.id).where(DefinitionRow.process_key.in_(selection.processes))
        query = query.where(ModelPart.definition_id.in_(chosen))
    found: dict[int, Activity] = {}
    named: dict[UUID, dict[str, Activity]] = {}
    for number, key, definition_id in work.session.execute(query):
        if definition_id not in named:
            named[definition_id] = _named(work, definition_id)
        if key in named[definition_id]:
            found[number] = named[definition_id][key]
    return found


def _named(work: UnitOfWork, definition_id: UUID) -> dict[str, Activity]:
    """The activities of a version; none of one that cannot be read any more."""
    try:
        known = definition_of(work, definition_id).elements
    except InvalidDefinition:
        return {}
    elements = [one for one in known.values() if not one.kind.endswith(FRAMES)]
    often = Counter(one.name or one.id for one in elements)
    return {
        one.id: Activity(
            one.id,
            _name(one, often),
            one.kind,
            one.role,
        )
        for one in elements
    }


def _name(element: Element, often: Mapping[str, int]) -> str:
    if not element.name:
        return element.id
    return element.name if often[element.name] == 1 else f"{element.name} ({element.id})"
