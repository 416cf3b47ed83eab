"""Numbers as people type them from paper."""

import pytest

from workflow_app.services.office_settings import numbers

NUMBER = "DUMAS/12/XI/2026/SPKT/POLRES HULU SUNGAI SELATAN/POLDA KALIMANTAN SELATAN"


@pytest.mark.parametrize(
    "typed",
    [NUMBER, NUMBER.lower(), "DUMAS/12/XI/2026", " dumas 12-xi-2026 ", "DUMAS/012/XI/2026/spkt"],
)
def test_a_number_is_recognised_as_far_as_its_year(typed: str) -> None:
    assert numbers.is_meant(numbers.parts_of(typed), NUMBER, 12, 2026)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "12",
        "12/XI/2026",
        "DUMAS/12/XI",
        "DUMAS/12",
        "DUMAS/1/XI/2026",
        "DUMAS/12/X/2026",
        f"{NUMBER}/LAIN",
    ],
)
def test_less_or_something_else_is_not(typed: str) -> None:
    assert not numbers.is_meant(numbers.parts_of(typed), NUMBER, 12, 2026)


def test_a_pattern_that_begins_with_the_year_is_read_too() -> None:
    assert numbers.is_meant(numbers.parts_of("b-2026-7"), "B-2026-000007", 7, 2026)


@pytest.mark.parametrize(
    ("number", "sequence"),
    [("DUMAS12/XI/2026", 12), ("12/TH2026", 12), ("1,000/2026", 1000), ("12/2026A", 12)],
)
def test_a_number_whose_sequence_or_year_stands_in_another_word_is_meant_by_nothing(
    number: str, sequence: int
) -> None:
    """Such patterns are refused; a number that was given before that must not break the page that
    looks it up.
    """
    assert not numbers.is_meant(numbers.parts_of(number), number, sequence, 2026)
