"""The event log as OCEL 2.0 (JSON), piece by piece: cases are objects, those that continue others are related to them."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from workflow_app.services.measuring.event_export import Event, Trace
from workflow_app.services.measuring.xes import instant

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


def write(cases: Iterable[Trace], traces: Iterable[Trace]) -> Iterator[str]:
    """The document: objects from the cases, then events from the traces; the types that occurred stand at the end."""
    processes: set[str] = set()
    activities: set[str] = set()
    yield '{"objects":['
    yield from _listed(_object(case, processes) for case in cases)
    yield '],"events":['
    yield from _listed(
        _event(trace, number, event, activities)
        for trace in traces
        for number, event in enumerate(trace.events, start=1)
    )
    yield f'],"objectTypes":{_json([_type(name, OBJECT_ATTRIBUTES) for name in sorted(processes)])}'
    yield f',"eventTypes":{_json([_type(name, EVENT_ATTRIBUTES) for name in sorted(activities)])}}}\n'


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
            {"name": name, "time": at, "value": value} for name, value in facts.items() if value is not None
        ],
        "relationships": parents,
    }


def _event(trace: Trace, number: int, event: Event, seen: set[str]) -> dict[str, Any]:
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
        "attributes": [{"name": name, "value": value} for name, value in facts.items() if value is not None],
        "relationships": [{"objectId": trace.number, "qualifier": "case"}],
    }


def _type(name: str, attributes: Iterable[tuple[str, str]]) -> dict[str, Any]:
    return {"name": name, "attributes": [{"name": key, "type": kind} for key, kind in attributes]}


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
