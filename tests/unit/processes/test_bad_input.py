"""Bad input in every question of every form: a sentence that says what to do, or nothing of it is
kept; never a failure.
"""

import json
import re
from collections.abc import Mapping
from datetime import datetime

import pytest
from jsonschema import Draft202012Validator

from tests.unit.processes.hostile import (
    EMOJI,
    REFUSED_AS_TEXT,
    TEXTS,
    WRONG_TYPES,
    in_order,
    release,
    sent,
    shown,
)
from workflow_app.domain import Answer, Answers
from workflow_app.engine import forms
from workflow_app.engine.forms import ANSWERLESS_WIDGETS, Field, Form

FORMS = [pytest.param(key, form, id=f"{key}-{form.element}") for key, form in release()]
ENGLISH = re.compile(
    r"\b(is|not|the|must|required|property|type|error|invalid|value|None|true|false)\b"
)
SENTENCE = re.compile(r"[A-Z“].{3,250}\.", re.DOTALL)


def questions(form: Form) -> list[Field]:
    return [field for field in form.fields.values() if field.widget not in ANSWERLESS_WIDGETS]


def judged(form: Form, answers: Mapping[str, Answer], at: datetime) -> dict[str, str]:
    """The faults of answers; each is told in a plain sentence of the user's language."""
    faults = forms.validate(form, forms.visible(form, answers), at)
    titles = "|".join(re.escape(field.title) for field in form.fields.values())
    for sentence in faults.values():
        assert SENTENCE.fullmatch(sentence), sentence
        assert not ENGLISH.search(re.sub(titles, "", sentence)), sentence
    return faults


def blamed(faults: Mapping[str, str], field: Field) -> bool:
    return any(key == field.name or key.startswith(f"{field.name}.") for key in faults)


@pytest.mark.parametrize(("key", "form"), FORMS)
def test_the_answers_of_a_scenario_are_in_order(key: str, form: Form) -> None:
    given, at = in_order(key, form.element)
    assert judged(form, given, at) == {}


@pytest.mark.parametrize(("key", "form"), FORMS)
def test_a_hostile_text_gets_a_sentence_at_its_field_or_leaves_no_trace(
    key: str, form: Form
) -> None:
    given, at = in_order(key, form.element)
    for field in questions(form):
        base = shown(form, field, given)
        for kind, text in TEXTS.items():
            answers = forms.read(form, sent(form, field, base, text))
            faults = judged(form, answers, at)
            kept = json.dumps(forms.visible(form, answers).get(field.name), ensure_ascii=False)
            is_there = json.dumps(text, ensure_ascii=False)[1:-1] in kept
            if is_there and (
                kind in REFUSED_AS_TEXT
                or field.widget not in ("text", "textarea", "tel", "coordinates")
            ):
                assert blamed(faults, field), (field.name, kind)


@pytest.mark.parametrize(("key", "form"), FORMS)
def test_emoji_are_kept_as_typed_or_get_a_sentence(key: str, form: Form) -> None:
    given, at = in_order(key, form.element)
    for field in questions(form):
        base = shown(form, field, given)
        answers = forms.read(form, sent(form, field, base, EMOJI))
        faults = judged(form, answers, at)
        if field.widget in ("text", "textarea") and not blamed(faults, field):
            assert answers[field.name] == EMOJI


@pytest.mark.parametrize(("key", "form"), FORMS)
def test_an_answer_of_the_wrong_type_gets_a_sentence(key: str, form: Form) -> None:
    given, at = in_order(key, form.element)
    for field in questions(form):
        base = shown(form, field, given)
        rule = Draft202012Validator(field.schema)
        for wrong in WRONG_TYPES:
            faults = judged(form, {**base, field.name: wrong}, at)
            if not rule.is_valid(wrong):
                assert blamed(faults, field), (field.name, wrong)


EMPTY: tuple[Answer, ...] = (None, "", [])


@pytest.mark.parametrize(("key", "form"), FORMS)
def test_a_missing_answer_gets_a_sentence_and_a_question_of_another_version_means_nothing(
    key: str, form: Form
) -> None:
    given, at = in_order(key, form.element)
    for field in (field for field in questions(form) if field.required):
        base = shown(form, field, given)
        for missing in EMPTY:
            assert blamed(judged(form, {**base, field.name: missing}, at), field), field.name
    foreign: Answers = {
        **given,
        "typename": "x",
        "pertanyaan_versi_lain": "x",
        "__class__": ["x"],
        "": "x",
    }
    assert judged(form, foreign, at) == {}
    assert forms.visible(form, foreign) == forms.visible(form, given)
