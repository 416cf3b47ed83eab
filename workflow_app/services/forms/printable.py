"""Answers that letters are filled with: a character that no installed font can show would be missing on the paper, unsaid."""

import re
from collections.abc import Collection, Iterator
from functools import cache

from workflow_app.engine.checklists import line_answers
from workflow_app.engine.definitions import Definition
from workflow_app.engine.forms import Form
from workflow_app.services.ground import fonts
from workflow_app.types import Answers

GROUPS = frozenset({"identitas", "kontak", "uraian"})
"""Groups of answers that letters take their words from. Working notes stay inside and are kept as they are typed, unless a
template names the answer itself (`jawaban.<element>.<field>`).
"""
NAMED = re.compile(r"\bjawaban\.(\w+)\.(\w+)")
LINE_PARTS = ("number", "issuer")
"""What a letter says of a paper that was handed in."""


def check(definition: Definition, form: Form, given: Answers) -> dict[str, str]:
    """Fields (or `persyaratan.<line>.<part>`) with a character that cannot be printed, with a sentence."""
    if not definition.letters:
        return {}
    named = frozenset[tuple[str, str]]().union(
        *(_named_in(letter.html) for letter in definition.letters.values())
    )
    found = ((place, fonts.unshown(text)) for place, text in _printed(form, given, named))
    return {place: _sentence(character) for place, character in found if character}


@cache
def _named_in(template: str) -> frozenset[tuple[str, str]]:
    """Elements and fields that a template names. Templates belong to a definition and never change."""
    return frozenset(NAMED.findall(template))


def _printed(form: Form, given: Answers, named: Collection[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    for field in form.fields.values():
        value = given.get(field.name)
        is_printed = field.personal in GROUPS or (form.element, field.name) in named
        if is_printed and isinstance(value, str):
            yield field.name, value
        elif field.widget == "requirements":
            for line, parts in line_answers(value).items():
                for part in LINE_PARTS:
                    yield f"{field.name}.{line}.{part}", str(parts.get(part, ""))


def _sentence(character: str) -> str:
    return f"Huruf “{character}” tidak dapat dicetak pada surat. Tulis dengan huruf Latin seperti pada paspor atau KTP."
