"""A form with what to show in it. What was typed is shown as typed, whether it comes from answers or from the browser."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from workflow_app.engine.forms import Field, Form
from workflow_app.types import WITA, Answer, Answers

Posted = dict[str, list[str]]
"""A form as a browser sends it: every name with its strings."""


@dataclass(frozen=True)
class Fault:
    """One thing to put right: where, and the sentence."""

    field: str
    anchor: str
    title: str
    sentence: str


@dataclass(frozen=True)
class Sheet:
    """One form on one page: the questions, what stands in them, what is wrong."""

    form: Form
    posted: Posted
    errors: Mapping[str, str] = field(default_factory=dict)
    doubts: Mapping[str, str] = field(default_factory=dict)
    """What is probably mistyped; said, not refused."""

    def text(self, name: str) -> str:
        """What stands in a field with one value."""
        return (self.posted.get(name) or [""])[-1]

    def texts(self, name: str) -> list[str]:
        """What stands in a field with several values."""
        return self.posted.get(name, [])

    def error(self, name: str) -> str:
        """The sentence beside a field, or nothing."""
        return self.errors.get(name, "")

    def doubt(self, name: str) -> str:
        """The sentence beside a field whose answer may be mistyped, or nothing."""
        return "" if self.error(name) else self.doubts.get(name, "")

    def faults(self) -> list[Fault]:
        """The summary at the top of the form, in the order of the page; the whole form first."""
        order = {name: place for place, name in enumerate(self._names())}
        named = sorted(self.errors.items(), key=lambda error: order.get(error[0].split(".")[0], -1))
        return [Fault(name, anchor(name), self._title(name), sentence) for name, sentence in named]

    def _names(self) -> list[str]:
        return [name for section in self.form.sections for name in section.fields]

    def _title(self, name: str) -> str:
        known = self.form.fields.get(name.split(".")[0])
        return known.title if known else ""


def anchor(name: str) -> str:
    """Id of the element that holds the input `name`."""
    return "isian-" + name.replace(".", "-") if name else "formulir"


def as_text(value: Answer) -> str:
    """One plain answer as the browser would send it; truth is `ya` or `tidak`."""
    if isinstance(value, bool):
        return "ya" if value else "tidak"
    return "" if value is None else str(value)


def posted_of(form: Form, answers: Answers) -> Posted:
    """Stored answers as the browser would send them."""
    posted: Posted = {}
    for name, item in form.fields.items():
        if name in answers:
            posted.update(_posted(item, answers[name]))
    return posted


def _posted(item: Field, value: Answer) -> Posted:
    if isinstance(value, dict):
        lines = value if item.widget == "requirements" else {"": value}
        return {
            ".".join(part for part in (item.name, line, key) if part): _part(key, content)
            for line, parts in lines.items()
            if isinstance(parts, dict)
            for key, content in parts.items()
        }
    if item.widget == "datetime" and isinstance(value, str):
        return {item.name: [_local(value)]}
    return {item.name: _part(item.widget, value)}


def _part(kind: str, value: Answer) -> list[str]:
    return [typed_date(value)] if kind == "date" and isinstance(value, str) else _strings(value)


def _strings(value: Answer) -> list[str]:
    return [as_text(item) for item in value] if isinstance(value, list) else [as_text(value)]


def typed_date(text: str) -> str:
    """An ISO date as people type it, `31-12-2026`; anything else as it is."""
    try:
        return date.fromisoformat(text).strftime("%d-%m-%Y")
    except ValueError:
        return text


def read_day(text: str) -> str:
    """A day as people type it, or as ISO writes it, in ISO; what is neither as it is."""
    parts = re.fullmatch(r"([0-9]{1,2})[-/. ]([0-9]{1,2})[-/. ]([0-9]{4})", text.strip())
    return f"{parts[3]}-{parts[2]:0>2}-{parts[1]:0>2}" if parts else text.strip()


def _local(text: str) -> str:
    """An ISO instant as `datetime-local` takes it, in WITA; anything else as it is."""
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        return text
    try:
        local = instant.astimezone(WITA) if instant.tzinfo else instant
    except OverflowError:
        # At the ends of the calendar; a draft holds what nobody judged.
        return text
    return local.strftime("%Y-%m-%dT%H:%M")
