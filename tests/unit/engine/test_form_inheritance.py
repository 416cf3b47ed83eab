"""Which answers of another case may stand in a question here."""

from typing import Any

import pytest

from workflow_app.domain import Answer
from workflow_app.engine.forms import Field, may_stand

PEOPLE = {"type": "string", "maxLength": 10}


def question(widget: str = "text", personal: str | None = None, **schema: Any) -> Field:
    return Field("pilihan", "Pilihan", widget, personal=personal, schema={**PEOPLE, **schema})


@pytest.mark.parametrize(
    ("here", "there", "may"),
    [
        (None, None, True),
        ("catatan", None, True),
        ("identitas", None, True),
        ("identitas", "catatan", True),
        ("kontak", "identitas", True),
        ("identitas", "uraian", True),
        (None, "catatan", False),
        (None, "kontak", False),
        ("catatan", "identitas", False),
        ("catatan", "tanda_tangan", False),
    ],
)
def test_an_answer_never_becomes_less_secret(
    here: str | None, there: str | None, may: bool
) -> None:
    assert may_stand(question(personal=here), question(personal=there), "a") is may


@pytest.mark.parametrize("widget", ["documents", "signature", "requirements", "waiver"])
def test_papers_signatures_and_checklists_stay_in_their_case(widget: str) -> None:
    assert not may_stand(question(widget, "tanda_tangan"), question(widget, "tanda_tangan"), "a")


@pytest.mark.parametrize("value", ["sebelas huruf", 5, True, None, ["a"], {"a": 1}])
def test_what_does_not_fit_the_question_is_left_out(value: Answer) -> None:
    assert not may_stand(question(), question(), value)


def test_a_declaration_is_made_for_each_case_anew() -> None:
    here = question("checkbox", type="boolean", const=True)
    assert not may_stand(here, here, True)
    assert may_stand(question("checkbox", type="boolean"), here, True)
