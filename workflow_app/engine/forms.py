"""Forms of user tasks: their questions, which answers are visible and sound, and what is personal, control or public."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from workflow_app.engine.form_conditions import Condition as Condition
from workflow_app.engine.form_conditions import shown
from workflow_app.engine.form_dates import judge_date, judge_instant, offered
from workflow_app.engine.form_messages import judge_text as judge_text
from workflow_app.engine.form_messages import sentences
from workflow_app.engine.form_orders import Order
from workflow_app.engine.form_orders import judge as judge_orders
from workflow_app.engine.form_slips import Slip
from workflow_app.engine.form_ties import Tie
from workflow_app.engine.form_values import read_value
from workflow_app.engine.functions import Value
from workflow_app.types import Answer, Answers

WIDGETS = frozenset(
    {
        "text", "textarea", "radio", "select", "checkbox", "checkboxes", "date", "datetime", "number", "tel", "email",
        "nik", "coordinates", "signature", "documents", "requirements", "waiver", "note", "members", "similar",
    }
)  # fmt: skip

ANSWERLESS_WIDGETS = frozenset({"note", "similar"})
"""Widgets that only show something: a sentence, the cases of the register that resemble this one."""

WORKING_NOTES = "catatan"
"""Group of sealed answers that those who work on the case read without unlocking the identity."""

PERSONAL_GROUPS = frozenset({"identitas", "kontak", "tanda_tangan", "uraian", WORKING_NOTES})
"""Groups personal answers are sealed in."""

COMPUTED_WIDGETS = frozenset({"requirements", "waiver"})
"""Widgets whose control variable (`result`) the service computes."""

FILE_WIDGETS = frozenset({"documents", "requirements"})
"""Widgets where papers are chosen."""

PAGE_FIELDS = frozenset({"kunci", "versi", "pemegang", "tombol", "bidang", "csrf_token", "lanjut"})
"""What pages send beside the answers; no question may have such a name."""

SUGGESTIONS = frozenset({"desa", "kecamatan", "tempat"})
"""What may be offered while a line of text is typed: names of regions, or both names of a place."""

STAGE_SOURCES = ("tombol", "radio")
"""Where the time of a stage comes from: the moment a button was pressed, or somebody told it."""

_JUDGES = {"date": judge_date, "datetime": judge_instant}


@dataclass(frozen=True)
class Field:
    """One question of a form."""

    name: str
    title: str
    widget: str
    options: Mapping[str, str] = field(default_factory=dict)
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Headings of a long `select` and the options under each."""
    help: str = ""
    placeholder: str = ""
    suggest: str = ""
    """What is offered while one types; see `SUGGESTIONS`."""
    autocomplete: str = "off"
    width: str = "full"
    default: Answer = None
    """Literal, or for date and datetime a moment: `now`, `opened`."""
    personal: str | None = None
    """Group the answer is sealed in."""
    notice: bool = False
    """The answer stands above the later steps, until this step is done again."""
    control: bool = False
    """The answer becomes a control variable of the same name."""
    duty: bool = False
    """The options are roles; who is on duty now stands with each."""
    offered_by: str = ""
    """Key of the configuration that says which options are in service, in which order and by which words."""
    required: bool = False
    visible_if: Condition | None = None
    not_before: str = ""
    """Earliest plausible day or instant: `now`, or how long ago (`P7D`)."""
    not_after: str = ""
    only_by: str = ""
    """Element whose officer alone may answer this: what he signs names him."""
    tied_to: Tie | None = None
    order: tuple[Order, ...] = ()
    """How the answer lies to others, of this form or of earlier steps."""
    takes_recordings: bool = False
    """Beside papers, of the widget `documents`."""
    schema: Mapping[str, Any] = field(default_factory=dict)
    parameters: Mapping[str, str] = field(default_factory=dict)
    """`decision`, `source`, `result` of computed widgets; `source`, `same`, `near` of `similar`; `born`, `sex` of `nik`; `reason_for`;
    `read_as`, by which a paper that was read proposes an answer."""


@dataclass(frozen=True)
class Section:
    """Fields under one heading."""

    title: str
    help: str
    fields: tuple[str, ...]


