"""What values of the configuration name of each other, over time: a target the calendar it is
counted by. Pure.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from workflow_app.services.core import formatting

ALWAYS = datetime.min.replace(tzinfo=UTC)
END = datetime.max.replace(tzinfo=UTC)
Spans = Sequence[tuple[datetime, Any]]
"""Values of one key with the instants from which they hold, oldest first."""


def faults(values: Mapping[str, Spans]) -> list[str]:
    """A sentence for every target that would be counted by a calendar that is not there at some
    time while it holds, and for every calendar that would end before it began.
    """
    never_there = [
        f"{key} belum ada pada waktu itu, jadi tidak dapat diakhiri. Periksa namanya."
        for key, spans in values.items()
        if key.startswith("kalender.") and spans[0][1] is None
    ]
    return never_there + [
        f"{key} memakai kalender {name}, yang tidak ada {_when(missing)}. "
        f"Isi kalender.{name} untuk waktu itu, atau lebih dahulu pilih kalender lain pada {key}."
        for key in values
        if key.startswith("target.")
        for start, end, target in _spans(values[key])
        if isinstance(target, dict)
        for name in [target["kalender"]]
        if (missing := _missing(values.get(f"kalender.{name}", ()), start, end)) is not None
    ]


def _spans(values: Spans) -> Iterator[tuple[datetime, datetime, Any]]:
    """Each value with the instants between which it holds."""
    ends = [start for start, _ in values[1:]] + [END]
    return ((start, end, value) for (start, value), end in zip(values, ends, strict=True))


def _missing(values: Spans, start: datetime, end: datetime) -> datetime | None:
    """The first instant between `start` and `end` at which there is no value."""
    if not values or start < values[0][0]:
        return start
    lacking = (
        max(begin, start)
        for begin, until, value in _spans(values)
        if value is None and until > start
    )
    return next((instant for instant in lacking if instant < end), None)


def _when(instant: datetime) -> str:
    return "sejak awal" if instant == ALWAYS else f"mulai {formatting.moment(instant)}"
