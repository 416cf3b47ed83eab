"""A form as its two files say: the schema, what is valid, and the UI schema, how it is asked."""

from collections.abc import Mapping
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError

from workflow_app.engine.form_conditions import read_condition
from workflow_app.engine.form_dates import read_bound
from workflow_app.engine.form_orders import read_orders
from workflow_app.engine.form_slips import read_slip
from workflow_app.engine.form_ties import read_tie
from workflow_app.engine.forms import ANSWERLESS_WIDGETS, PERSONAL_GROUPS, WIDGETS, Field, Form, Section
from workflow_app.errors import InvalidDefinition

PARAMETERS = ("decision", "source", "result", "same", "near", "born", "sex", "reason_for", "read_as")


def read_form(element: str, schema: Mapping[str, Any], ui: Mapping[str, Any], *, anew: bool = True) -> Form:
    """A form from its schema and UI schema, judged `anew` or as they were before. Raises `InvalidDefinition`."""
    try:
        if anew:
            Draft202012Validator.check_schema(schema)
        properties: Mapping[str, Any] = schema.get("properties", {})
        required = frozenset(schema.get("required", ()))
        fields = {
            n: _field(n, properties.get(n, {}), u, n in required) for n, u in ui.get("fields", {}).items()
        }
        sections = tuple(Section(s["title"], s.get("help", ""), tuple(s["fields"])) for s in ui["sections"])
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
        raise InvalidDefinition(detail=f"form of {element}: {type(error).__name__} {error}") from error
    shown = [name for section in sections for name in section.fields]
    answered = {name for name, f in fields.items() if f.widget not in ANSWERLESS_WIDGETS}
    if sorted(shown) != sorted(fields) or answered != set(properties):
        odd = sorted(set(shown) ^ set(fields) | answered ^ set(properties)) or "one field twice"
        raise InvalidDefinition(detail=f"form of {element}: sections, fields and properties differ in {odd}")
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
