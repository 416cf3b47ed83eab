"""Plausible days and instants: no year 20, nothing that has not happened yet, nothing older than
the field allows.
"""

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.unit.engine.sample_form import SCHEMA, UI_FIELDS, build
from workflow_app.domain import Answers, InvalidDefinition
from workflow_app.engine import forms
from workflow_app.engine.form_rules import judge_date, judge_instant, read_bound

NOW = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)
"""Tuesday, 24 November 2026, 01.00 WITA."""


def with_bounds(field: str, **bounds: str) -> forms.Form:
    fields: dict[str, Any] = {**UI_FIELDS, field: {**UI_FIELDS[field], **bounds}}
    return build(SCHEMA, fields)


@pytest.mark.parametrize(
    "text", ["0001-01-01T00:00:00+08:00", "0026-11-23T09:00:00+08:00", "1899-12-31T23:59:00+00:00"]
)
def test_an_instant_with_a_mistyped_year_is_refused_even_without_a_clock(text: str) -> None:
    assert "empat angka" in (judge_instant(text, None) or "")


@pytest.mark.parametrize("text", ["9999-12-31T23:59:59-12:00", "2027-12-01T00:00:00+08:00"])
def test_an_instant_lies_a_year_ahead_at_most(text: str) -> None:
    assert "empat angka" in (judge_instant(text, NOW) or "")
    assert judge_instant("2027-11-01T00:00:00+08:00", NOW) is None


@pytest.mark.parametrize(("text", "fine"), [("1899-12-31", False), ("1900-01-01", True),
    ("2027-11-20", True), ("2028-01-01", False)])  # fmt: skip
def test_a_day_lies_between_1900_and_a_year_ahead(text: str, fine: bool) -> None:
    assert (judge_date(text, NOW) is None) == fine


def test_a_day_that_must_have_been_is_judged_by_the_calendar_of_the_counter() -> None:
    assert judge_date("2026-11-24", NOW, not_after="now") is None
    assert (
        judge_date("2026-11-25", NOW, not_after="now")
        == "Tanggal ini belum terjadi. Periksa kembali."
    )


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("2026-11-24T01:05:00+08:00", None),
        ("2026-11-24T01:06:00+08:00", "belum terjadi"),
        ("2026-11-17T01:00:00+08:00", None),
        ("2026-11-17T00:59:00+08:00", "paling awal 7 hari"),
    ],
)
def test_r57_an_arrival_is_neither_in_the_future_nor_older_than_a_week(
    text: str, word: str | None
) -> None:
    found = judge_instant(text, NOW, not_before="P7D", not_after="now")
    assert found is None if word is None else word in str(found)


def test_the_bounds_of_a_field_stand_in_its_form() -> None:
    form = with_bounds("tanggal", not_after="now")
    answers: Answers = {
        "kewarganegaraan": "wni",
        "nik": "6306050102900001",
        "nama": "Contoh",
        "sopan": True,
    }
    assert forms.validate(form, {**answers, "tanggal": "2026-11-24"}, NOW) == {}
    assert (
        "belum terjadi"
        in forms.validate(form, {**answers, "tanggal": "2026-12-24"}, NOW)["tanggal"]
    )


def test_the_day_on_a_paper_is_plausible_too() -> None:
    answers: Answers = {"persyaratan": {"sim_02": {"given": True, "date": "2626-11-20"}}}
    assert "persyaratan.sim_02.date" in forms.validate(build(), answers, NOW)


@pytest.mark.parametrize("bound", ["today", "7D", "P", "P1Y"])
def test_a_bound_that_nobody_can_read_makes_the_form_invalid(bound: str) -> None:
    with pytest.raises(ValueError, match="duration"):
        read_bound(bound)
    with pytest.raises(InvalidDefinition):
        with_bounds("tanggal", not_before=bound)
