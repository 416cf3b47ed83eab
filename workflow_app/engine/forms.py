"""Forms of user tasks: their questions, which answers are visible and valid, and which are
personal, control or public.

A form consists of two files: the schema says what is valid, the UI schema how it is asked. The
module also reads the sentences of a form with placeholders for answers, the slip printed for the
citizen, and the rule which answers of one case may prefill the forms of another.

Times from which a clock counts: the form offers a time, and an officer who enters another one gives
a reason (`reason_for`). A field with `opened` asks for an event that preceded the form, such as the
arrival of a citizen or a letter; only the moment at which the form was first shown is offered. A
field with `now` asks for an event that happens while the task waits, such as handing over a letter;
every moment from the opening of the task until submission is offered.
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
"""Placeholder in a sentence: `{element.field}` for an answer, `{decision.output}` for the result of
a table on the answers, `{service_task.result}` for the result of a service task.
"""


@dataclass(frozen=True)
class Slip:
    """A printed sheet for the citizen: rows of a label and a sentence."""

    title: str
    rows: tuple[tuple[str, str], ...]
    """Label and sentence; a row is left out when a placeholder in it has no answer."""
    foot: str


def read_slip(ui: Mapping[str, Any]) -> Slip | None:
    """Return the slip of a form, if it has one. Raises `KeyError`, `TypeError` or `ValueError` for
    a malformed one.
    """
    given = ui.get("slip")
    if given is None:
        return None
    return Slip(
        given["title"], tuple((str(word), str(text)) for word, text in given["rows"]), given["foot"]
    )


def places(sentence: str) -> list[tuple[str, str]]:
    """Return the placeholders of a sentence."""
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
"""Widgets that only show something: a sentence, or similar cases of the register."""

WORKING_NOTES = "catatan"
"""Group of sealed answers that the officers of the case read without unlocking the identity."""

PERSONAL_GROUPS = frozenset({"identitas", "kontak", "tanda_tangan", "uraian", WORKING_NOTES})
"""Groups in which personal answers are sealed."""

COMPUTED_WIDGETS = frozenset({"requirements", "waiver"})
"""Widgets whose control variable (`result`) the service computes."""

FILE_WIDGETS = frozenset({"documents", "requirements"})
"""Widgets for choosing files."""

PAGE_FIELDS = frozenset({"kunci", "versi", "pemegang", "tombol", "bidang", "csrf_token", "lanjut"})
"""Names that a page sends beside the answers; no question may use them."""

SUGGESTIONS = frozenset({"desa", "kecamatan", "tempat"})
"""Kinds of suggestions for a line of text: names of regions, or both names of a place."""

STAGE_SOURCES = ("tombol", "radio")
"""Sources of the time of a stage: the moment a button was pressed (`tombol`), or a time that
somebody reported (`radio`).
"""

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
    """Kind of suggestions while typing; see `SUGGESTIONS`."""
    autocomplete: str = "off"
    width: str = "full"
    default: Answer = None
    """A literal, or for date and datetime a moment: `now`, `opened`."""
    personal: str | None = None
    """Group in which the answer is sealed."""
    notice: bool = False
    """The answer is shown above the later steps until this step is done again."""
    control: bool = False
    """The answer becomes a control variable of the same name."""
    duty: bool = False
    """The options are roles; the page shows who is on duty for each."""
    offered_by: str = ""
    """Key of the setting that lists the options in use, their order and their labels."""
    required: bool = False
    visible_if: Condition | None = None
    not_before: str = ""
    """Earliest plausible day or instant: `now`, or how long ago (`P7D`)."""
    not_after: str = ""
    only_by: str = ""
    """Element whose officer alone may answer this, because a signature names him."""
    tied_to: Tie | None = None
    order: tuple[Order, ...] = ()
    """Comparisons of the answer with others, of this form or of earlier steps."""
    takes_recordings: bool = False
    """The widget `documents` also takes recordings."""
    schema: Mapping[str, Any] = field(default_factory=dict)
    parameters: Mapping[str, str] = field(default_factory=dict)
    """`decision`, `source`, `result` of computed widgets; `source`, `same`, `near` of `similar`;
    `born`, `sex` of `nik`; `reason_for`; `read_as`, the field of a read document that proposes an
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
    """Sentences to read before a decision; `{element.field}` is replaced by that answer."""
    since: tuple[str, ...] = ()
    """The sentences use only answers given since the first of these elements that was done; this
    excludes earlier rounds of rework.
    """
    slip: Slip | None = None
    """Sheet printed for the citizen at this step."""
    presence: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Control variables that say whether one of these questions was answered, never with which
    answer.
    """

    @property
    def takes_files(self) -> bool:
        """Return whether files are sent with the form."""
        return any(field.widget in FILE_WIDGETS for field in self.fields.values())


@dataclass(frozen=True)
class Separated:
    """Answers separated by where they may be stored."""

    public: Answers
    """All answers that are not personal."""
    personal: dict[str, Answers]
    """Answers by sealed group."""
    control: dict[str, Value]
    """One value for each control field, None when it was not answered or not visible, and one for
    each presence variable.
    """


def read(form: Form, values: Mapping[str, list[str]]) -> Answers:
    """Return typed answers from a posted HTML form: normalised (NFC, trimmed), without empty
    answers and unknown names.
    """
    answers: Answers = {}
    for name, item in form.fields.items():
        value = read_value(name, item.widget, item.schema, values)
        if value is not None:
            answers[name] = value
    return answers


def visible(form: Form, answers: Mapping[str, Answer]) -> Answers:
    """Return the answers to the shown questions; answers to hidden or unknown questions are
    dropped.
    """
    asked = _shown(form, answers)
    return {name: value for name, value in answers.items() if name in asked}


def validate(
    form: Form,
    answers: Mapping[str, Answer],
    now: datetime | None = None,
    earlier: Mapping[str, Answers] | None = None,
) -> dict[str, str]:
    """Return what is wrong: field name (or `persyaratan.<line>.<part>`) to an Indonesian sentence;
    the key `""` is the whole form.

    Bounds relative to the present are judged only when `now` is given, and comparisons with earlier
    steps only when `earlier` holds their answers.
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
    """Return the initial answers of a form. `opened` is the instant at which it was first shown;
    None means now.
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
    """Return a form from its schema and UI schema. `anew` says whether it is also judged. Raises
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
"""Widgets whose answers belong only to the case in which they were given."""


