"""The event log as it leaves the house: whole traces of cases, one after the other, without
anything personal.

Case numbers, elements, roles and instants only. Cases that are kept from the reader are not in it;
what the site's operator exports is without every case that is kept from anybody, unless he asks for
those too.

The forms in which the event log is exported. The event log as OCEL 2.0 (JSON), piece by piece:
cases are objects, those that continue others are related to them. The event log as XES (IEEE
1849-2016), piece by piece.
"""

import json
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Any
from uuid import UUID
from xml.sax.saxutils import quoteattr

from sqlalchemy import ColumnElement, Row, Select, and_, select, true

from workflow_app.domain import SYSTEM, WITA, InvalidDefinition
from workflow_app.engine.definitions import Element
from workflow_app.models import Case, CaseKinship, CaseStep, CaseWall, ModelPart
from workflow_app.models import Definition as DefinitionRow
from workflow_app.permissions import LOG_EXPORTERS, check_role
from workflow_app.services.cases import access
from workflow_app.services.cases.event_log import StayEnd
from workflow_app.services.core import unit_of_work
from workflow_app.services.core.unit_of_work import UnitOfWork
from workflow_app.services.processes.definitions import definition_of
from workflow_app.services.reporting.process_figures import Period
from workflow_app.services.reporting.stays import midnight

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
    unit_of_work.record(
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
    """The cases with all their events in order, oldest case first. Memory does not grow with their
    number.
    """
    activities = _activities(work, selection)
    columns = (
        CaseStep.at,
        CaseStep.path,
        CaseStep.stay_parts,
        CaseStep.stay_since,
        CaseStep.stay_ends,
    )
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


def _events(
    row: Row[Any], activities: Mapping[int, Activity], rounds: Counter[str]
) -> Iterator[Event]:
    """What happened in one step: stays that something else ended, then what was completed, in
    order.
    """
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
        # Of a case that was moved meanwhile, the stay has its number from the version in which it
        # began.
        stays_there = (
            one
            for one in completed
            if one[0] in activities and activities[one[0]].element == element
        )
        stay = next(stays_there, (part, row.at, 0))
        if stay in completed:
            completed.remove(stay)
        yield _event(activities[part], stay[1], row.at, stay[2], rounds)


def _event(
    activity: Activity, since: datetime, until: datetime, ends: int, rounds: Counter[str]
) -> Event:
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
    """By number of the part. Gateways, frames and flows are no activities: they take no time of
    their own.
    """
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


HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<log xes.version="1849-2016" xes.features="" xmlns="http://www.xes-standard.org/">
<extension name="Concept" prefix="concept" uri="http://www.xes-standard.org/concept.xesext"/>
<extension name="Time" prefix="time" uri="http://www.xes-standard.org/time.xesext"/>
<extension name="Lifecycle" prefix="lifecycle" uri="http://www.xes-standard.org/lifecycle.xesext"/>
<extension name="Organizational" prefix="org" uri="http://www.xes-standard.org/org.xesext"/>
<global scope="trace"><string key="concept:name" value="?"/></global>
<global scope="event"><string key="concept:name" value="?"/>\
<string key="lifecycle:transition" value="complete"/>\
<date key="time:timestamp" value="1970-01-01T00:00:00+00:00"/></global>
<classifier name="Element" keys="concept:name"/>
<string key="lifecycle:model" value="standard"/>
"""
TAIL = "</log>\n"


def write(traces: Iterable[Trace]) -> Iterator[str]:
    """The document, one trace at a time."""
    yield HEAD
    for trace in traces:
        yield _trace_x(trace)
    yield TAIL


def _trace_x(trace: Trace) -> str:
    about = [
        _string("concept:name", trace.number),
        _string("process", trace.process),
        _attribute("int", "version", str(trace.version)),
    ]
    if trace.outcome is not None:
        about.append(_string("outcome", trace.outcome))
    return (
        f"<trace>{''.join(about)}\n{''.join(_event_x(event) for event in trace.events)}</trace>\n"
    )


def _event_x(event: Event) -> str:
    about = [
        _string("concept:name", event.activity.name),
        _string("lifecycle:transition", "ate_abort" if event.is_cut else "complete"),
        _attribute("date", "time:timestamp", instant(event.until)),
        _attribute("date", "start_timestamp", instant(event.since)),
        _string("element", event.activity.element),
        _string("kind", event.activity.kind),
        _attribute("int", "round", str(event.round)),
    ]
    if event.activity.role:
        about.append(_string("org:role", event.activity.role))
    if event.is_timed:
        about.append(_attribute("boolean", "late", str(event.is_late).lower()))
    return f"<event>{''.join(about)}</event>\n"


def instant(at: datetime) -> str:
    """In the time of the office, with its distance from UTC."""
    return at.astimezone(WITA).isoformat(timespec="milliseconds")


def _string(key: str, value: str) -> str:
    return _attribute("string", key, value)


def _attribute(kind: str, key: str, value: str) -> str:
    return f"<{kind} key={quoteattr(key)} value={quoteattr(value)}/>"


OBJECT_ATTRIBUTES = (("version", "integer"), ("outcome", "string"))
EVENT_ATTRIBUTES = (
    ("start_timestamp", "time"),
    ("element", "string"),
    ("kind", "string"),
    ("role", "string"),
    ("round", "integer"),
    ("late", "boolean"),
    ("cut", "boolean"),
)


def write_ocel(cases: Iterable[Trace], traces: Iterable[Trace]) -> Iterator[str]:
    """The document: objects from the cases, then events from the traces; the types that occurred
    stand at the end.
    """
    processes: set[str] = set()
    activities: set[str] = set()
    yield '{"objects":['
    yield from _listed(_object(case, processes) for case in cases)
    yield '],"events":['
    yield from _listed(
        _event_ocel(trace, number, event, activities)
        for trace in traces
        for number, event in enumerate(trace.events, start=1)
    )
    yield f'],"objectTypes":{_json([_type(name, OBJECT_ATTRIBUTES) for name in sorted(processes)])}'
    types = [_type(name, EVENT_ATTRIBUTES) for name in sorted(activities)]
    yield f',"eventTypes":{_json(types)}}}\n'


def _listed(items: Iterable[dict[str, Any]]) -> Iterator[str]:
    for number, item in enumerate(items):
        yield f"{',' if number else ''}\n{_json(item)}"


def _object(case: Trace, seen: set[str]) -> dict[str, Any]:
    seen.add(case.process)
    at = instant(case.opened_at)
    facts = {"version": case.version, "outcome": case.outcome}
    parents = [] if case.parent is None else [{"objectId": case.parent, "qualifier": "continues"}]
    return {
        "id": case.number,
        "type": case.process,
        "attributes": [
            {"name": name, "time": at, "value": value}
            for name, value in facts.items()
            if value is not None
        ],
        "relationships": parents,
    }


def _event_ocel(trace: Trace, number: int, event: Event, seen: set[str]) -> dict[str, Any]:
    seen.add(event.activity.name)
    facts = {
        "start_timestamp": instant(event.since),
        "element": event.activity.element,
        "kind": event.activity.kind,
        "role": event.activity.role or None,
        "round": event.round,
        "late": event.is_late if event.is_timed else None,
        "cut": event.is_cut,
    }
    return {
        "id": f"{trace.number}/{number}",
        "type": event.activity.name,
        "time": instant(event.until),
        "attributes": [
            {"name": name, "value": value} for name, value in facts.items() if value is not None
        ],
        "relationships": [{"objectId": trace.number, "qualifier": "case"}],
    }


def _type(name: str, attributes: Iterable[tuple[str, str]]) -> dict[str, Any]:
    return {"name": name, "attributes": [{"name": key, "type": kind} for key, kind in attributes]}


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


@dataclass(frozen=True)
class Form:
    """A format of process mining."""

    mimetype: str
    ending: str
    write: Callable[[UnitOfWork, Selection], Iterator[str]]


FORMS: Mapping[str, Form] = {
    "xes": Form("application/xml", ".xes", lambda work, chosen: write(traces(work, chosen))),
    "ocel": Form(
        "application/json",
        ".jsonocel",
        lambda work, chosen: write_ocel(cases(work, chosen), traces(work, chosen)),
    ),
}


def export(work: UnitOfWork, selection: Selection, form: str) -> Iterator[bytes]:
    """The log in pieces, to be written as they come; on record once the last was taken. Raises
    `Forbidden` before the first.
    """
    check(work)

    def pieces() -> Iterator[bytes]:
        for piece in FORMS[form].write(work, selection):
            yield piece.encode()
        record(work, selection, form)

    return pieces()
