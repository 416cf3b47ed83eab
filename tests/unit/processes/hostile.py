"""Every question of every form of the release, an answer in order to each, and what nobody should
send instead.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from functools import cache
from pathlib import Path

from workflow_app.domain import Answer, Answers
from workflow_app.engine import definitions, forms, process_folders
from workflow_app.engine.forms import Field, Form
from workflow_app.engine.process_folders import BEGINS_AT, Advance, Complete, Scenario
from workflow_app.web.forms import Posted, posted_of

PROCESSES = Path(__file__).resolve().parents[3] / "processes"
LONG = "x" * 1_000_000
TEXTS: Mapping[str, str] = {
    "a NUL": "Contoh\x00Warga",
    "a megabyte": LONG,
    "text turned round": "Contoh \u202egnp.exe",
    "half a character": "Contoh \ud800",
    "no choice, number, day or paper": "../../[object Object]",
    "a day that cannot be": "31-02-2026",
}
"""Strings that a browser, or somebody who is none, sends in a field."""
REFUSED_AS_TEXT = ("a NUL", "a megabyte", "text turned round", "half a character")
"""Those that not even a field of free text may keep."""
WRONG_TYPES: tuple[Answer, ...] = (
    7,
    True,
    "teks",
    ["teks", 7],
    {"typename": "x", "0": ["y"]},
    [[]],
    {"a": {"b": 1}},
)
EMOJI = "Contoh 👩‍🚒 🇮🇩"


@cache
def release() -> tuple[tuple[str, Form], ...]:
    """Process and form, of every task of every process."""
    return tuple(
        (key, definition.form(element))
        for key, definition, _ in _folders()
        for element in definition.forms
        if definition.elements[element].process == key
    )


@cache
def in_order(key: str, element: str) -> tuple[Answers, datetime]:
    """The fullest answers that a scenario gives at this task with what its form begins with, and
    when it gives them.
    """
    form = next(form for folder, form in release() if (folder, form.element) == (key, element))
    given = [
        pair
        for folder, _, written in _folders()
        if folder == key
        for pair in _given(written, element)
    ]
    answers, at = max(given, key=lambda pair: len(pair[0]), default=({}, BEGINS_AT))
    return {**forms.defaults(form, at), **answers}, at


def _given(written: Iterable[Scenario], element: str) -> Iterator[tuple[Answers, datetime]]:
    for scenario in written:
        at = BEGINS_AT
        for step in scenario.steps:
            if isinstance(step, Advance):
                at += step.by
            elif isinstance(step, Complete) and step.element == element:
                yield step.answers, at


def shown(form: Form, field: Field, base: Answers) -> Answers:
    """Answers with which the form asks this question."""
    answers = dict(base)
    while field.visible_if is not None:
        answers[field.visible_if.field] = field.visible_if.values[0]
        field = form.fields[field.visible_if.field]
        if field.widget == "checkboxes":
            answers[field.name] = [answers[field.name]]
    return answers


def sent(form: Form, field: Field, base: Answers, text: str) -> Posted:
    """The form as a browser would send it, with this text in one field, or in every part of a field
    that has parts.
    """
    answers = posted_of(form, {name: value for name, value in base.items() if name != field.name})
    return answers | {name: [text] for name in names_of(field)}


def names_of(field: Field) -> list[str]:
    """The names of the inputs of a question."""
    match field.widget:
        case "requirements":
            return [
                f"{field.name}.{line}.{part}"
                for line in ("sim_01", "typename")
                for part in ("given", *LINE_PARTS)
            ]
        case "waiver":
            return [f"{field.name}.{part}" for part in ("line", "decision", "reason")]
    return [field.name]


LINE_PARTS = ("number", "issuer", "date", "count", "reason", "waive", "documents")


@cache
def _folders() -> tuple[tuple[str, definitions.Definition, tuple[Scenario, ...]], ...]:
    return tuple(_read())


def _read() -> Iterator[tuple[str, definitions.Definition, tuple[Scenario, ...]]]:
    for path in sorted(path.parent for path in PROCESSES.glob("*/process.bpmn")):
        files = process_folders.read_folder(path)
        yield path.name, definitions.load(files), tuple(process_folders.read_scenarios(files))