def secrecy(field: Field) -> int:
    """Return how secret the answers are: 0 public, 1 for the officers of the case, 2 masked."""
    return 0 if field.personal is None else 1 if field.personal == WORKING_NOTES else 2


def may_stand(field: Field, origin: Field, value: Answer) -> bool:
    """Return whether the answer to a question of the same name may prefill this one.

    It must be valid here and must not become less secret. Answers that are given anew in each case
    are excluded: documents, signatures, mandatory confirmations and the time of arrival.
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
    """A time from which a clock counts, as an officer entered it."""

    field: str
    reason_field: str
    offers_opening: bool
    at: datetime
    reason: str

    def is_moved(self, begun: datetime, leeway: timedelta) -> bool:
        """Return whether this time was never offered. `begun` is when the form was first shown, or
        when its task was opened.
        """
        offered = minute_of(begun)
        return self.at < offered - leeway or (self.offers_opening and self.at > offered + leeway)


def offers_opening(form: Form) -> bool:
    """Return whether the form asks for an event that preceded its first showing."""
    return any(field.default == OPENED for field in form.fields.values())


def asks_why(form: Form, name: str) -> bool:
    """Return whether another field asks for the reason when this time is changed."""
    return any(field.parameters.get("reason_for") == name for field in form.fields.values())


def told(form: Form, given: Answers) -> Iterator[Told]:
    """Yield the clock starts among answers that were found valid."""
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
    """Return the minute of an instant, which is the precision of a form."""
    return instant.astimezone(WITA).replace(second=0, microsecond=0)
