"""Sentences of forms with what was answered in their places: for summaries on pages and slips for citizens."""

from collections.abc import Mapping
from typing import Any

from workflow_app.engine.definitions import Definition
from workflow_app.engine.form_slips import PLACE, places
from workflow_app.engine.forms import Form
from workflow_app.services import readable
from workflow_app.types import Answers


def this_round(form: Form, shown: Mapping[str, Answers]) -> dict[str, Answers]:
    """The answers that the sentences of a form may use, in the order they were given: those of earlier rounds are over."""
    elements = list(shown)
    first = elements.index(form.since) if form.since in shown else 0
    return {element: shown[element] for element in elements[first:]}


def filled(definition: Definition, shown: Mapping[str, Answers], sentence: str) -> str:
    """The sentence in words; empty when an answer it names is not there."""
    words = {place: _words(definition, shown, *place) for place in places(sentence)}
    return PLACE.sub(lambda found: words[found[1], found[2]], sentence) if all(words.values()) else ""


def _words(definition: Definition, shown: Mapping[str, Answers], source: str, name: str) -> str:
    if source in definition.decisions:
        return str(_decided(definition, shown, source).get(name) or "")
    return readable.answer(definition, definition.form(source).fields[name], shown.get(source, {}).get(name))


def _decided(definition: Definition, shown: Mapping[str, Answers], decision: str) -> Mapping[str, Any]:
    """What a decision table says to the answers; nothing before any of them was asked."""
    table = definition.decision(decision)
    known = {name: value for answers in shown.values() for name, value in answers.items()}
    variables: dict[str, Any] = {name: known.get(name) for name in table.inputs}
    if not known.keys() & variables.keys():
        return {}
    return next(iter(table.evaluate(variables)), {})
