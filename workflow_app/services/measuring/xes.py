"""The event log as XES (IEEE 1849-2016), piece by piece."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from xml.sax.saxutils import quoteattr

from workflow_app.services.measuring.event_export import Event, Trace
from workflow_app.types import WITA

HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<log xes.version="1849-2016" xes.features="" xmlns="http://www.xes-standard.org/">
<extension name="Concept" prefix="concept" uri="http://www.xes-standard.org/concept.xesext"/>
<extension name="Time" prefix="time" uri="http://www.xes-standard.org/time.xesext"/>
<extension name="Lifecycle" prefix="lifecycle" uri="http://www.xes-standard.org/lifecycle.xesext"/>
<extension name="Organizational" prefix="org" uri="http://www.xes-standard.org/org.xesext"/>
<global scope="trace"><string key="concept:name" value="?"/></global>
<global scope="event"><string key="concept:name" value="?"/><string key="lifecycle:transition" value="complete"/>\
<date key="time:timestamp" value="1970-01-01T00:00:00+00:00"/></global>
<classifier name="Element" keys="concept:name"/>
<string key="lifecycle:model" value="standard"/>
"""
TAIL = "</log>\n"


def write(traces: Iterable[Trace]) -> Iterator[str]:
    """The document, one trace at a time."""
    yield HEAD
    for trace in traces:
        yield _trace(trace)
    yield TAIL


def _trace(trace: Trace) -> str:
    about = [
        _string("concept:name", trace.number),
        _string("process", trace.process),
        _attribute("int", "version", str(trace.version)),
    ]
    if trace.outcome is not None:
        about.append(_string("outcome", trace.outcome))
    return f"<trace>{''.join(about)}\n{''.join(_event(event) for event in trace.events)}</trace>\n"


def _event(event: Event) -> str:
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
