"""Answers of one form that have an order: no end before its start, in days, times and numbers, also
to earlier steps.
"""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.unit.engine.folder import Folder
from tests.unit.engine.play import line
from tests.unit.engine.sample_form import build
from workflow_app.domain import Answer, Answers
from workflow_app.engine import forms, process_folders, rehearsal
from workflow_app.engine.form_rules import are_comparable
from workflow_app.engine.linting.linter import lint
from workflow_app.engine.process_folders import ScenarioFailed

SENTENCE = "Periksa urutannya."
KINDS = {"number": "integer", "date": "string", "datetime": "string"}


def pair(widget: str, other: str, **order: str) -> forms.Form:
    """A form with two questions, of which the second one is compared."""
    schema = {"properties": {"awal": {"type": KINDS[other]}, "akhir": {"type": KINDS[widget]}}}
    rule = {"sentence": SENTENCE, **(order or {"at_least": "awal"})}
    return build(
        {"type": "object", **schema},
        {
            "ada": {"widget": "note"},
            "awal": {"widget": other},
            "akhir": {"widget": widget, "order": [rule]},
        },
    )


def found(
    form: forms.Form, first: Answer, last: Answer, earlier: dict[str, Answers] | None = None
) -> str:
    """The sentence at the question that is compared, if any; nothing is said at the other one."""
    faults = forms.validate(form, {"awal": first, "akhir": last}, None, earlier)
    assert set(faults) <= {"akhir"}
    return faults.get("akhir", "")


@pytest.mark.parametrize(
    ("relation", "fine"),
    [("above", {"later"}), ("at_least", {"later", "same"}), ("at_most", {"sooner", "same"})],
)
@pytest.mark.parametrize(
    ("widget", "values"),
    [
        ("number", (2019, 2020, 2021)),
        ("date", ("2026-11-23", "2026-11-24", "2026-12-01")),
        (
            "datetime",
            ("2026-11-24T07:59:00+08:00", "2026-11-24T08:00:00+08:00", "2026-11-24T00:01:00+00:00"),
        ),
    ],
)
def test_each_relation_in_each_kind(
    relation: str, fine: set[str], widget: str, values: tuple[Answer, ...]
) -> None:
    form = pair(widget, widget, **{relation: "awal"})
    told = dict(zip(("sooner", "same", "later"), values, strict=True))
    assert {name for name, last in told.items() if not found(form, values[1], last)} == fine
    assert {found(form, values[1], last) for last in values} == {"", SENTENCE}


@pytest.mark.parametrize(
    ("day", "is_fine"), [("2026-11-23", False), ("2026-11-24", True), ("2026-11-25", True)]
)
def test_a_day_and_a_time_are_compared_by_the_calendar_of_the_counter(
    day: str, is_fine: bool
) -> None:
    """Ten past midnight in WITA is the day before in UTC."""
    assert (not found(pair("date", "datetime"), "2026-11-23T16:10:00+00:00", day)) is is_fine


@pytest.mark.parametrize(
    ("first", "last"), [(None, 2019), (2020, None), ("dua ribu", 2019), (True, 0)]
)
def test_what_was_not_answered_or_cannot_be_read_is_compared_with_nothing(
    first: Answer, last: Answer
) -> None:
    faults = forms.validate(pair("number", "number"), {"awal": first, "akhir": last})
    assert SENTENCE not in faults.values()


def test_an_answer_that_is_wrong_in_itself_is_told_so_first() -> None:
    form = pair("date", "date")
    assert "Isi tanggal yang benar" in found(form, "2026-11-24", "31 November")
    assert "empat angka" in found(form, "2026-11-24", "0026-11-24")


@pytest.mark.parametrize("end", ["0001-01-01T00:00:00+08:00", "9999-12-31T23:59:00+00:00"])
def test_a_time_at_the_ends_of_the_calendar_is_told_to_be_wrong_and_compared_with_nothing(
    end: str,
) -> None:
    """Only the time is repaired; the day that is compared with it was right."""
    form, now = pair("date", "datetime", at_most="awal"), datetime(2026, 11, 24, tzinfo=UTC)
    assert set(forms.validate(form, {"awal": end, "akhir": "2026-11-24"}, now)) == {"awal"}


def test_what_is_not_shown_is_not_compared() -> None:
    fields: dict[str, Any] = {
        "tampil": {"widget": "radio", "options": {"ya": "Ya", "tidak": "Tidak"}},
        "awal": {"widget": "number", "visible_if": {"field": "tampil", "equals": "ya"}},
        "akhir": {"widget": "number", "order": [{"at_least": "awal", "sentence": SENTENCE}]},
    }
    schema = {name: {"type": "integer"} for name in ("awal", "akhir")}
    form = build(
        {
            "type": "object",
            "properties": {"tampil": {"type": "string", "enum": ["ya", "tidak"]}, **schema},
        },
        fields,
    )
    answers: Answers = {"awal": 2020, "akhir": 2019}
    assert forms.validate(form, {**answers, "tampil": "tidak"}) == {}
    assert forms.validate(form, {**answers, "tampil": "ya"}) == {"akhir": SENTENCE}


def test_every_earlier_step_that_was_answered_counts_and_what_it_asked_by_the_same_name_is_another_question() -> (  # noqa: E501 - a sentence
    None
):
    form = pair("number", "number", at_least="satu.awal dua.awal")
    assert found(form, 2030, 2019) == ""
    assert found(form, 2030, 2019, {"satu": {"awal": 2018}}) == ""
    assert found(form, 2030, 2019, {"satu": {"awal": 2018}, "dua": {"awal": 2020}}) == SENTENCE


def test_days_and_times_have_an_order_to_each_other_and_to_nothing_else() -> None:
    widgets = ("number", "date", "datetime", "text", "nik")
    comparable = {
        (one, other) for one in widgets for other in widgets if are_comparable(one, other)
    }
    days = {(one, other) for one in ("date", "datetime") for other in ("date", "datetime")}
    assert comparable == {("number", "number"), *days}


def two_steps() -> Folder:
    """A year is asked for at one step, and at the next one the year with which it ends."""
    folder = (
        Folder().start().user("awal").user("akhir").end().flow("mulai", "awal", "akhir", "selesai")
    )
    folder.form("awal", {"tahun": {"type": "integer"}}, {"tahun": {"widget": "number"}})
    rule = {"at_least": "awal.tahun", "sentence": SENTENCE}
    return folder.form(
        "akhir", {"tahun": {"type": "integer"}}, {"tahun": {"widget": "number", "order": [rule]}}
    )


def test_a_form_with_an_order_is_accepted() -> None:
    assert {finding.rule for finding in lint(two_steps().files(), {"petugas"})} <= {
        "readme-missing"
    }
    assert "form-order" not in {finding.rule for finding in lint(line().files(), {"petugas"})}


def test_a_scenario_that_answers_against_the_order_fails() -> None:
    def play(last: int) -> None:
        steps = [
            {"complete": element, "as": "petugas", "answers": {"tahun": year}}
            for element, year in (("awal", 2020), ("akhir", last))
        ]
        told = {
            "name": "Contoh",
            "clauses": ["R54"],
            "steps": steps,
            "expect": {"outcome": "selesai"},
        }
        scenario = process_folders.read_scenario("contoh", json.dumps(told).encode())
        rehearsal.rehearse(two_steps().definition(), scenario)

    play(2020)
    with pytest.raises(ScenarioFailed, match=SENTENCE):
        play(2019)
