"""Names in files that others read: logs of events, bags, published counts, backups."""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from tests.architecture import spoken
from workflow_app.backup import snapshots
from workflow_app.services.exports import bag_export, event_log
from workflow_app.services.exports.event_log import Activity, Event, Trace
from workflow_app.services.public import publications
from workflow_app.services.retention import bundles

AT = datetime(2026, 11, 23, 1, tzinfo=UTC)
WRITERS: tuple[Callable[..., Any], ...] = (
    bag_export.write,
    bag_export._add_paper,
    bag_export._add_renditions,
    bag_export._page,
    bag_export._close,
    bag_export._tombstone,
    bag_export.give,
    bag_export.take,
    bundles._shaped,
    bundles._entry,
)
"""What writes the contents of a bag."""


def export_words() -> Iterable[str]:
    """The names, each with the file it stands in. The log tells of an invented case."""
    event = Event(
        Activity("e", "n", "k", "r"), 1, AT, AT, is_timed=True, is_late=False, is_cut=False
    )
    trace = Trace("1", "p", 1, AT, "o", "0", [event])
    told = json.loads("".join(event_log.write_ocel([trace], [trace])))
    yield from (f"ocel {name}" for name in names_in(told))
    yield from (
        f"ocel {name}" for name in re.findall(r'"(?:name|qualifier)":\s*"(\w+)"', json.dumps(told))
    )
    yield from (
        f"xes {name}"
        for name in re.findall(r'<(\w+ (?:key|name)="[^"]+")', "".join(event_log.write([trace])))
    )
    yield from (f"form of a log {name} {form.ending}" for name, form in event_log.FORMS.items())
    yield f"bag {bag_export.FORMAT} {bag_export.CONTENTS}"
    yield from (f"bag {name}" for name in spoken.keys(*WRITERS))
    yield from (f"bag {action}: {kind}" for action, kind in bundles.TYPES.items())
    published = publications.Published(AT, {"tahun": []}, is_late=False)
    yield f"counts {', '.join(next(publications.rows(published)))}"
    for model in (snapshots.Manifest, snapshots.Entry):
        yield from (f"backup {name}" for name in model.model_fields)


def names_in(value: Any) -> Iterable[str]:
    """Keys of a value and of what is in it, however deep."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield str(key)
            yield from (f"{key}.{each}" for each in names_in(inner))
    elif isinstance(value, list | tuple):
        for each in value:
            yield from names_in(each)
