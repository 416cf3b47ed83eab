"""A form as its two files say: the schema, what is valid, and the UI schema, how it is asked.

What a form says about itself in sentences: places that stand for answers, and the slip that is
printed for the citizen. Which answers of one case may stand in the forms of another. Times from
which a clock counts: what a form offers for them is known, and another one is told with a reason
(`reason_for`).

A field that offers `opened` asks for what had happened when the form was first shown: a citizen
came in, a letter arrived. Its one moment is the one offered. A field that offers `now` asks for
what happens while the task waits: a citizen is escorted, a letter is handed over. Any moment from
when the task came up is offered until it is sent. Forms of user tasks: their questions, which
answers are visible and sound, and what is personal, control or public.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError

from workflow_app.domain import WITA, Answer, Answers, InvalidDefinition
from workflow_app.engine.form_messages import judge_text as judge_text
from workflow_app.engine.form_messages import sentences
from workflow_app.engine.form_rules import (
    NOW,
    OPENED,
    Order,
    Tie,
    judge_date,
    judge_instant,
    offered,
    read_bound,
    read_condition,
    read_orders,
    read_tie,
    shown,
)
from workflow_app.engine.form_rules import Condition as Condition
from workflow_app.engine.form_rules import judge as judge_orders
from workflow_app.engine.form_values import read_value
from workflow_app.engine.model import Value

PLACE = re.compile(r"\{([a-z_0-9]+)\.([a-z_0-9]+)\}")
"""`{element.field}` stands for what was answered there, `{decision.output}` for what the table says
to the answers, and `{service_task.result}` for what that task has found.
"""


@dataclass(frozen=True)
class Slip:
    """A sheet for the citizen: what, where, when, in rows of a word and a sentence."""

    title: str
    rows: tuple[tuple[str, str], ...]
    """A row whose sentence has a place without an answer is left out."""
    foot: str


def read_slip(ui: Mapping[str, Any]) -> Slip | None:
    """The slip of a form, if it has one. Raises what reading a wrong one raises."""
    given = ui.get("slip")
    if given is None:
        return None
    return Slip(
        given["title"], tuple((str(word), str(text)) for word, text in given["rows"]), given["foot"]
    )


def places(sentence: str) -> list[tuple[str, str]]:
    """The places of a sentence."""
    return PLACE.findall(sentence)


WIDGETS = frozenset(
    {
        "text", "textarea", "radio", "select", "checkbox", "checkboxes", "date", "datetime",
        "number", "tel", "email",
        "nik", "coordinates", "signature", "documents", "requirements", "waiver", "note", "members",
        "similar",
    }
)  # fmt: skip

ANSWERLESS_WIDGETS = frozenset({"note", "similar"})
"""Widgets that only show something: a sentence, the cases of the register that resemble this one.
"""

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
    """Key of the configuration that says which options are in service, in which order and by which
    words.
    """
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
    """`decision`, `source`, `result` of computed widgets; `source`, `same`, `near` of `similar`;
    `born`, `sex` of `nik`; `reason_for`; `read_as`, by which a paper that was read proposes an
    answer.
    """


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
    """Sentences see only what was answered from the first of these elements on that was; where a
    case goes round, earlier rounds are over.
    """
    slip: Slip | None = None
    """Sheet that is printed for the citizen at this step."""
    presence: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Control variables that say whether one of these questions was answered, never what the answer
    is.
    """

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
    """One value for each control field of the form, None when it was not answered or not visible;
    and its presences.
    """


def read(form: Form, values: Mapping[str, list[str]]) -> Answers:
    """Typed answers from a posted HTML form: normalised (NFC, trimmed), empty ones left out,
    unknown names ignored.
    """
    answers: Answers = {}
    for name, item in form.fields.items():
        value = read_value(name, item.widget, item.schema, values)
        if value is not None:
            answers[name] = value
    return answers


def visible(form: Form, answers: Mapping[str, Answer]) -> Answers:
    """The answers without those to questions that are not shown (and without names the form does
    not know).
    """
    asked = _shown(form, answers)
    return {name: value for name, value in answers.items() if name in asked}


def validate(
    form: Form,
    answers: Mapping[str, Answer],
    now: datetime | None = None,
    earlier: Mapping[str, Answers] | None = None,
) -> dict[str, str]:
    """What is wrong: field name (or `persyaratan.<line>.<part>`) to an Indonesian sentence; `""` is
    the whole form.

    Bounds of days and instants that lie relative to now are judged only when `now` is given, and
    the order to answers of earlier steps only where `earlier` holds them.
    """
    fields = {name: form.fields[name] for name in _shown(form, answers)}
    given = {
        name: value for name, value in answers.items() if name in fields and value not in (None, "")
    }
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
    return Separated(
        {n: v for n, v in given.items() if not form.fields[n].personal}, personal, control
    )


def defaults(form: Form, now: datetime, opened: datetime | None = None) -> Answers:
    """Answers a fresh form starts with. `opened` is when it was shown first; now, when nobody has
    seen it yet.
    """
    return {
        name: offered(f.widget, f.default, now, opened or now)
        for name, f in form.fields.items()
        if f.default is not None
    }


def _shown(form: Form, answers: Mapping[str, Answer]) -> set[str]:
    return shown({name: item.visible_if for name, item in form.fields.items()}, answers)


PARAMETERS = (
    "decision",
    "source",
    "result",
    "same",
    "near",
    "born",
    "sex",
    "reason_for",
    "read_as",
)


