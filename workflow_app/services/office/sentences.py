"""Sentences of forms with what was answered in their places: for summaries on pages and slips for citizens."""

from collections.abc import Iterable, Mapping
from typing import Any

from workflow_app.engine.definitions import Definition
from workflow_app.engine.form_slips import PLACE, places
from workflow_app.engine.forms import Form
from workflow_app.services.office import readable
from workflow_app.types import Answers


def this_round(form: Form, shown: Mapping[str, Answers]) -> dict[str, Answers]:
    """The answers that the sentences of a form may use, in the order they were given: those of earlier rounds are over."""
    elements = list(shown)
    begins = next((element for element in form.since if element in shown), None)
    return {element: shown[element] for element in elements[elements.index(begins) if begins else 0 :]}


def filled(
    definition: Definition, shown: Mapping[str, Answers], variables: Mapping[str, Any], sentence: str
) -> str:
    """The sentence in words; empty when an answer it names is not there. Tables and service tasks speak of the control variables."""
    words = {place: _words(definition, shown, variables, *place) for place in places(sentence)}
    return PLACE.sub(lambda found: words[found[1], found[2]], sentence) if all(words.values()) else ""


def names_variable(definition: Definition, sentences: Iterable[str]) -> bool:
    """True if a sentence names what a decision table says, or what a service task has found."""
    return any(source not in definition.forms for text in sentences for source, _ in places(text))


def _words(
    definition: Definition, shown: Mapping[str, Answers], variables: Mapping[str, Any], source: str, name: str
) -> str:
    if source in definition.decisions:
        return str(_decided(definition, variables, source).get(name) or "")
    if source not in definition.forms:
        return readable.found(variables.get(name))
    return readable.answer(definition, definition.form(source).fields[name], shown.get(source, {}).get(name))


def _decided(definition: Definition, variables: Mapping[str, Any], decision: str) -> Mapping[str, Any]:
    """What a decision table says where the case stands now; nothing before any of its inputs is known."""
    table = definition.decision(decision)
    known = {name: variables.get(name) for name in table.inputs}
    if all(value is None for value in known.values()):
        return {}
    return next(iter(table.evaluate(known)), {})