@dataclass(frozen=True)
class Form:
    """The form of one user task."""

    element: str
    title: str
    intro: str
    submit: str
    next: str
    sections: tuple[Section, ...]
    fields: Mapping[str, Field]
    schema: Mapping[str, Any]
    summary: tuple[str, ...] = ()
    """Sentences to read before a decision; `{element.field}` stands for what was answered there."""
    since: tuple[str, ...] = ()
    """Sentences see only what was answered from the first of these elements on that was; where a case goes round, earlier
    rounds are over."""
    slip: Slip | None = None
    """Sheet that is printed for the citizen at this step."""
    presence: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Control variables that say whether one of these questions was answered, never what the answer is."""

    @property
    def takes_files(self) -> bool:
        """Whether papers are sent with it."""
        return any(field.widget in FILE_WIDGETS for field in self.fields.values())


@dataclass(frozen=True)
class Separated:
    """Answers by where they may be kept."""

    public: Answers
    """Everything that is not personal."""
    personal: dict[str, Answers]
    """Sealed group to answers."""
    control: dict[str, Value]
    """One value for each control field of the form, None when it was not answered or not visible; and its presences."""


def read(form: Form, values: Mapping[str, list[str]]) -> Answers:
    """Typed answers from a posted HTML form: normalised (NFC, trimmed), empty ones left out, unknown names ignored."""
    answers: Answers = {}
    for name, item in form.fields.items():
        value = read_value(name, item.widget, item.schema, values)
        if value is not None:
            answers[name] = value
    return answers


def visible(form: Form, answers: Mapping[str, Answer]) -> Answers:
    """The answers without those to questions that are not shown (and without names the form does not know)."""
    asked = _shown(form, answers)
    return {name: value for name, value in answers.items() if name in asked}


def validate(
    form: Form,
    answers: Mapping[str, Answer],
    now: datetime | None = None,
    earlier: Mapping[str, Answers] | None = None,
) -> dict[str, str]:
    """What is wrong: field name (or `persyaratan.<line>.<part>`) to an Indonesian sentence; `""` is the whole form.

    Bounds of days and instants that lie relative to now are judged only when `now` is given, and the order to answers of earlier
    steps only where `earlier` holds them.
    """
    fields = {name: form.fields[name] for name in _shown(form, answers)}
    given = {name: value for name, value in answers.items() if name in fields and value not in (None, "")}
    asked = {name: (f.title, f.widget) for name, f in form.fields.items() if name in fields}
    found = sentences(asked, form.schema, given, now)
    for name, value in given.items():
        judge = _JUDGES.get(fields[name].widget)
        if judge and isinstance(value, str):
            sentence = judge(value, now, fields[name].not_before, fields[name].not_after)
            found.update({name: sentence} if sentence else {})
    sound = {name: value for name, value in given.items() if name not in found}
    return judge_orders({name: f.order for name, f in fields.items()}, sound, earlier or {}) | found


def separate(form: Form, answers: Mapping[str, Answer]) -> Separated:
    """Split visible answers into public, sealed and control."""
    given = visible(form, answers)
    personal: dict[str, Answers] = {}
    control: dict[str, Any] = {}
    for name, item in form.fields.items():
        if item.control:
            control[name] = given.get(name, [] if item.widget == "checkboxes" else None)
        if item.personal and name in given:
            personal.setdefault(item.personal, {})[name] = given[name]
    for variable, asked in form.presence.items():
        control[variable] = any(given.get(name) not in (None, "", []) for name in asked)
    return Separated({n: v for n, v in given.items() if not form.fields[n].personal}, personal, control)


def defaults(form: Form, now: datetime, opened: datetime | None = None) -> Answers:
    """Answers a fresh form starts with. `opened` is when it was shown first; now, when nobody has seen it yet."""
    return {
        name: offered(f.widget, f.default, now, opened or now)
        for name, f in form.fields.items()
        if f.default is not None
    }


def _shown(form: Form, answers: Mapping[str, Answer]) -> set[str]:
    return shown({name: item.visible_if for name, item in form.fields.items()}, answers)
