"""Linter rules on answers that are compared with others (`order`)."""

from collections.abc import Iterator

from workflow_app.engine.form_orders import are_comparable, named
from workflow_app.engine.forms import Field, Form
from workflow_app.engine.linting.source import Finding, Rule, Source


def orders(source: Source) -> Iterator[Finding]:
    """Answers are compared with ones that have an order to them, of this form or of another step."""
    for element, form in source.forms.items():
        for field in form.fields.values():
            for compared in (other for rule in field.order for other in rule.others):
                asked = _asked(source, element, form, *compared)
                if asked is None or asked is field or not are_comparable(field.widget, asked.widget):
                    words = f"Isian {field.name}: order menunjuk {named(compared)}, yang tidak ada atau tidak dapat dibandingkan."
                    yield Finding("form-order", element, words)


def _asked(source: Source, element: str, form: Form, other: str, name: str) -> Field | None:
    """The question whose answer is compared; a form names its own without its step."""
    if not other:
        return form.fields.get(name)
    asked = source.known_forms.get(other) if other != element else None
    return None if asked is None else asked.fields.get(name)


RULES: tuple[Rule, ...] = (orders,)