def read_form(
    element: str, schema: Mapping[str, Any], ui: Mapping[str, Any], *, anew: bool = True
) -> Form:
    """A form from its schema and UI schema, judged `anew` or as they were before. Raises
    `InvalidDefinition`.
    """
    try:
        if anew:
            Draft202012Validator.check_schema(schema)
        properties: Mapping[str, Any] = schema.get("properties", {})
        required = frozenset(schema.get("required", ()))
        fields = {
            n: _field(n, properties.get(n, {}), u, n in required)
            for n, u in ui.get("fields", {}).items()
        }
        sections = tuple(
            Section(s["title"], s.get("help", ""), tuple(s["fields"])) for s in ui["sections"]
        )
        form = Form(
            element,
            ui["title"],
            ui["intro"],
            ui["submit"],
            ui["next"],
            sections,
            fields,
            schema,
            tuple(ui.get("summary", ())),
            tuple(ui.get("since", "").split()),
            read_slip(ui),
            {name: tuple(asked) for name, asked in ui.get("presence", {}).items()},
        )
    except (SchemaError, KeyError, TypeError, AttributeError, ValueError) as error:
        raise InvalidDefinition(
            detail=f"form of {element}: {type(error).__name__} {error}"
        ) from error
    shown = [name for section in sections for name in section.fields]
    answered = {name for name, f in fields.items() if f.widget not in ANSWERLESS_WIDGETS}
    if sorted(shown) != sorted(fields) or answered != set(properties):
        odd = sorted(set(shown) ^ set(fields) | answered ^ set(properties)) or "one field twice"
        raise InvalidDefinition(
            detail=f"form of {element}: sections, fields and properties differ in {odd}"
        )
    return form


def _field(name: str, schema: Mapping[str, Any], ui: Mapping[str, Any], required: bool) -> Field:
    if ui["widget"] not in WIDGETS:
        raise ValueError(f"{name}: unknown widget {ui['widget']}")
    if ui.get("personal") is not None and ui["personal"] not in PERSONAL_GROUPS:
        raise ValueError(f"{name}: unknown personal group {ui['personal']}")
    for bound in ("not_before", "not_after"):
        if bound in ui:
            read_bound(ui[bound])
    return Field(
        name=name,
        title=ui.get("title") or schema.get("title") or name,
        widget=ui["widget"],
        options=dict(ui.get("options", {})),
        groups={heading: tuple(keys) for heading, keys in ui.get("groups", {}).items()},
        help=ui.get("help", ""),
        placeholder=ui.get("placeholder", ""),
        suggest=ui.get("suggest", ""),
        autocomplete=ui.get("autocomplete", "off"),
        width=ui.get("width", "full"),
        default=ui.get("default"),
        personal=ui.get("personal"),
        notice=ui.get("notice", False) is True,
        control=ui.get("control", False) is True,
        duty=ui.get("duty", False) is True,
        offered_by=ui.get("offered_by", ""),
        required=required,
        visible_if=read_condition(ui),
        not_before=ui.get("not_before", ""),
        not_after=ui.get("not_after", ""),
        only_by=ui.get("only_by", ""),
        tied_to=read_tie(ui),
        order=read_orders(ui),
        takes_recordings=ui.get("recordings", False) is True,
        schema=schema,
        parameters={key: ui[key] for key in PARAMETERS if key in ui},
    )


HERE_AND_NOW = COMPUTED_WIDGETS | {"documents", "signature", "note"}
"""Widgets whose answers belong to the case in which they were given."""


def secrecy(field: Field) -> int:
    """How secret answers are: open, for who works on the case, masked."""
    return 0 if field.personal is None else 1 if field.personal == WORKING_NOTES else 2


def may_stand(field: Field, origin: Field, value: Answer) -> bool:
    """Whether the answer to a question of the same name can stand here: it fits, it does not become
    less secret, and it is nothing that is done or declared for each case anew (papers, signatures,
    boxes that have to be ticked, the time at which the citizen came).
    """
    if (
        field.default == OPENED
        or field.widget in HERE_AND_NOW
        or "const" in field.schema
        or secrecy(field) < secrecy(origin)
    ):
        return False
    return bool(Draft202012Validator(field.schema).is_valid(value))


OFFERS = (NOW, OPENED)


@dataclass(frozen=True)
class Told:
    """A time from which a clock counts, as somebody told it."""

    field: str
    reason_field: str
    offers_opening: bool
    at: datetime
    reason: str

    def is_moved(self, begun: datetime, leeway: timedelta) -> bool:
        """Was this time never offered? `begun` is when the form was first shown, or when its task
        came up.
        """
        offered = minute_of(begun)
        return self.at < offered - leeway or (self.offers_opening and self.at > offered + leeway)


def offers_opening(form: Form) -> bool:
    """Does the form ask for what had happened when it was first shown?"""
    return any(field.default == OPENED for field in form.fields.values())


def asks_why(form: Form, name: str) -> bool:
    """Does another field ask for the reason when this one is moved?"""
    return any(field.parameters.get("reason_for") == name for field in form.fields.values())


def told(form: Form, given: Answers) -> Iterator[Told]:
    """The starts of clocks among answers that were found valid."""
    for reason in form.fields.values():
        name = reason.parameters.get("reason_for", "")
        at = given.get(name)
        if isinstance(at, str):
            offers_opening = form.fields[name].default == OPENED
            instant = datetime.fromisoformat(at)
            yield Told(
                name, reason.name, offers_opening, instant, str(given.get(reason.name) or "")
            )


def minute_of(instant: datetime) -> datetime:
    """The minute of an instant, which is all that a form shows."""
    return instant.astimezone(WITA).replace(second=0, microsecond=0)
