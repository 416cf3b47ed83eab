"""Answers that letters are filled with: a character that no installed font can show would be missing on the paper, unsaid."""

from collections.abc import Iterator

from workflow_app.engine.checklists import line_answers
from workflow_app.engine.definitions import Definition
from workflow_app.engine.forms import Form
from workflow_app.services import fonts
from workflow_app.types import Answers

GROUPS = frozenset({"identitas", "kontak", "uraian"})
"""Groups of answers that letters take their words from. Working notes stay inside and are kept as they are typed."""
LINE_PARTS = ("number", "issuer")
"""What a letter says of a paper that was handed in."""


def check(definition: Definition, form: Form, given: Answers) -> dict[str, str]:
    """Fields (or `persyaratan.<line>.<part>`) with a character that cannot be printed, with a sentence."""
    if not definition.letters:
        return {}
    found = ((place, fonts.unshown(text)) for place, text in _printed(form, given))
    return {place: _sentence(character) for place, character in found if character}


def _printed(form: Form, given: Answers) -> Iterator[tuple[str, str]]:
    for field in form.fields.values():
        value = given.get(field.name)
        if field.personal in GROUPS and isinstance(value, str):
            yield field.name, value
        elif field.widget == "requirements":
            for line, parts in line_answers(value).items():
                for part in LINE_PARTS:
                    yield f"{field.name}.{line}.{part}", str(parts.get(part, ""))


def _sentence(character: str) -> str:
    return f"Huruf “{character}” tidak dapat dicetak pada surat. Tulis dengan huruf Latin seperti pada paspor atau KTP."
